#include "key.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base64.h"
#include "taglist.h"

enum {
    RSA_BITS_MIN = 1024,
    RSA_BITS_MAX = 8192,
    EXPONENT_BITS_MAX = 64, /* more only burns our time */
    ED25519_BYTES = 32,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_SEQUENCE = 0x30,
};

typedef struct Der {
    const uint8_t *at;
    size_t left;
} Der;

void
key_clear(PublicKey *key)
{
    EVP_PKEY_free(key->pkey);
    key->pkey = NULL;
}

/* Takes one element of type `tag` off the front of `from`. */
static bool
take_der(Der *from, uint8_t tag, Der *out)
{
    size_t size;
    size_t head = 2;

    if (from->left < 2 || from->at[0] != tag)
        return false;
    size = from->at[1];
    if (size == 0x81 || size == 0x82) {
        size_t bytes = size - 0x80;

        if (from->left < 2 + bytes)
            return false;
        size = bytes == 1 ? from->at[2] : (size_t)from->at[2] << 8 | from->at[3];
        head += bytes;
    } else if (size > 0x7f) {
        return false;
    }
    if (from->left - head < size)
        return false;
    *out = (Der){from->at + head, size};
    from->at += head + size;
    from->left -= head + size;
    return true;
}

/* d2i_PUBKEY costs five verifications, so the SubjectPublicKeyInfo around the RSA key
 * is taken off by hand; a bare RSAPublicKey is accepted too, some publish it. */
static bool
unwrap_rsa(Der all, Der *modulus, Der *exponent)
{
    static const uint8_t rsa_oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                      0xf7, 0x0d, 0x01, 0x01, 0x01};
    Der outer;
    Der algorithm;
    Der bits;

    if (!take_der(&all, DER_SEQUENCE, &outer) || all.left > 0)
        return false;
    if (outer.left > 0 && outer.at[0] == DER_SEQUENCE) {
        if (!take_der(&outer, DER_SEQUENCE, &algorithm) ||
            algorithm.left < sizeof rsa_oid ||
            memcmp(algorithm.at, rsa_oid, sizeof rsa_oid) != 0 ||
            !take_der(&outer, DER_BIT_STRING, &bits) || outer.left > 0 ||
            bits.left < 1 || bits.at[0] != 0)
            return false;
        bits = (Der){bits.at + 1, bits.left - 1};
        if (!take_der(&bits, DER_SEQUENCE, &outer) || bits.left > 0)
            return false;
    }
    return take_der(&outer, DER_INTEGER, modulus) &&
           take_der(&outer, DER_INTEGER, exponent) && outer.left == 0 &&
           modulus->left > 0 && exponent->left > 0 && !(modulus->at[0] & 0x80) &&
           !(exponent->at[0] & 0x80);
}

static EVP_PKEY *
build_rsa(const BIGNUM *modulus, const BIGNUM *exponent)
{
    g_autoptr(OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new();
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    g_autoptr(OSSL_PARAM) params = NULL;
    EVP_PKEY *pkey = NULL;

    if (!builder || !context ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent))
        return NULL;
    params = OSSL_PARAM_BLD_to_param(builder);
    if (!params || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        return NULL;
    return pkey;
}

static bool
read_rsa(const GByteArray *bytes, PublicKey *out, const char **trouble)
{
    Der modulus;
    Der exponent;
    g_autoptr(BIGNUM) n = NULL;
    g_autoptr(BIGNUM) e = NULL;

    *trouble = "the key is no RSA public key";
    if (!unwrap_rsa((Der){bytes->data, bytes->len}, &modulus, &exponent))
        return false;
    n = BN_bin2bn(modulus.at, (int)modulus.left, NULL);
    e = BN_bin2bn(exponent.at, (int)exponent.left, NULL);
    if (!n || !e)
        return false;
    out->bits = BN_num_bits(n);
    if (out->bits < RSA_BITS_MIN) {
        *trouble = "the RSA key is shorter than 1024 bits";
        return false;
    }
    if (out->bits > RSA_BITS_MAX) {
        *trouble = "the RSA key is longer than 8192 bits";
        return false;
    }
    if (!BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e) ||
        BN_num_bits(e) > EXPONENT_BITS_MAX)
        return false;
    out->algorithm = ALGORITHM_RSA_SHA256;
    out->pkey = build_rsa(n, e);
    return out->pkey != NULL;
}

static bool
read_ed25519(const GByteArray *bytes, PublicKey *out, const char **trouble)
{
    *trouble = "the ed25519 key does not have 32 bytes";
    if (bytes->len != ED25519_BYTES)
        return false;
    out->algorithm = ALGORITHM_ED25519_SHA256;
    out->bits = 256;
    out->pkey =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes->data, bytes->len);
    return out->pkey != NULL;
}

/* What the tags other than p= say about the use of this key. */
static const char *
refuse_tags(const TagList *tags)
{
    const char *version = tag_find(tags, "v");
    const char *hashes = tag_find(tags, "h");
    const char *services = tag_find(tags, "s");

    if (version && (strcmp(version, "DKIM1") != 0 ||
                    strcmp(g_ptr_array_index(tags->names, 0), "v") != 0))
        return "the key record is of another version";
    if (hashes && !tag_colon_list_has(hashes, "sha256"))
        return "the key does not allow SHA-256";
    if (services && !tag_colon_list_has(services, "*") &&
        !tag_colon_list_has(services, "email"))
        return "the key is not for e-mail";
    return NULL;
}

bool
key_read(const char *text, PublicKey *out, const char **trouble)
{
    g_auto(TagList) tags = {0};
    g_autofree char *encoded = NULL;
    g_autoptr(GByteArray) bytes = NULL;
    const char *type;
    const char *flags;

    key_clear(out);
    *out = (PublicKey){0};
    if (!tag_list_read(text, strlen(text), &tags, trouble))
        return false;
    *trouble = refuse_tags(&tags);
    if (*trouble)
        return false;
    encoded = tag_squeeze(&tags, "p");
    *trouble = encoded ? "the key was revoked" : "the record holds no key";
    if (!encoded || !*encoded)
        return false;
    *trouble = "the key is not base64";
    bytes = base64_read(encoded);
    if (!bytes)
        return false;
    flags = tag_find(&tags, "t");
    out->is_exact = flags && tag_colon_list_has(flags, "s");
    out->is_test = flags && tag_colon_list_has(flags, "y");
    type = tag_find(&tags, "k");
    if (!type || strcmp(type, "rsa") == 0)
        return read_rsa(bytes, out, trouble);
    if (strcmp(type, "ed25519") == 0)
        return read_ed25519(bytes, out, trouble);
    *trouble = "the key is of an unknown type";
    return false;
}

static bool
rsa_verifies(const PublicKey *key, const uint8_t digest[32],
             const GByteArray *signature)
{
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(key->pkey, NULL);

    return context && EVP_PKEY_verify_init(context) > 0 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) > 0 &&
           EVP_PKEY_verify(context, signature->data, signature->len, digest, 32) == 1;
}

/* RFC 8463 section 3: Ed25519 signs the SHA-256 of the text, not the text. */
static bool
ed25519_verifies(const PublicKey *key, const uint8_t digest[32],
                 const GByteArray *signature)
{
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();

    return context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->pkey) > 0 &&
           EVP_DigestVerify(context, signature->data, signature->len, digest, 32) == 1;
}

bool
key_verifies(const PublicKey *key, const uint8_t digest[32],
             const GByteArray *signature)
{
    switch (key->algorithm) {
    case ALGORITHM_RSA_SHA256:
        return rsa_verifies(key, digest, signature);
    case ALGORITHM_ED25519_SHA256:
        return ed25519_verifies(key, digest, signature);
    }
    return false;
}
