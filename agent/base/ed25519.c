#include "base/ed25519.h"

#include <glib.h>
#include <openssl/evp.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

/* Every 32 bytes are a key; it fails on memory only. */
static EVP_PKEY *
key_of(const uint8_t *seed)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);

    g_assert(key);
    return key;
}

void
ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], const void *bytes, size_t size,
             uint8_t out[ED25519_SIGNATURE_BYTES])
{
    g_autoptr(EVP_PKEY) key = key_of(seed);
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    size_t length = ED25519_SIGNATURE_BYTES;

    g_assert(context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    g_assert(EVP_DigestSign(context, out, &length, bytes, size) == 1);
    g_assert(length == ED25519_SIGNATURE_BYTES);
}

void
ed25519_public(const uint8_t seed[ED25519_SEED_BYTES],
               uint8_t out[ED25519_PUBLIC_BYTES])
{
    g_autoptr(EVP_PKEY) key = key_of(seed);
    size_t length = ED25519_PUBLIC_BYTES;

    g_assert(EVP_PKEY_get_raw_public_key(key, out, &length) == 1);
    g_assert(length == ED25519_PUBLIC_BYTES);
}
