/* A sender for tests: fresh keys, c=simple/simple, so that what is signed is what is
 * written. */
#pragma once

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "zone.h"

static inline EVP_PKEY *
signer_new_key(bool rsa)
{
    EVP_PKEY *key = rsa ? EVP_RSA_gen(2048) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    g_assert_nonnull(key);
    return key;
}

static inline char *
signer_record(EVP_PKEY *key, bool rsa)
{
    unsigned char *der = NULL;
    unsigned char raw[32];
    size_t raw_size = sizeof raw;
    g_autofree char *text = NULL;

    if (rsa) {
        int size = i2d_PUBKEY(key, &der);

        text = g_base64_encode(der, (gsize)size);
        OPENSSL_free(der);
    } else {
        g_assert_cmpint(EVP_PKEY_get_raw_public_key(key, raw, &raw_size), ==, 1);
        text = g_base64_encode(raw, raw_size);
    }
    return g_strdup_printf("v=DKIM1; k=%s; p=%s", rsa ? "rsa" : "ed25519", text);
}

static inline char *
signer_sign(EVP_PKEY *key, bool rsa, const char *text)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char digest[32];
    unsigned char signature[512];
    size_t size = sizeof signature;
    char *out;

    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
    g_assert_cmpint(
        EVP_DigestSignInit(context, NULL, rsa ? EVP_sha256() : NULL, NULL, key), ==, 1);
    if (rsa)
        g_assert_cmpint(EVP_DigestSign(context, signature, &size,
                                       (const unsigned char *)text, strlen(text)),
                        ==, 1);
    else
        g_assert_cmpint(
            EVP_DigestSign(context, signature, &size, digest, sizeof digest), ==, 1);
    out = g_base64_encode(signature, size);
    EVP_MD_CTX_free(context);
    return out;
}

/* The DKIM-Signature field for `body` and the fields of `signed_text`, which stand in
 * the order of `names`. */
static inline char *
signer_field(EVP_PKEY *key, bool rsa, const char *tags, const char *signed_text,
             const char *body)
{
    unsigned char digest[32];
    g_autofree char *hash = NULL;
    g_autofree char *bare = NULL;
    g_autofree char *all = NULL;
    g_autofree char *signature = NULL;

    EVP_Digest(body, strlen(body), digest, NULL, EVP_sha256(), NULL);
    hash = g_base64_encode(digest, sizeof digest);
    bare = g_strdup_printf("DKIM-Signature: v=1; a=%s-sha256; %s; bh=%s; b=",
                           rsa ? "rsa" : "ed25519", tags, hash);
    all = g_strconcat(signed_text, bare, NULL);
    signature = signer_sign(key, rsa, all);
    return g_strdup_printf("%s%s\r\n", bare, signature);
}
