/* What a DKIM-Signature, ARC-Message-Signature or ARC-Seal says of itself, and its
 * check against key and text. */
#pragma once

#include "canonical.h"
#include "keyring.h"
#include "taglist.h"

#include "model/dns.h"
#include "model/verdict.h"

typedef struct Signature {
    const RawField *field;
    TagList tags;
    SignatureAlgorithm algorithm;
    bool relaxed_header;
    bool relaxed_body;
    char *domain; /* A-label, lower case */
    char *selector;
    char *identity; /* i= decoded, or "@" and the domain */
    GPtrArray *signed_names;
    GByteArray *signature;
    GByteArray *body_hash;
    int64_t body_length; /* -1: all */
    int64_t signed_at;   /* TIME_NONE: not said */
    int64_t expires_at;
} Signature;

typedef enum {
    SIGNATURE_DKIM,
    SIGNATURE_ARC_MESSAGE,
    SIGNATURE_ARC_SEAL, /* signs no body and has no h= */
} SignatureKind;

/* False with `*trouble`: permerror. What could be read stays readable in `out`. */
bool signature_read(const RawField *field, SignatureKind kind, Signature *out,
                    const char **trouble);
void signature_clear(Signature *signature);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signature, signature_clear)

/* Asks for the key. RESULT_PASS: `key` is filled; else temperror or permerror. */
AuthResult signature_fetch_key(const Signature *signature, const DnsAsker *dns,
                               AuthKeys *keys, PublicKey *key, const char **trouble);

/* SHA-256 over the signed fields and the signature's own field (RFC 6376 section 3.7)
 */
void signature_hash_fields(const Signature *signature, const RawMail *mail,
                           uint8_t digest[32]);

bool signature_body_matches(const Signature *signature, CanonicalBody *body);

/* Whether the mail holds more copies of a signed field than are signed: the one on top
 * is what most programs show. */
bool signature_leaves_copies(const Signature *signature, const RawMail *mail);
