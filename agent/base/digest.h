/* Digests every room may need; the one place outside sort/auth and deliver that
 * touches OpenSSL. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SHA256_BYTES = 32
};

void digest_sha256(const void *bytes, size_t size, uint8_t out[SHA256_BYTES]);

/* 64 lower-case hex digits. */
char *digest_sha256_hex(const void *bytes, size_t size);

void digest_hmac_sha256(const void *key, size_t key_size, const void *bytes,
                        size_t size, uint8_t out[SHA256_BYTES]);

/* RFC 9562 section 5.5: the same name gives the same id, for ever. */
char *digest_uuid5(const char *name);
