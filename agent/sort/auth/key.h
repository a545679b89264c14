/* A public key as it stands in the domain name system (RFC 6376 section 3.6.1, RFC
 * 8301, RFC 8463). */
#pragma once

#include "crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    ALGORITHM_RSA_SHA256,
    ALGORITHM_ED25519_SHA256,
} SignatureAlgorithm;

typedef struct PublicKey {
    SignatureAlgorithm algorithm;
    EVP_PKEY *pkey;
    int bits;
    bool is_exact; /* t=s: i= must be in d= itself, not below */
    bool is_test;  /* t=y */
} PublicKey;

/* `text` is the TXT record; false with `*trouble` for a key that verifies nothing. */
bool key_read(const char *text, PublicKey *out, const char **trouble);
void key_clear(PublicKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PublicKey, key_clear)

/* Whether `signature` is that key's over what hashes (SHA-256) to `digest`. */
bool key_verifies(const PublicKey *key, const uint8_t digest[32],
                  const GByteArray *signature);
