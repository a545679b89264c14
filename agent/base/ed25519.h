/* Ed25519 (RFC 8032), for signatures that others verify without our secret. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    ED25519_SEED_BYTES = 32,
    ED25519_PUBLIC_BYTES = 32,
    ED25519_SIGNATURE_BYTES = 64,
};

void ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], const void *bytes,
                  size_t size, uint8_t out[ED25519_SIGNATURE_BYTES]);
void ed25519_public(const uint8_t seed[ED25519_SEED_BYTES],
                    uint8_t out[ED25519_PUBLIC_BYTES]);
