#include "imap/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/hint.h"

/* A server that talks for ever without an answer; a large mailbox is a tenth of it. */
enum {
    RESPONSES_LIMIT = 20 * 1000 * 1000,
    FLOOD_BYTES = 1024 * 1024 * 1024,
    COMMAND_MS = 15 * 60 * 1000, /* long lists of slow servers included */
};

bool
session_is_usable(const ImapSession *session, GError **error)
{
    if (!session->is_over)
        return true;
    g_set_error_literal(error, FAULT, FAULT_RETRY, "the session is over");
    return false;
}

bool
imap_is_alive(const ImapSession *session)
{
    return !session->is_over;
}

ImapHint
imap_take_hint(ImapSession *session)
{
    ImapHint hint = session->hint;

    session->hint = (ImapHint){0};
    return hint;
}

/* RFC 9738: "MESSAGELIMIT=1000" is how many one command may name. */
guint
session_uids_limit(const ImapSession *session)
{
    guint64 limit;

    if (session->uids_limit)
        return session->uids_limit;
    for (guint i = 0; i < session->capabilities->len; i++) {
        const char *word = session->capabilities->pdata[i];

        if (g_str_has_prefix(word, "MESSAGELIMIT=") &&
            g_ascii_string_to_unsigned(word + strlen("MESSAGELIMIT="), 10, 1,
                                       COMMAND_UIDS, &limit, NULL))
            return (guint)limit;
    }
    return COMMAND_UIDS;
}

bool
session_break(ImapSession *session)
{
    session->is_over = true;
    return false;
}

bool
session_fault(ImapSession *session, GError **error, const char *because)
{
    (void)parser_fault(error, because); /* always false */
    return session_break(session);
}

void
session_tag(ImapSession *session, char tag[TAG_BYTES])
{
    session->n_responses = 0;
    session->asked_us = clock_monotonic_us();
    if (!session->has_deadline)
        connection_limit(session->connection, COMMAND_MS);
    (void)g_snprintf(tag, TAG_BYTES, "P%" G_GUINT64_FORMAT, ++session->n_commands);
}

bool
session_send(ImapSession *session, const char *bytes, size_t size, GError **error)
{
    g_autoptr(GByteArray) packed = NULL;

    if (session->deflate) {
        packed = deflate_pack(session->deflate, bytes, size);
        bytes = (const char *)packed->data;
        size = packed->len;
    }
    return connection_send(session->connection, bytes, size, error) ||
           session_break(session);
}

bool
session_command(ImapSession *session, const char *command, char tag[TAG_BYTES],
                GError **error)
{
    g_autofree char *line = NULL;

    session_tag(session, tag);
    line = g_strconcat(tag, " ", command, "\r\n", NULL);
    return session_send(session, line, strlen(line), error);
}

/* RFC 9051 "quoted": seven-bit text without line ends. */
static bool
is_quotable(const char *text)
{
    for (; *text; text++) {
        if (!g_ascii_isprint(*text))
            return false;
    }
    return true;
}

static void
append_quoted(Letter *letter, const char *text)
{
    letter_append(letter, "\"", 1);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            letter_append(letter, "\\", 1);
        letter_append(letter, text, 1);
    }
    letter_append(letter, "\"", 1);
}

/* Sends what is written so far and waits for the server's leave to send the literal. */
static bool
begin_literal(ImapSession *session, Letter *letter, size_t size, const char *tag,
              GError **error)
{
    Response response;
    char announced[32];
    int length = g_snprintf(announced, sizeof announced, "{%zu}\r\n", size);

    letter_append(letter, announced, (size_t)length);
    if (!session_send(session, letter->str, letter->len, error) ||
        !session_await_turn(session, tag, &response, error))
        return false;
    if (response.kind == RESPONSE_CONTINUE) {
        g_string_truncate(letter, 0);
        return true;
    }
    g_set_error(error, FAULT, FAULT_RETRY, "the server takes no literal: %s",
                response.text);
    return false;
}

bool
session_command_strings(ImapSession *session, const char *verb,
                        const char *const *strings, char tag[TAG_BYTES], GError **error)
{
    g_autoptr(Letter) letter = NULL;
    size_t capacity = TAG_BYTES + strlen(verb) + 4;

    for (size_t i = 0; strings[i]; i++)
        capacity += 2 * strlen(strings[i]) + 36; /* quotes and escapes, or "{n}" */
    letter = letter_new(capacity);
    session_tag(session, tag);
    letter_append(letter, tag, strlen(tag));
    letter_append(letter, " ", 1);
    letter_append(letter, verb, strlen(verb));
    for (size_t i = 0; strings[i]; i++) {
        letter_append(letter, " ", 1);
        if (is_quotable(strings[i])) {
            append_quoted(letter, strings[i]);
            continue;
        }
        if (!begin_literal(session, letter, strlen(strings[i]), tag, error))
            return false;
        letter_append(letter, strings[i], strlen(strings[i]));
    }
    letter_append(letter, "\r\n", 2);
    return session_send(session, letter->str, letter->len, error);
}

static void
note_change(ImapSession *session, const Response *response)
{
    if (strcmp(response->word, "EXISTS") == 0) {
        session->exists = (int64_t)MIN(response->number, G_MAXINT64);
        session->has_news = true;
    } else if (strcmp(response->word, "EXPUNGE") == 0) {
        /* The number may be impossible: it is not used for anything else. */
        if (session->exists > 0)
            session->exists--;
        session->has_news = true;
    }
}

bool
session_note(ImapSession *session, const Response *response, GError **error)
{
    if (response->kind == RESPONSE_FACT)
        note_change(session, response);
    else if (response->kind != RESPONSE_CONTINUE)
        hint_learn(&session->hint, response);
    session_learn_code(session, response);
    if (response->kind != RESPONSE_CONDITION || response->condition != CONDITION_BYE)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "the server ended the session: %s",
                response->text);
    return session_break(session);
}

void
session_note_progress(ImapSession *session)
{
    session->useful_bytes = session->parser.stream.taken;
}

bool
session_next(ImapSession *session, Response *response, GError **error)
{
    if (++session->n_responses > RESPONSES_LIMIT)
        return session_fault(session, error, "a command never ends");
    if (session->parser.stream.taken - session->useful_bytes > FLOOD_BYTES)
        return session_fault(session, error, "it floods us with what nobody asked for");
    if (!response_read(&session->parser, response, error))
        return session_break(session);
    if (response->kind == RESPONSE_REPLY)
        session_note_progress(session);
    return session_note(session, response, error);
}

bool
session_skip(ImapSession *session, const Response *response, GError **error)
{
    if (response->kind != RESPONSE_FACT)
        return true;
    return parser_skip_rest(&session->parser, error) || session_break(session);
}

bool
session_is_stale(const ImapSession *session, const char *tag)
{
    guint64 number;

    return tag[0] == 'P' && g_ascii_string_to_unsigned(
                                tag + 1, 10, 1, session->n_commands, &number, NULL);
}

/* What is not the reply that is waited for. */
static bool
skip_stale(ImapSession *session, const Response *response, GError **error)
{
    if (response->kind == RESPONSE_REPLY && !session_is_stale(session, response->tag))
        return session_fault(session, error, "a reply answers no command");
    return session_skip(session, response, error);
}

bool
session_await_turn(ImapSession *session, const char *tag, Response *response,
                   GError **error)
{
    for (;;) {
        if (!session_next(session, response, error))
            return false;
        if (response->kind == RESPONSE_CONTINUE)
            return true;
        if (response->kind == RESPONSE_REPLY && strcmp(response->tag, tag) == 0)
            return true;
        if (!skip_stale(session, response, error))
            return false;
    }
}

static void
note_round_trip(ImapSession *session)
{
    session->round_trip_us =
        MIN(session->round_trip_us, clock_monotonic_us() - session->asked_us);
}

bool
session_settle(ImapSession *session, const char *tag, Listener listener,
               Response *reply, GError **error)
{
    for (;;) {
        if (!session_next(session, reply, error))
            return false;
        if (reply->kind == RESPONSE_REPLY && strcmp(reply->tag, tag) == 0) {
            note_round_trip(session);
            return true;
        }
        if (reply->kind == RESPONSE_CONTINUE)
            continue;
        if (!listener.hear || reply->kind == RESPONSE_REPLY) {
            if (!skip_stale(session, reply, error))
                return false;
        } else if (!listener.hear(session, reply, listener.self, error)) {
            return session_break(session);
        }
    }
}
