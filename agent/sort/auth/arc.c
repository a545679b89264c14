#include "arc.h"

#include <string.h>

#include "base/digest.h"

#include "results.h"
#include "signature.h"
#include "witness.h"

void
arc_chain_clear(ArcChain *chain)
{
    for (int i = 0; i <= ARC_INSTANCES_MAX; i++)
        g_clear_pointer(&chain->sets[i].sealer, g_free);
}

/* i= of a field, the first tag of ARC-Authentication-Results, any tag of the others;
 * 0: none or no instance. */
static int
instance_of(const RawField *field, bool is_results)
{
    const char *end = field->value + field->value_size;
    const char *first_end = memchr(field->value, ';', field->value_size);
    g_auto(TagList) tags = {0};
    const char *trouble;
    int64_t number = 0;
    size_t size = field->value_size;

    if (is_results)
        size = (size_t)((first_end ? first_end : end) - field->value);
    if (!tag_list_read(field->value, size, &tags, &trouble) ||
        !tag_number(&tags, "i", 2, &number) || number > ARC_INSTANCES_MAX)
        return 0;
    if (is_results && tags.names->len != 1)
        return 0;
    return (int)number;
}

static const RawField **
place_of(ArcSet *set, const RawField *field)
{
    if (field_is(field, "arc-authentication-results"))
        return &set->results;
    if (field_is(field, "arc-message-signature"))
        return &set->message;
    if (field_is(field, "arc-seal"))
        return &set->seal;
    return NULL;
}

static bool
refuse_chain(ArcChain *chain, int instance, const char *trouble)
{
    chain->culprit = instance;
    chain->trouble = trouble;
    return false;
}

/* Section 5.2 step 3: each instance from 1 up has each field exactly once. */
static bool
collect(const RawMail *mail, ArcChain *out)
{
    ArcSet none = {0};

    for (size_t i = 0; i < raw_mail_count_fields(mail); i++) {
        const RawField *field = raw_mail_field(mail, i);
        const RawField **place = place_of(&none, field);
        int instance;

        if (!place)
            continue;
        instance = instance_of(field, place == &none.results);
        out->instances = MAX(out->instances, MAX(instance, 1));
        if (instance == 0)
            return refuse_chain(out, out->instances, "a field has no valid i=");
        place = place_of(&out->sets[instance], field);
        if (!place || *place)
            return refuse_chain(out, instance, "a field stands twice");
        *place = field;
    }
    for (int i = 1; i <= out->instances; i++)
        if (!out->sets[i].results || !out->sets[i].message || !out->sets[i].seal)
            return refuse_chain(out, i, "a field is missing");
    return true;
}

static AuthResult
asked_result(AuthResult asked)
{
    return asked == RESULT_TEMPERROR ? RESULT_TEMPERROR : RESULT_FAIL;
}

/* A chain speaks for an author only if it covers From; it never covers its own seals.
 */
static const char *
refuse_names(const Signature *signature)
{
    bool has_from = false;

    for (guint i = 0; i < signature->signed_names->len; i++) {
        const char *name = g_ptr_array_index(signature->signed_names, i);

        if (strcmp(name, "arc-seal") == 0)
            return "the message signature covers an ARC-Seal";
        has_from = has_from || strcmp(name, "from") == 0;
    }
    return has_from ? NULL : "the message signature does not cover From";
}

static AuthResult
check_message(ArcChain *chain, const RawMail *mail, const DnsAsker *dns, AuthKeys *keys,
              const char **trouble)
{
    const RawField *field = chain->sets[chain->instances].message;
    g_auto(Signature) signature = {0};
    g_auto(PublicKey) key = {0};
    g_auto(CanonicalBody) body = {0};
    uint8_t digest[32];
    AuthResult asked;

    if (!signature_read(field, SIGNATURE_ARC_MESSAGE, &signature, trouble))
        return RESULT_FAIL;
    *trouble = refuse_names(&signature);
    if (*trouble)
        return RESULT_FAIL;
    asked = signature_fetch_key(&signature, dns, keys, &key, trouble);
    if (asked != RESULT_PASS)
        return asked_result(asked);
    canonical_body_init(&body, mail);
    *trouble = "the body was changed";
    if (!signature_body_matches(&signature, &body))
        return RESULT_FAIL;
    *trouble = "l= leaves a part of the body unsigned";
    if (signature.body_length >= 0 &&
        (uint64_t)signature.body_length <
            canonical_body_size(&body, signature.relaxed_body))
        return RESULT_FAIL;
    *trouble = "the signed header fields were changed";
    signature_hash_fields(&signature, mail, digest);
    chain->unsigned_duplicate = signature_leaves_copies(&signature, mail);
    return key_verifies(&key, digest, signature.signature) ? RESULT_PASS : RESULT_FAIL;
}

/* Section 5.1.1: a seal covers all sets up to its own, relaxed, its own b= empty. */
static void
hash_sealed(const ArcChain *chain, int instance, uint8_t digest[32])
{
    g_autoptr(GString) text = g_string_sized_new(4096);

    for (int i = 1; i <= instance; i++) {
        canonical_add_field(chain->sets[i].results, true, text);
        canonical_add_field(chain->sets[i].message, true, text);
        if (i < instance)
            canonical_add_field(chain->sets[i].seal, true, text);
        else
            canonical_add_signature(chain->sets[i].seal, true, text);
    }
    digest_sha256(text->str, text->len, digest);
}

static AuthResult
check_seal(ArcChain *chain, int instance, const DnsAsker *dns, AuthKeys *keys,
           const char **trouble)
{
    g_auto(Signature) signature = {0};
    g_auto(PublicKey) key = {0};
    const char *claim;
    uint8_t digest[32];
    AuthResult asked;

    if (!signature_read(chain->sets[instance].seal, SIGNATURE_ARC_SEAL, &signature,
                        trouble))
        return RESULT_FAIL;
    claim = tag_find(&signature.tags, "cv");
    *trouble = "the seal's cv= or h= is wrong";
    if (!claim || strcmp(claim, instance == 1 ? "none" : "pass") != 0 ||
        tag_find(&signature.tags, "h"))
        return RESULT_FAIL;
    asked = signature_fetch_key(&signature, dns, keys, &key, trouble);
    if (asked != RESULT_PASS)
        return asked_result(asked);
    *trouble = "what the seal covers was changed";
    hash_sealed(chain, instance, digest);
    if (!key_verifies(&key, digest, signature.signature))
        return RESULT_FAIL;
    chain->sets[instance].sealer = g_steal_pointer(&signature.domain);
    return RESULT_PASS;
}

/* A key that is silent leaves the chain open, and a seal that is wrong closes it: a
 * stranger cannot hold up his mail with a key of his own that never answers. */
void
arc_judge(const RawMail *mail, const DnsAsker *dns, AuthKeys *keys, ArcChain *out)
{
    const char *trouble = NULL;
    Witness witness;

    *out = (ArcChain){.result = RESULT_FAIL};
    if (!collect(mail, out))
        return;
    if (out->instances == 0) {
        out->result = RESULT_NONE;
        return;
    }
    witness_init(&witness, dns);
    out->culprit = out->instances;
    out->result = check_message(out, mail, &witness.door, keys, &out->trouble);
    for (int i = out->instances; i >= 1 && out->result != RESULT_FAIL; i--) {
        AuthResult sealed = check_seal(out, i, &witness.door, keys, &trouble);

        if (sealed != RESULT_PASS) {
            out->culprit = i;
            out->trouble = trouble;
            out->result = sealed;
        }
        if (sealed == RESULT_TEMPERROR)
            break;
    }
    out->dnssec = witness.weakest;
}

static char *
explain(const ArcChain *chain)
{
    if (chain->result == RESULT_NONE)
        return g_strdup("the mail carries no ARC sets");
    if (chain->result == RESULT_PASS)
        return g_strdup_printf("the chain of %d is whole, %s sealed last",
                               chain->instances, chain->sets[chain->instances].sealer);
    return g_strdup_printf("ARC set %d: %s", chain->culprit, chain->trouble);
}

static bool
is_listed(const GPtrArray *texts, const char *text)
{
    for (size_t i = 0; text && i < list_length(texts); i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(texts, i), text) == 0)
            return true;
    return false;
}

static bool
is_trusted(const ArcChain *chain, const GPtrArray *sealers)
{
    return chain->result == RESULT_PASS &&
           is_listed(sealers, chain->sets[chain->instances].sealer);
}

void
arc_describe(const ArcChain *chain, const GPtrArray *sealers, ArcFacts *out)
{
    out->result = chain->result;
    out->instances = chain->instances;
    out->sealer = g_strdup(chain->sets[chain->instances].sealer);
    out->because = explain(chain);
    out->is_trusted = is_trusted(chain, sealers);
    out->dnssec = chain->dnssec;
}

static bool
set_saw_pass(const ArcSet *set, const char *author_domain)
{
    g_autofree char *text = field_unfold(set->results);
    const char *behind_instance = strchr(text, ';');
    g_auto(ResultsText) read = {0};

    return behind_instance &&
           results_read(behind_instance + 1, RESULTS_TOLERANT, &read) &&
           read.version == 1 && results_dmarc_for(&read, author_domain) == RESULT_PASS;
}

/* Whom a seal claims to be of. */
static char *
claimed_sealer(const ArcSet *set)
{
    g_auto(Signature) signature = {0};
    const char *trouble;

    if (!signature_read(set->seal, SIGNATURE_ARC_SEAL, &signature, &trouble))
        return NULL;
    return g_steal_pointer(&signature.domain);
}

static bool
is_vouched_for(const ArcChain *chain, const GPtrArray *sealers,
               const char *author_domain)
{
    for (int i = chain->instances; i >= 1; i--) {
        g_autofree char *sealer = claimed_sealer(&chain->sets[i]);

        if (!is_listed(sealers, sealer))
            return false;
        if (set_saw_pass(&chain->sets[i], author_domain))
            return true;
    }
    return false;
}

bool
arc_overrides(const ArcChain *chain, const GPtrArray *sealers,
              const char *author_domain)
{
    return chain->result == RESULT_PASS &&
           is_vouched_for(chain, sealers, author_domain);
}

bool
arc_could_override(const ArcChain *chain, const GPtrArray *sealers,
                   const char *author_domain)
{
    return chain->result == RESULT_TEMPERROR &&
           is_vouched_for(chain, sealers, author_domain);
}

bool
arc_claims_pass(const RawMail *mail, const GPtrArray *sealers,
                const char *author_domain)
{
    g_auto(ArcChain) chain = {0};

    return list_length(sealers) > 0 && collect(mail, &chain) &&
           is_vouched_for(&chain, sealers, author_domain);
}
