/* Bytes of a conversation, line by line and literal by literal, in bounded memory.
 *
 * IMAP is lines that may be interrupted by counted bytes. The stream hands out one
 * line at a time (RFC 9051 section 4.3: a literal always ends a line) and lets the
 * caller take or drop counted bytes in between, so a tag inside a body is never a tag.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    LINE_LIMIT_BYTES = 64 * 1024,
    STREAM_BYTES = 16 * 1024,     /* one TLS record */
    STREAM_IDLE_BYTES = 4 * 1024, /* thousands of sessions wait in IDLE */
};

/* Where bytes come from: a connection, or a fuzzer. Above 0: so many bytes. 0: none
 * there, only when it may not wait. Below 0: fault; the end of the bytes is one. */
typedef struct Source {
    ssize_t (*take)(void *self, uint8_t *bytes, size_t size, bool may_wait,
                    GError **error);
    void *self;
} Source;

typedef struct Stream {
    Source source;
    uint8_t *bytes;
    size_t capacity;
    size_t start;
    size_t end;
    uint64_t taken; /* from the source, so far */
    size_t scanned; /* no line feed before this place: no byte is searched twice */
} Stream;

void stream_init(Stream *stream, Source source);
void stream_clear(Stream *stream);

/* The next line without its end (CRLF or a bare LF); lent until the next call. False
 * with no error, only when it may not wait: the line is not there yet. */
bool stream_line(Stream *stream, bool may_wait, const char **line, size_t *size,
                 GError **error);

/* Some of the next bytes, at least one, at most `size`; lent until the next call.
 * 0 with no error, only when it may not wait: none there. */
size_t stream_some(Stream *stream, size_t size, bool may_wait, const uint8_t **bytes,
                   GError **error);

/* From here on everything comes from `source`, even what was read ahead already: the
 * caller has taken that over. */
void stream_switch(Stream *stream, Source source);

/* Gives memory back before a long wait. */
void stream_rest(Stream *stream);
