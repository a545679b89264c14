/* Canonicalisation (RFC 6376 section 3.4), one for DKIM and ARC. */
#pragma once

#include "fields.h"

#include <stdint.h>

/* Appends the field with its CRLF. */
void canonical_add_field(const RawField *field, bool relaxed, GString *out);

/* Appends a signature field with its b= emptied and no CRLF (section 3.7). */
void canonical_add_signature(const RawField *field, bool relaxed, GString *out);

/* The body of one mail, canonicalised and hashed at most once each way. */
typedef struct CanonicalBody {
    const RawMail *mail;
    GString *relaxed; /* NULL: not needed yet */
    bool has_hash[2]; /* by relaxed */
    uint8_t hash[2][32];
} CanonicalBody;

void canonical_body_init(CanonicalBody *body, const RawMail *mail);
void canonical_body_clear(CanonicalBody *body);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CanonicalBody, canonical_body_clear)

size_t canonical_body_size(CanonicalBody *body, bool relaxed);
/* Lent. */
const uint8_t *canonical_body_hash(CanonicalBody *body, bool relaxed);
/* Of the first `length` bytes, for l=. */
void canonical_body_hash_part(CanonicalBody *body, bool relaxed, size_t length,
                              uint8_t out[32]);
