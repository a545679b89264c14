#include "base/digest.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

void
digest_sha256(const void *bytes, size_t size, uint8_t out[SHA256_BYTES])
{
    int done = EVP_Digest(bytes, size, out, NULL, EVP_sha256(), NULL);

    g_assert(done == 1);
}

char *
digest_sha256_hex(const void *bytes, size_t size)
{
    uint8_t sum[SHA256_BYTES];
    char *hex = g_malloc(2 * SHA256_BYTES + 1);

    digest_sha256(bytes, size, sum);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
    }
    hex[2 * sizeof sum] = '\0';
    return hex;
}

void
digest_hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                   uint8_t out[SHA256_BYTES])
{
    unsigned int written = 0;

    g_assert(key_size <= INT_MAX);
    g_assert(HMAC(EVP_sha256(), key, (int)key_size, bytes, size, out, &written));
    g_assert(written == SHA256_BYTES);
}

char *
digest_uuid5(const char *name)
{
    /* The name space is fixed for the life of the project: ids in CRMs depend on it. */
    static const uint8_t space[16] = {0x8f, 0x2d, 0x51, 0x0c, 0x6b, 0x1e, 0x4a, 0x77,
                                      0x9c, 0x3e, 0x21, 0xd4, 0x70, 0x5a, 0xe8, 0x16};
    g_autoptr(GByteArray) input = g_byte_array_new();
    uint8_t sum[20];

    g_byte_array_append(input, space, sizeof space);
    g_byte_array_append(input, (const uint8_t *)name, (guint)strlen(name));
    g_assert(EVP_Digest(input->data, input->len, sum, NULL, EVP_sha1(), NULL) == 1);
    sum[6] = (uint8_t)((sum[6] & 0x0f) | 0x50);
    sum[8] = (uint8_t)((sum[8] & 0x3f) | 0x80);
    return g_strdup_printf(
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", sum[0],
        sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7], sum[8], sum[9], sum[10],
        sum[11], sum[12], sum[13], sum[14], sum[15]);
}
