/* An IMAP server on loopback that plays a script, for the tests of this folder.
 *
 * A rule answers the commands that begin with its words (behind the tag); the first
 * one not used up wins, then come defaults. In replies "$T" is the tag, and what stands
 * between \1 (literal) or \3 (literal8) and \2 goes out as a literal; \6 is
 * `filler_bytes` times an x; behind \5 both sides are compressed (RFC 4978). */
#pragma once

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/imap.h"

/* Tables of rules name what they need and leave the rest empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef struct Rule {
    const char *words;
    const char *reply; /* NULL: hang up */
    int times;         /* 0: for ever */
    bool hangs_up;     /* after the reply */
} Rule;

typedef struct Server {
    const char *greeting;
    const char *capabilities;
    Rule rules[8];
    char *(*answer)(const char *tag, const char *command, void *self); /* may be NULL */
    void *self;
    int64_t filler_bytes;
    useconds_t trickle_us; /* before each piece of the filler; 0: none */
    size_t trickle_bytes;  /* a piece; 0: a byte */
    bool cuts;             /* hang up as soon as `cut_after` bytes went out */
    bool resets;           /* rudely */
    size_t cut_after;
    size_t sent_bytes;
    bool is_compressed;
    z_stream in;
    z_stream out;
    int listener;
    unsigned port;
    pthread_t thread;
    GString *heard; /* commands without tags, a line each; read after server_stop */
} Server;

/* Scripts of a session that only asks UID FETCH. */
#define FETCH_RULE(reply) .server = {.rules = {{"UID FETCH", reply}}}
#define HANG_UP_RULE(reply) .server = {.rules = {{"UID FETCH", reply, 0, true}}}
#define OK_LINE "$T OK done\r\n"

static inline char *
server_expand(const char *reply, const char *tag)
{
    g_auto(GStrv) around_tags = g_strsplit(reply, "$T", -1);
    g_autofree char *tagged = g_strjoinv(tag, around_tags);
    GString *out = g_string_new(NULL);

    for (const char *at = tagged; *at; at++) {
        if (*at == '\1' || *at == '\3') {
            const char *close = strchr(at, '\2');

            g_assert_nonnull(close);
            g_string_append_printf(out, "%s{%d}\r\n", *at == '\3' ? "~" : "",
                                   (int)(close - at - 1));
            g_string_append_len(out, at + 1, close - at - 1);
            at = close;
        } else {
            g_string_append_c(out, *at);
        }
    }
    return g_string_free(out, FALSE);
}

static inline bool
server_cut(Server *server, int client)
{
    struct linger rudely = {.l_onoff = 1};

    if (server->resets)
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &rudely, sizeof rudely);
    return false;
}

static inline bool
server_send(Server *server, int client, const char *bytes, size_t size)
{
    bool is_cut = server->cuts && server->sent_bytes + size >= server->cut_after;

    if (is_cut)
        size = server->cut_after - server->sent_bytes;
    server->sent_bytes += size;
    while (size > 0) {
        ssize_t sent = send(client, bytes, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return !is_cut || server_cut(server, client);
}

static inline void
server_pack(Server *server, GString *packed, const char *bytes, size_t size)
{
    server->out.next_in = (Bytef *)(uintptr_t)bytes;
    server->out.avail_in = (uInt)size;
    do {
        Bytef some[4096];

        server->out.next_out = some;
        server->out.avail_out = sizeof some;
        (void)deflate(&server->out, Z_SYNC_FLUSH);
        g_string_append_len(packed, (char *)some,
                            (gssize)(sizeof some - server->out.avail_out));
    } while (server->out.avail_out == 0);
}

static inline bool
server_write(Server *server, int client, const char *bytes, size_t size)
{
    g_autoptr(GString) packed = NULL;

    if (!server->is_compressed)
        return server_send(server, client, bytes, size);
    packed = g_string_new(NULL);
    server_pack(server, packed, bytes, size);
    return server_send(server, client, packed->str, packed->len);
}

static inline bool
server_fill(Server *server, int client, int64_t size)
{
    char filler[16 * 1024];

    memset(filler, 'x', sizeof filler);
    while (size > 0) {
        size_t most = !server->trickle_us     ? sizeof filler
                      : server->trickle_bytes ? server->trickle_bytes
                                              : 1;
        size_t piece = (size_t)MIN(size, (int64_t)MIN(most, sizeof filler));

        if (server->trickle_us)
            (void)usleep(server->trickle_us);
        if (!server_write(server, client, filler, piece))
            return false;
        size -= (int64_t)piece;
    }
    return true;
}

/* One packet: what is plain and what is compressed already. */
static inline bool
server_switch(Server *server, int client, const char *text, const char *border)
{
    g_autoptr(GString) packet = g_string_new_len(text, border - text);

    g_assert_cmpint(inflateInit2(&server->in, -15), ==, Z_OK);
    g_assert_cmpint(deflateInit2(&server->out, 6, Z_DEFLATED, -15, 8, 0), ==, Z_OK);
    server->is_compressed = true;
    if (border[1])
        server_pack(server, packet, border + 1, strlen(border + 1));
    return server_send(server, client, packet->str, packet->len);
}

static inline bool
server_say(Server *server, int client, const char *reply, const char *tag)
{
    g_autofree char *text = server_expand(reply, tag);
    char *filler = strchr(text, '\6');
    char *border = strchr(text, '\5');

    if (border)
        return server_switch(server, client, text, border);
    if (!filler)
        return server_write(server, client, text, strlen(text));
    return server_write(server, client, text, (size_t)(filler - text)) &&
           server_fill(server, client, server->filler_bytes) &&
           server_write(server, client, filler + 1, strlen(filler + 1));
}

static inline char *
server_default(const Server *server, const char *command)
{
    if (g_str_has_prefix(command, "CAPABILITY"))
        return g_strdup_printf("* CAPABILITY %s\r\n$T OK done\r\n",
                               server->capabilities
                                   ? server->capabilities
                                   : "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE");
    if (g_str_has_prefix(command, "EXAMINE"))
        return g_strdup("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n"
                        "$T OK [READ-ONLY] done\r\n");
    if (g_str_has_prefix(command, "IDLE"))
        return g_strdup("+ idling\r\n");
    if (g_str_has_prefix(command, "LOGOUT"))
        return g_strdup("* BYE see you\r\n$T OK done\r\n");
    return g_strdup("$T OK done\r\n");
}

static inline bool
server_answer(Server *server, int client, const char *tag, const char *command)
{
    g_autofree char *text = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(server->rules); i++) {
        Rule *rule = &server->rules[i];

        if (!rule->words || rule->times < 0 || !g_str_has_prefix(command, rule->words))
            continue;
        if (rule->words[0] == '\0' && command[0] != '\0') /* "": the empty line */
            continue;
        if (rule->times > 0 && --rule->times == 0)
            rule->times = -1;
        return rule->reply && server_say(server, client, rule->reply, tag) &&
               !rule->hangs_up;
    }
    if (server->answer)
        text = server->answer(tag, command, server->self);
    if (text)
        return server_write(server, client, text, strlen(text));
    text = server_default(server, command);
    return server_say(server, client, text, tag);
}

static inline bool
server_byte(Server *server, int client, char *byte)
{
    Bytef packed;

    if (!server->is_compressed)
        return recv(client, byte, 1, 0) == 1;
    for (;;) {
        server->in.next_out = (Bytef *)byte;
        server->in.avail_out = 1;
        (void)inflate(&server->in, Z_SYNC_FLUSH);
        if (server->in.avail_out == 0)
            return true;
        if (recv(client, &packed, 1, 0) != 1)
            return false;
        server->in.next_in = &packed;
        server->in.avail_in = 1;
        (void)inflate(&server->in, Z_SYNC_FLUSH);
        if (server->in.avail_out == 0)
            return true;
    }
}

static inline char *
server_line(Server *server, int client)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char byte;

    while (server_byte(server, client, &byte)) {
        g_string_append_c(line, byte);
        if (byte != '\n')
            continue;
        g_string_truncate(line, line->len - (line->len > 1 ? 2 : 1));
        return g_string_free(g_steal_pointer(&line), FALSE);
    }
    return NULL;
}

static inline void *
server_play(void *self)
{
    Server *server = self;
    int client = accept(server->listener, NULL, NULL);
    bool goes_on = client >= 0 &&
                   server_say(server, client,
                              server->greeting ? server->greeting : "* OK hi\r\n", "*");
    char idle_tag[32] = "";

    while (goes_on) {
        g_autofree char *line = server_line(server, client);
        char *space = line ? strchr(line, ' ') : NULL;

        if (!line)
            break;
        g_string_append_printf(server->heard, "%s\n", space ? space + 1 : line);
        if (strcmp(line, "DONE") == 0) {
            goes_on = server_answer(server, client, idle_tag, line);
        } else if (space) {
            *space = '\0';
            if (strcmp(space + 1, "IDLE") == 0)
                (void)g_strlcpy(idle_tag, line, sizeof idle_tag);
            goes_on = server_answer(server, client, line, space + 1);
        } else {
            goes_on = server_answer(server, client, "?", line);
        }
    }
    if (client >= 0)
        (void)close(client);
    if (server->is_compressed) {
        (void)inflateEnd(&server->in);
        (void)deflateEnd(&server->out);
    }
    return NULL;
}

static inline void
server_start(Server *server)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;

    server->heard = g_string_new(NULL);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(server->listener, (struct sockaddr *)&here, size), ==, 0);
    g_assert_cmpint(listen(server->listener, 4), ==, 0);
    g_assert_cmpint(getsockname(server->listener, (struct sockaddr *)&here, &size), ==,
                    0);
    server->port = ntohs(here.sin_port);
    g_assert_cmpint(pthread_create(&server->thread, NULL, server_play, server), ==, 0);
}

static inline void
server_stop(Server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    g_assert_cmpint(pthread_join(server->thread, NULL), ==, 0);
    (void)close(server->listener);
}

typedef struct Login {
    bool requires_tls;
    ImapSasl sasl;
    const char *user;
    const char *secret;
    int64_t connect_timeout_ms;
    int64_t stall_timeout_ms;
    int64_t max_mail_bytes;
    const char *spool_dir;
    ImapHint *hint;
} Login;

static inline ImapSession *
server_log_in(const Server *server, const Login *login, GError **error)
{
    g_autofree char *url = g_strdup_printf("imap://127.0.0.1:%u", server->port);
    const char *text = login->secret ? login->secret : "secret-word";
    g_autoptr(Secret) secret = secret_new(text, strlen(text));
    ImapAccount account = {
        .url = url,
        .tls_optional = !login->requires_tls,
        .user = login->user ? login->user : "ann",
        .secret = secret,
        .sasl = login->sasl,
        .connect_timeout_ms =
            login->connect_timeout_ms ? login->connect_timeout_ms : 2000,
        .stall_timeout_ms = login->stall_timeout_ms ? login->stall_timeout_ms : 2000,
        .max_mail_bytes = login->max_mail_bytes ? login->max_mail_bytes : 100000,
        .spool_dir = login->spool_dir,
        .hint = login->hint,
    };

    return imap_open(&account, error);
}

static inline ImapSession *
server_open(const Server *server)
{
    g_autoptr(GError) error = NULL;
    ImapSession *session = server_log_in(server, &(Login){0}, &error);

    g_assert_no_error(error);
    return session;
}

/* A session that has opened INBOX. */
static inline void
server_begin_session(Server *server, ImapSession **session, int64_t max_mail_bytes)
{
    g_autoptr(GError) error = NULL;
    ImapState state;

    server_start(server);
    *session =
        server_log_in(server, &(Login){.max_mail_bytes = max_mail_bytes}, &error);
    g_assert_no_error(error);
    g_assert_true(imap_examine(*session, "INBOX", &state, &error));
    g_assert_no_error(error);
}

static inline void
server_end_session(Server *server, ImapSession *session)
{
    imap_close(session);
    server_stop(server);
    (void)g_string_free(server->heard, TRUE);
}
