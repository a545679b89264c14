#include "keyring.h"

#include <openssl/evp.h>

enum {
    KEYS_MAX = 500 /* beyond, all are forgotten */
};

struct AuthKeys {
    GHashTable *known; /* text of the record -> PublicKey, owned */
};

static void
free_key(void *key)
{
    key_clear(key);
    g_free(key);
}

AuthKeys *
auth_keys_new(void)
{
    AuthKeys *ring = g_new0(AuthKeys, 1);

    ring->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_key);
    return ring;
}

void
auth_keys_free(AuthKeys *ring)
{
    if (!ring)
        return;
    g_hash_table_unref(ring->known);
    g_free(ring);
}

static void
copy_key(const PublicKey *from, PublicKey *out)
{
    key_clear(out);
    *out = *from;
    g_assert(EVP_PKEY_up_ref(out->pkey));
}

bool
key_ring_read(AuthKeys *ring, const char *text, PublicKey *out, const char **trouble)
{
    const PublicKey *known = ring ? g_hash_table_lookup(ring->known, text) : NULL;
    PublicKey *kept;

    if (known) {
        copy_key(known, out);
        return true;
    }
    if (!key_read(text, out, trouble))
        return false;
    if (!ring)
        return true;
    if (g_hash_table_size(ring->known) >= KEYS_MAX)
        g_hash_table_remove_all(ring->known);
    kept = g_new0(PublicKey, 1);
    copy_key(out, kept);
    g_hash_table_insert(ring->known, g_strdup(text), kept);
    return true;
}
