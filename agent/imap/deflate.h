/* COMPRESS=DEFLATE (RFC 4978): both directions as raw deflate streams.
 *
 * What comes is inflated only as far as somebody asks for bytes, so a stream that grows
 * a thousandfold costs no memory, and every limit above counts what it grew to. */
#pragma once

#include "imap/stream.h"

typedef struct Deflate Deflate;

/* Reads from `below`; `early` was read ahead of the switch and belongs to it already.
 */
Deflate *deflate_new(Source below, const uint8_t *early, size_t early_size);
void deflate_free(Deflate *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deflate, deflate_free)

Source deflate_source(Deflate *layer);

/* What must be sent for `bytes` to arrive now. */
GByteArray *deflate_pack(Deflate *layer, const char *bytes, size_t size);
