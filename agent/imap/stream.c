#include "imap/stream.h"

#include <string.h>

#include "base/fault.h"

/* A line end of two bytes fits behind the longest line. */
enum {
    CAPACITY_LIMIT_BYTES = LINE_LIMIT_BYTES + 2
};

void
stream_init(Stream *stream, Source source)
{
    *stream = (Stream){.source = source, .capacity = STREAM_BYTES};
    stream->bytes = g_malloc(stream->capacity);
}

void
stream_clear(Stream *stream)
{
    g_clear_pointer(&stream->bytes, g_free);
    stream->capacity = stream->start = stream->end = stream->scanned = 0;
}

static void
move_to_front(Stream *stream)
{
    if (stream->start == 0)
        return;
    memmove(stream->bytes, stream->bytes + stream->start, stream->end - stream->start);
    stream->end -= stream->start;
    stream->scanned -= stream->start;
    stream->start = 0;
}

static void
make_room(Stream *stream)
{
    move_to_front(stream);
    if (stream->end < stream->capacity && stream->capacity >= STREAM_BYTES)
        return;
    stream->capacity =
        CLAMP(stream->capacity * 2, STREAM_BYTES, (size_t)CAPACITY_LIMIT_BYTES);
    stream->bytes = g_realloc(stream->bytes, stream->capacity);
}

/* As Source.take: above 0, 0 for "not yet", below 0 for a fault. */
static ssize_t
fill(Stream *stream, bool may_wait, GError **error)
{
    ssize_t got;

    if (stream->end == stream->capacity ||
        (may_wait && stream->capacity < STREAM_BYTES))
        make_room(stream);
    g_assert(stream->end < stream->capacity);
    got = stream->source.take(stream->source.self, stream->bytes + stream->end,
                              stream->capacity - stream->end, may_wait, error);
    if (got > 0) {
        stream->end += (size_t)got;
        stream->taken += (uint64_t)got;
    }
    return got;
}

/* Every byte has been handed out: begin again at the front. */
static void
rewind_if_empty(Stream *stream)
{
    if (stream->start == stream->end)
        stream->start = stream->end = stream->scanned = 0;
}

bool
stream_line(Stream *stream, bool may_wait, const char **line, size_t *size,
            GError **error)
{
    const uint8_t *feed;

    rewind_if_empty(stream);
    stream->scanned = MAX(stream->scanned, stream->start);
    for (;;) {
        feed = memchr(stream->bytes + stream->scanned, '\n',
                      stream->end - stream->scanned);
        if (feed)
            break;
        stream->scanned = stream->end;
        if (stream->end - stream->start > LINE_LIMIT_BYTES) {
            g_set_error(error, FAULT, FAULT_RETRY,
                        "the server sent a line of more than %d bytes",
                        LINE_LIMIT_BYTES);
            return false;
        }
        if (fill(stream, may_wait, error) <= 0)
            return false;
    }
    *line = (const char *)stream->bytes + stream->start;
    *size = (size_t)(feed - (stream->bytes + stream->start));
    stream->start += *size + 1;
    stream->scanned = stream->start;
    if (*size > 0 && (*line)[*size - 1] == '\r')
        (*size)--;
    return true;
}

size_t
stream_some(Stream *stream, size_t size, bool may_wait, const uint8_t **bytes,
            GError **error)
{
    size_t some;

    rewind_if_empty(stream);
    if (stream->start == stream->end && fill(stream, may_wait, error) <= 0)
        return 0;
    some = MIN(size, stream->end - stream->start);
    *bytes = stream->bytes + stream->start;
    stream->start += some;
    stream->scanned = stream->start;
    return some;
}

void
stream_switch(Stream *stream, Source source)
{
    stream->source = source;
    stream->start = stream->end = stream->scanned = 0;
}

void
stream_rest(Stream *stream)
{
    move_to_front(stream);
    if (stream->end >= STREAM_IDLE_BYTES || stream->capacity <= STREAM_IDLE_BYTES)
        return;
    stream->capacity = STREAM_IDLE_BYTES;
    stream->bytes = g_realloc(stream->bytes, stream->capacity);
}
