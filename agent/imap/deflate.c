#include "imap/deflate.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/fault.h"

/* Commands are short: they need no large window, and thousands of sessions may wait.
 * What servers send may refer 32 kB back. */
enum {
    TAKE_WINDOW_BITS = -15,
    SEND_WINDOW_BITS = -10,
    SEND_MEMORY_LEVEL = 1,
};

struct Deflate {
    Source below;
    z_stream in;
    z_stream out;
    uint8_t *taken; /* what came and is not inflated yet */
    size_t capacity;
    bool has_more; /* zlib may hold bytes that did not fit */
};

Deflate *
deflate_new(Source below, const uint8_t *early, size_t early_size)
{
    Deflate *layer = g_new0(Deflate, 1);
    int taken, sent;

    layer->below = below;
    layer->capacity = MAX(early_size, (size_t)STREAM_BYTES);
    layer->taken = g_malloc(layer->capacity);
    if (early_size > 0)
        memcpy(layer->taken, early, early_size);
    layer->in.next_in = layer->taken;
    layer->in.avail_in = (uInt)early_size;
    taken = inflateInit2(&layer->in, TAKE_WINDOW_BITS);
    sent = deflateInit2(&layer->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                        SEND_WINDOW_BITS, SEND_MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    g_assert(taken == Z_OK && sent == Z_OK); /* they fail for want of memory only */
    return layer;
}

void
deflate_free(Deflate *layer)
{
    if (!layer)
        return;
    (void)inflateEnd(&layer->in);  /* fails only where it was never begun */
    (void)deflateEnd(&layer->out); /* and says that the stream is not at its end */
    g_free(layer->taken);
    g_free(layer);
}

/* As Source.take of what lies below. */
static ssize_t
take_more(Deflate *layer, bool may_wait, GError **error)
{
    ssize_t got = layer->below.take(layer->below.self, layer->taken, layer->capacity,
                                    may_wait, error);

    layer->in.next_in = layer->taken;
    layer->in.avail_in = got > 0 ? (uInt)got : 0;
    return got;
}

static ssize_t
take_inflated(void *self, uint8_t *bytes, size_t size, bool may_wait, GError **error)
{
    Deflate *layer = self;
    uInt room = (uInt)MIN(size, (size_t)G_MAXINT32);

    for (;;) {
        int outcome;

        if (layer->in.avail_in == 0 && !layer->has_more) {
            ssize_t got = take_more(layer, may_wait, error);

            if (got <= 0)
                return got;
        }
        layer->in.next_out = bytes;
        layer->in.avail_out = room;
        outcome = inflate(&layer->in, Z_SYNC_FLUSH);
        layer->has_more = layer->in.avail_out == 0;
        if (layer->in.avail_out < room)
            return (ssize_t)(room - layer->in.avail_out);
        if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            g_set_error_literal(error, FAULT, FAULT_RETRY,
                                outcome == Z_STREAM_END
                                    ? "the server ended its compressed stream"
                                    : "the server's compressed stream is broken");
            return -1;
        }
    }
}

Source
deflate_source(Deflate *layer)
{
    return (Source){.take = take_inflated, .self = layer};
}

GByteArray *
deflate_pack(Deflate *layer, const char *bytes, size_t size)
{
    GByteArray *packed = g_byte_array_new();
    z_stream *out = &layer->out;

    out->next_in = (const Bytef *)bytes;
    out->avail_in = (uInt)size;
    do {
        uint8_t some[512];

        out->next_out = some;
        out->avail_out = sizeof some;
        (void)deflate(out, Z_SYNC_FLUSH); /* Z_BUF_ERROR only: nothing was left */
        g_byte_array_append(packed, some, (guint)(sizeof some - out->avail_out));
    } while (out->avail_out == 0);
    return packed;
}
