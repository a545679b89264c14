/* The beginning and the end of a session. */
#include "imap/session.h"

#include <string.h>

#include "base/fault.h"
#include "imap/provider.h"
#include "imap/sasl.h"

enum {
    MAIL_LIMIT_BYTES = 1024 * 1024 * 1024, /* whatever the configuration says */
    CAPABILITIES_LIMIT = 256,
    OPENING_LINES_LIMIT = 1000,
    OPENING_MS = 2 * 60 * 1000, /* to be greeted, secured and logged in */
    GOODBYE_MS = 2000,
    ID_FIELDS_LIMIT = 60,
};

bool
imap_has(const ImapSession *session, const char *capability)
{
    for (guint i = 0; i < session->capabilities->len; i++) {
        if (g_ascii_strcasecmp(session->capabilities->pdata[i], capability) == 0)
            return true;
    }
    return false;
}

const ImapProvider *
imap_provider(const ImapSession *session)
{
    return session->provider;
}

int64_t
imap_certificate_until(const ImapSession *session)
{
    return connection_certificate_until(session->connection);
}

int
imap_socket(const ImapSession *session)
{
    return connection_socket(session->connection);
}

static void
read_capabilities(ImapSession *session)
{
    char word[64];

    g_ptr_array_set_size(session->capabilities, 0);
    for (;;) {
        parser_spaces(&session->parser);
        if (!parser_word(&session->parser, word, sizeof word) ||
            session->capabilities->len == CAPABILITIES_LIMIT)
            return;
        g_ptr_array_add(session->capabilities, g_strdup(word));
    }
}

/* As read_capabilities, where they stand in a text. */
static void
learn_words(ImapSession *session, const char *words, size_t size)
{
    g_autofree char *text = g_ascii_strup(words, (gssize)size);
    g_auto(GStrv) list = g_strsplit_set(text, " ", CAPABILITIES_LIMIT);

    g_ptr_array_set_size(session->capabilities, 0);
    for (size_t i = 0; list[i]; i++) {
        if (list[i][0] != '\0')
            g_ptr_array_add(session->capabilities, g_strdup(list[i]));
    }
}

void
session_learn_code(ImapSession *session, const Response *response)
{
    if ((response->kind == RESPONSE_CONDITION || response->kind == RESPONSE_REPLY) &&
        response->condition == CONDITION_OK &&
        strcmp(response->code, "CAPABILITY") == 0)
        learn_words(session, response->code_words, response->code_words_size);
}

/* The greeting may be the only place that tells; but what was said before STARTTLS
 * anybody may have said. */
static void
learn_greeting(ImapSession *session, const ImapAccount *account)
{
    static const char begin[] = "* OK [CAPABILITY ";
    const char *greeting = connection_greeting(session->connection);
    bool is_trusted =
        account->tls_optional ||
        g_ascii_strncasecmp(account->url, "imaps:", strlen("imaps:")) == 0;

    if (session->capabilities->len == 0 && is_trusted &&
        g_ascii_strncasecmp(greeting, begin, strlen(begin)) == 0)
        learn_words(session, greeting + strlen(begin),
                    strcspn(greeting + strlen(begin), "]"));
}

static bool
hear_capabilities(ImapSession *session, const Response *response, void *self,
                  GError **error)
{
    (void)self; /* the session itself keeps them */
    if (response->kind == RESPONSE_FACT && strcmp(response->word, "CAPABILITY") == 0)
        read_capabilities(session);
    return session_skip(session, response, error);
}

static bool
is_reply(Parser *parser, const char *tag, Response *reply)
{
    g_autoptr(GError) half_a_line = NULL; /* of what libcurl has eaten */

    return response_parse(parser, reply, &half_a_line) &&
           reply->kind == RESPONSE_REPLY && strcmp(reply->tag, tag) == 0;
}

/* What libcurl read ahead of its last reply is lost, maybe in the middle of a line; so
 * nothing counts before the reply to a command of our own, but the last CAPABILITY. */
static bool
begin_afresh(ImapSession *session, GError **error)
{
    Parser *parser = &session->parser;
    Response reply;
    char tag[TAG_BYTES], word[WORD_BYTES];

    if (!session_command(session, "CAPABILITY", tag, error))
        return false;
    for (int i = 0; i < OPENING_LINES_LIMIT; i++) {
        if (!parser_begin(parser, error))
            return session_break(session);
        if (parser_accept(parser, '*')) {
            parser_spaces(parser);
            if (parser_word(parser, word, sizeof word) &&
                strcmp(word, "CAPABILITY") == 0)
                read_capabilities(session);
            continue;
        }
        if (is_reply(parser, tag, &reply)) {
            session_learn_code(session, &reply);
            return true;
        }
    }
    return session_fault(session, error, "it does not answer CAPABILITY");
}

/* RFC 2971: the server's name among pairs of strings, or NIL. */
static bool
hear_id(ImapSession *session, const Response *response, void *self, GError **error)
{
    Parser *parser = &session->parser;
    GString *name = self;

    if (response->kind != RESPONSE_FACT || strcmp(response->word, "ID") != 0)
        return session_skip(session, response, error);
    parser_spaces(parser);
    if (!parser_accept(parser, '('))
        return session_skip(session, response, error);
    for (int i = 0; i < ID_FIELDS_LIMIT; i++) {
        g_auto(Text) text = {0};

        parser_spaces(parser);
        if (parser_accept(parser, ')'))
            break;
        if (!parser_text(parser, (Keep){.whole = 80}, &text, error))
            return false;
        g_string_append_len(name, (const char *)text.bytes, (gssize)text.kept_bytes);
        g_string_append_c(name, ' ');
    }
    return session_skip(session, response, error);
}

/* Tells our name and asks for the server's; between the two it is known who it is. */
static bool
introduce(ImapSession *session, const char *url, GError **error)
{
    g_autoptr(GString) words = g_string_new(connection_greeting(session->connection));
    Response reply;
    char tag[TAG_BYTES];

    session->provider = provider_find(url, words->str, session->capabilities);
    if (!imap_has(session, "ID") && !session->provider->needs_id)
        return true;
    if (!session_command(
            session, "ID (\"name\" \"postroom\" \"version\" \"" POSTROOM_VERSION "\")",
            tag, error) ||
        !session_settle(session, tag, (Listener){.hear = hear_id, .self = words},
                        &reply, error))
        return false;
    session->provider = provider_find(url, words->str, session->capabilities);
    return true;
}

static bool
learn_capabilities(ImapSession *session, GError **error)
{
    Response reply;
    char tag[TAG_BYTES];

    return session_command(session, "CAPABILITY", tag, error) &&
           session_settle(session, tag, (Listener){.hear = hear_capabilities}, &reply,
                          error);
}

static bool
enter(ImapSession *session, const ImapAccount *account, GError **error)
{
    learn_greeting(session, account);
    return sasl_log_in(session, account, error) && learn_capabilities(session, error) &&
           introduce(session, account->url, error);
}

ImapSession *
imap_open(const ImapAccount *account, GError **error)
{
    g_autoptr(ImapSession) session = g_new0(ImapSession, 1);
    uint64_t whole = account->max_mail_bytes > 0 ? (uint64_t)account->max_mail_bytes
                                                 : MAIL_LIMIT_BYTES;

    session->is_over = true; /* until there is somebody to say goodbye to */
    session->exists = -1;
    session->capabilities = g_ptr_array_new_with_free_func(g_free);
    session->keep_body.whole = MIN(whole, MAIL_LIMIT_BYTES);
    session->keep_body.head = MIN(session->keep_body.whole, HEAD_BYTES);
    session->keep_body.spools = true;
    session->spool_dir = g_strdup(account->spool_dir);
    session->keep_body.spool_dir = session->spool_dir;
    session->round_trip_us = OPENING_MS * INT64_C(1000);
    session->connection = connection_open(account, error);
    if (!session->connection)
        return NULL;
    parser_init(&session->parser, connection_source(session->connection));
    session->is_over = false;
    session->has_deadline = true;
    connection_limit(session->connection, OPENING_MS);
    if (!begin_afresh(session, error) || !enter(session, account, error)) {
        if (account->hint)
            *account->hint = session->hint;
        g_prefix_error(error, "%s: ", account->url);
        return NULL;
    }
    session->has_deadline = false;
    return g_steal_pointer(&session);
}

/* Politely but briefly: the server learns that it may forget us. */
static void
say_goodbye(ImapSession *session)
{
    g_autoptr(GError) unheard = NULL; /* nothing is left to be done about it */
    Response response;
    char tag[TAG_BYTES];

    connection_limit(session->connection, GOODBYE_MS);
    session->has_deadline = true; /* no command may have more time than that */
    if (session->is_idle && !session->is_idle_ended &&
        !session_send(session, "DONE\r\n", 6, &unheard))
        return;
    if (!session_command(session, "LOGOUT", tag, &unheard))
        return;
    while (response_read(&session->parser, &response, &unheard)) {
        if (response.kind == RESPONSE_REPLY && strcmp(response.tag, tag) == 0)
            return;
        if (response.kind == RESPONSE_FACT &&
            !parser_skip_rest(&session->parser, &unheard))
            return;
    }
}

void
imap_close(ImapSession *session)
{
    if (!session)
        return;
    if (!session->is_over && !session->idle_goes_on)
        say_goodbye(session);
    g_clear_pointer(&session->deflate, deflate_free);
    g_clear_pointer(&session->connection, connection_free);
    parser_clear(&session->parser);
    g_ptr_array_unref(session->capabilities);
    g_clear_pointer(&session->suspects, g_array_unref);
    g_free(session->spool_dir);
    g_free(session);
}
