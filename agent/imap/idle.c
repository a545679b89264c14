/* Waiting for news (RFC 2177), a line at a time and without blocking. */
#include "imap/session.h"

#include <string.h>

#include "base/fault.h"

enum {
    DONE_MS = 20 * 1000
};

bool
imap_idle_begin(ImapSession *session, GError **error)
{
    Response response;

    if (!session_is_usable(session, error))
        return false;
    if (!session_command(session, "IDLE", session->idle_tag, error) ||
        !session_await_turn(session, session->idle_tag, &response, error))
        return false;
    if (response.kind == RESPONSE_REPLY) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "the server refuses to wait (IDLE): %s", response.text);
        return false;
    }
    session->is_idle = true;
    session->is_idle_ended = false;
    session->idle_goes_on = false;
    stream_rest(&session->parser.stream);
    return true;
}

static bool
drop_literal(ImapSession *session, bool may_wait, bool *moved, GError **error)
{
    const uint8_t *dropped;
    size_t some = stream_some(&session->parser.stream,
                              (size_t)MIN(session->idle_skip_bytes, SIZE_MAX), may_wait,
                              &dropped, error);

    session->idle_skip_bytes -= some;
    *moved = some > 0;
    return some > 0 || !*error || session_break(session);
}

static bool
hear_line(ImapSession *session, GError **error)
{
    Response response;

    if (!session->idle_goes_on) {
        if (!response_parse(&session->parser, &response, error))
            return session_break(session);
        if (!session_note(session, &response, error))
            return false;
        if (response.kind == RESPONSE_REPLY)
            session->is_idle_ended =
                strcmp(response.tag, session->idle_tag) == 0 || session->is_idle_ended;
        if (response.kind != RESPONSE_FACT)
            return true;
        /* Flags changed: a mail may have come back from the dead, ask again. */
        if (strcmp(response.word, "FETCH") == 0)
            session->has_news = true;
    }
    return parser_skip_line(&session->parser, &session->idle_goes_on,
                            &session->idle_skip_bytes, error) ||
           session_break(session);
}

/* One line or a piece of a literal. `*moved`: there was one. */
static bool
step(ImapSession *session, bool may_wait, bool *moved, GError **error)
{
    GError *fault = NULL;
    bool has_line;

    *moved = false;
    if (session->idle_skip_bytes > 0) {
        bool ok = drop_literal(session, may_wait, moved, &fault);

        if (!ok)
            g_propagate_error(error, fault);
        return ok;
    }
    has_line = may_wait ? parser_begin(&session->parser, &fault)
                        : parser_try_begin(&session->parser, &fault);
    if (fault) {
        g_propagate_error(error, fault);
        return session_break(session);
    }
    *moved = has_line;
    return !has_line || hear_line(session, error);
}

static bool
is_idle(const ImapSession *session, GError **error)
{
    g_assert(session->is_idle);
    return session_is_usable(session, error);
}

static void
tell(ImapSession *session, bool *changed)
{
    *changed = session->has_news;
    session->has_news = false;
}

bool
imap_idle_read(ImapSession *session, bool *changed, GError **error)
{
    bool moved = true;

    if (!is_idle(session, error))
        return false;
    while (moved && !session->is_idle_ended) {
        if (!step(session, false, &moved, error))
            return false;
    }
    tell(session, changed);
    /* Who ends IDLE unasked tells nothing any more: it must be asked again. */
    *changed = *changed || session->is_idle_ended;
    return true;
}

bool
imap_idle_end(ImapSession *session, bool *changed, GError **error)
{
    bool moved;

    if (!is_idle(session, error))
        return false;
    connection_limit(session->connection, DONE_MS);
    if (!session->is_idle_ended && !session_send(session, "DONE\r\n", 6, error))
        return false;
    while (!session->is_idle_ended) {
        if (!step(session, true, &moved, error))
            return false;
    }
    connection_limit(session->connection, 0);
    session->is_idle = false;
    tell(session, changed);
    return true;
}
