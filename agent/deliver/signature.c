/* Standard Webhooks 1.0.0, over "id.timestamp.body": v1 is base64 of HMAC-SHA256 under
 * the base64-decoded secret after "whsec_", v1a is base64 of an Ed25519 signature by
 * the key after "whsk_". */
#include "deliver/deliver.h"

#include <string.h>

#include "base/digest.h"
#include "base/ed25519.h"

enum {
    LEAST_KEY_BYTES = 16
};

typedef enum {
    SCHEME_V1,
    SCHEME_V1A,
} Scheme;

static const char *const prefixes[] = {[SCHEME_V1] = "whsec_", [SCHEME_V1A] = "whsk_"};

typedef struct SigningKey {
    Scheme scheme;
    uint8_t *bytes; /* of v1a: begins with the seed */
    gsize size;
} SigningKey;

static void
signing_key_clear(SigningKey *key)
{
    if (key->bytes)
        secret_wipe(key->bytes, key->size);
    g_free(key->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SigningKey, signing_key_clear)

/* GLib skips what is no base64; a mistyped secret would sign with another key. */
static bool
is_base64(const char *text)
{
    size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/");
    size_t padding = strspn(text + letters, "=");

    return text[letters + padding] == '\0' && (letters + padding) % 4 == 0 &&
           padding <= 2;
}

/* Some libraries write the seed alone, some the public key behind it, which must be
 * the seed's then. */
static bool
is_ed25519(const SigningKey *key)
{
    uint8_t public[ED25519_PUBLIC_BYTES];

    if (key->size == ED25519_SEED_BYTES)
        return true;
    if (key->size != ED25519_SEED_BYTES + ED25519_PUBLIC_BYTES)
        return false;
    ed25519_public(key->bytes, public);
    return memcmp(public, key->bytes + ED25519_SEED_BYTES, sizeof public) == 0;
}

/* False: not a secret of any kind. Clear `out` in either case. */
static bool
read_key(const Secret *secret, SigningKey *out)
{
    const char *text = secret_text(secret);

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        const char *base64 = text + strlen(prefixes[i]);

        if (!g_str_has_prefix(text, prefixes[i]) || !is_base64(base64))
            continue;
        out->scheme = (Scheme)i;
        out->bytes = g_base64_decode(base64, &out->size);
        return out->scheme == SCHEME_V1A ? is_ed25519(out)
                                         : out->size >= LEAST_KEY_BYTES;
    }
    return false;
}

static char *
sign_with(const SigningKey *key, const GString *content)
{
    uint8_t sum[SHA256_BYTES];
    uint8_t signature[ED25519_SIGNATURE_BYTES];

    if (key->scheme == SCHEME_V1A) {
        ed25519_sign(key->bytes, content->str, content->len, signature);
        return g_base64_encode(signature, sizeof signature);
    }
    digest_hmac_sha256(key->bytes, key->size, content->str, content->len, sum);
    return g_base64_encode(sum, sizeof sum);
}

char *
deliver_sign(const DeliverEndpoint *endpoint, const char *id, int64_t timestamp_s,
             const char *body, size_t body_bytes)
{
    g_autoptr(GString) signatures = g_string_new(NULL);
    g_autoptr(GString) content = g_string_new(NULL);

    g_string_printf(content, "%s.%" G_GINT64_FORMAT ".", id, timestamp_s);
    g_string_append_len(content, body, (gssize)body_bytes);
    for (size_t i = 0; i < endpoint->n_secrets; i++) {
        g_auto(SigningKey) key = {0};
        g_autofree char *text = NULL;

        if (!read_key(endpoint->secrets[i], &key))
            return NULL;
        text = sign_with(&key, content);
        g_string_append_printf(signatures, "%s%s,%s", i ? " " : "",
                               key.scheme == SCHEME_V1A ? "v1a" : "v1", text);
    }
    return g_string_free(g_steal_pointer(&signatures), FALSE);
}

char *
deliver_public_key(const Secret *secret)
{
    g_auto(SigningKey) key = {0};
    uint8_t public[ED25519_PUBLIC_BYTES];
    g_autofree char *text = NULL;

    if (!read_key(secret, &key) || key.scheme != SCHEME_V1A)
        return NULL;
    ed25519_public(key.bytes, public);
    text = g_base64_encode(public, sizeof public);
    return g_strconcat("whpk_", text, NULL);
}

/* Without the prefix it is as secret as with it. */
char *
deliver_redact(const DeliverEndpoint *endpoint, const char *text)
{
    GString *clean = g_string_new(text);

    for (size_t i = 0; i < endpoint->n_secrets; i++) {
        const char *secret = secret_text(endpoint->secrets[i]);
        const char *base64 = strchr(secret, '_');

        (void)g_string_replace(clean, secret, "[secret]", 0);
        (void)g_string_replace(clean, base64 ? base64 + 1 : secret, "[secret]", 0);
    }
    return g_string_free(clean, FALSE);
}
