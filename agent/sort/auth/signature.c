#include "signature.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"

#include "asker.h"
#include "base64.h"
#include "domain.h"

enum {
    SIGNED_NAMES_MAX = 256,
    LENGTH_DIGITS = 76,
    TIME_DIGITS = 12
};

void
signature_clear(Signature *signature)
{
    tag_list_clear(&signature->tags);
    g_clear_pointer(&signature->domain, g_free);
    g_clear_pointer(&signature->selector, g_free);
    g_clear_pointer(&signature->identity, g_free);
    g_clear_pointer(&signature->signed_names, g_ptr_array_unref);
    g_clear_pointer(&signature->signature, g_byte_array_unref);
    g_clear_pointer(&signature->body_hash, g_byte_array_unref);
}

/* The names the report shows are read first, so that a broken signature still says
 * whose it claims to be. */
static const char *
read_names(Signature *out)
{
    const char *domain = tag_find(&out->tags, "d");
    const char *selector = tag_find(&out->tags, "s");

    if (domain)
        out->domain = domain_to_ascii(domain, strlen(domain));
    if (selector)
        out->selector = domain_to_ascii(selector, strlen(selector));
    if (!out->domain)
        return "d= is missing or no domain name";
    if (!out->selector)
        return "s= is missing or no selector";
    return NULL;
}

static const char *
read_algorithm(Signature *out)
{
    const char *algorithm = tag_find(&out->tags, "a");

    if (!algorithm)
        return "a= is missing";
    if (strcmp(algorithm, "rsa-sha1") == 0)
        return "rsa-sha1 is no longer a signature (RFC 8301)";
    if (strcmp(algorithm, "rsa-sha256") == 0)
        out->algorithm = ALGORITHM_RSA_SHA256;
    else if (strcmp(algorithm, "ed25519-sha256") == 0)
        out->algorithm = ALGORITHM_ED25519_SHA256;
    else
        return "a= names an unknown algorithm";
    return NULL;
}

static bool
read_canonical_word(const char *word, bool *relaxed)
{
    *relaxed = strcmp(word, "relaxed") == 0;
    return *relaxed || strcmp(word, "simple") == 0;
}

static const char *
read_canonicalisation(Signature *out)
{
    const char *value = tag_find(&out->tags, "c");
    g_auto(GStrv) halves = NULL;

    if (!value)
        return NULL;
    halves = g_strsplit(value, "/", 2);
    if (!halves[0] || !read_canonical_word(halves[0], &out->relaxed_header) ||
        (halves[1] && !read_canonical_word(halves[1], &out->relaxed_body)))
        return "c= names an unknown canonicalisation";
    return NULL;
}

static bool
is_field_name(const char *name)
{
    for (const char *p = name; *p; p++)
        if (*p <= 32 || *p >= 127)
            return false;
    return true;
}

static const char *
read_signed_names(Signature *out)
{
    g_autofree char *value = tag_squeeze(&out->tags, "h");
    g_auto(GStrv) names = value ? g_strsplit(value, ":", SIGNED_NAMES_MAX + 1) : NULL;

    if (!value || !*value)
        return "h= is missing";
    out->signed_names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; names[i]; i++) {
        if (i == SIGNED_NAMES_MAX)
            return "h= names too many fields";
        if (!is_field_name(names[i]))
            return "h= is malformed";
        g_ptr_array_add(out->signed_names, g_ascii_strdown(names[i], -1));
    }
    return NULL;
}

static const char *
read_base64_tag(const TagList *tags, const char *name, GByteArray **out)
{
    g_autofree char *value = tag_squeeze(tags, name);

    *out = value ? base64_read(value) : NULL;
    return *out ? NULL : name;
}

static const char *
read_times(Signature *out)
{
    if (!tag_number(&out->tags, "t", TIME_DIGITS, &out->signed_at))
        return "t= is no time";
    if (!tag_number(&out->tags, "x", TIME_DIGITS, &out->expires_at))
        return "x= is no time";
    if (out->signed_at != TIME_NONE && out->expires_at != TIME_NONE &&
        out->expires_at <= out->signed_at)
        return "x= is not later than t=";
    return NULL;
}

static const char *
read_message_tags(Signature *out)
{
    const char *queries = tag_find(&out->tags, "q");
    const char *trouble = read_canonicalisation(out);

    if (!trouble)
        trouble = read_signed_names(out);
    if (trouble)
        return trouble;
    if (read_base64_tag(&out->tags, "bh", &out->body_hash) || out->body_hash->len != 32)
        return "bh= is missing or no SHA-256";
    if (!tag_number(&out->tags, "l", LENGTH_DIGITS, &out->body_length))
        return "l= is no length";
    if (queries && !tag_colon_list_has(queries, "dns/txt"))
        return "q= names an unknown way to ask";
    return NULL;
}

bool
signature_read(const RawField *field, SignatureKind kind, Signature *out,
               const char **trouble)
{
    signature_clear(out);
    *out = (Signature){.field = field,
                       .body_length = -1,
                       .signed_at = TIME_NONE,
                       .expires_at = TIME_NONE,
                       .relaxed_header = kind == SIGNATURE_ARC_SEAL};
    if (!tag_list_read(field->value, field->value_size, &out->tags, trouble)) {
        (void)read_names(out); /* the first fault is the one to tell */
        return false;
    }
    *trouble = read_names(out);
    if (!*trouble)
        *trouble = read_algorithm(out);
    if (!*trouble && kind != SIGNATURE_ARC_SEAL)
        *trouble = read_message_tags(out);
    if (!*trouble && read_base64_tag(&out->tags, "b", &out->signature))
        *trouble = "b= is missing or not base64";
    if (!*trouble)
        *trouble = read_times(out);
    return *trouble == NULL;
}

AuthResult
signature_fetch_key(const Signature *signature, const DnsAsker *dns, AuthKeys *keys,
                    PublicKey *key, const char **trouble)
{
    g_autofree char *name =
        g_strdup_printf("%s._domainkey.%s", signature->selector, signature->domain);
    g_autoptr(DnsAnswer) answer = dns_ask(dns, name, DNS_TXT);

    if (answer->outcome == DNS_TEMPORARY) {
        *trouble = answer->security == DNS_BOGUS
                       ? "the key is not what its zone signed (DNSSEC)"
                       : "the key could not be asked for";
        return RESULT_TEMPERROR;
    }
    *trouble = "there is no key";
    if (answer->outcome != DNS_FOUND)
        return RESULT_PERMERROR;
    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!record->text || !key_ring_read(keys, record->text, key, trouble))
            continue;
        if (key->algorithm == signature->algorithm)
            return RESULT_PASS;
        *trouble = "the key is for another algorithm";
    }
    return RESULT_PERMERROR;
}

/* Section 5.4.2: repeated names take the fields from the bottom up; a name without a
 * field left adds nothing. `upto` remembers how far each name has gone. */
static void
add_signed_field(const Signature *signature, const RawMail *mail, const char *name,
                 GHashTable *upto, GString *out)
{
    size_t i = raw_mail_count_fields(mail);
    void *known = NULL;

    if (g_hash_table_lookup_extended(upto, name, NULL, &known))
        i = GPOINTER_TO_SIZE(known);
    while (i > 0) {
        const RawField *field = raw_mail_field(mail, --i);

        if (field != signature->field && field_is_called(field, name)) {
            canonical_add_field(field, signature->relaxed_header, out);
            break;
        }
    }
    g_hash_table_insert(upto, g_strdup(name), GSIZE_TO_POINTER(i));
}

void
signature_hash_fields(const Signature *signature, const RawMail *mail,
                      uint8_t digest[32])
{
    g_autoptr(GString) text = g_string_sized_new(4096);
    g_autoptr(GHashTable) upto =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < signature->signed_names->len; i++)
        add_signed_field(signature, mail, g_ptr_array_index(signature->signed_names, i),
                         upto, text);
    canonical_add_signature(signature->field, signature->relaxed_header, text);
    digest_sha256(text->str, text->len, digest);
}

bool
signature_body_matches(const Signature *signature, CanonicalBody *body)
{
    bool relaxed = signature->relaxed_body;
    size_t whole = canonical_body_size(body, relaxed);
    uint8_t part[32];

    if (signature->body_length >= 0 && (uint64_t)signature->body_length < whole) {
        canonical_body_hash_part(body, relaxed, (size_t)signature->body_length, part);
        return memcmp(part, signature->body_hash->data, sizeof part) == 0;
    }
    if (signature->body_length >= 0 && (uint64_t)signature->body_length > whole)
        return false;
    return memcmp(canonical_body_hash(body, relaxed), signature->body_hash->data, 32) ==
           0;
}

static bool
has_unsigned_copy(const Signature *signature, const RawMail *mail, const char *name)
{
    size_t present = 0;
    size_t covered = 0;

    for (guint i = 0; i < signature->signed_names->len; i++)
        covered += strcmp(g_ptr_array_index(signature->signed_names, i), name) == 0;
    if (covered == 0)
        return false;
    for (size_t i = 0; i < raw_mail_count_fields(mail); i++)
        present += field_is_called(raw_mail_field(mail, i), name);
    return present > covered;
}

bool
signature_leaves_copies(const Signature *signature, const RawMail *mail)
{
    static const char *const singletons[] = {"from",
                                             "sender",
                                             "reply-to",
                                             "to",
                                             "cc",
                                             "subject",
                                             "date",
                                             "message-id",
                                             "in-reply-to",
                                             "references",
                                             "mime-version",
                                             "content-type",
                                             "content-transfer-encoding"};

    for (size_t i = 0; i < G_N_ELEMENTS(singletons); i++)
        if (has_unsigned_copy(signature, mail, singletons[i]))
            return true;
    return false;
}
