/* Switching a session over to compression, for slow links. */
#include "imap/session.h"

enum {
    TELLING_BYTES = 1024 * 1024
};

int64_t
imap_bytes_per_s(const ImapSession *session)
{
    const Meter *fetched = &session->fetched;

    if (fetched->bytes < TELLING_BYTES)
        return 0;
    return (int64_t)((double)fetched->bytes * 1e6 / (double)MAX(fetched->waited_us, 1));
}

bool
imap_compress(ImapSession *session, GError **error)
{
    Stream *stream = &session->parser.stream;
    Response reply;
    char tag[TAG_BYTES];

    if (!session_is_usable(session, error))
        return false;
    if (session->was_compress_asked || !imap_has(session, "COMPRESS=DEFLATE"))
        return true;
    session->was_compress_asked = true;
    if (!session_command(session, "COMPRESS DEFLATE", tag, error) ||
        !session_settle(session, tag, (Listener){0}, &reply, error))
        return false;
    if (reply.condition != CONDITION_OK)
        return true;
    /* Behind the line end of the OK everything is compressed, also what came with it.
     */
    session->deflate =
        deflate_new(connection_source(session->connection),
                    stream->bytes + stream->start, stream->end - stream->start);
    stream_switch(stream, deflate_source(session->deflate));
    return true;
}
