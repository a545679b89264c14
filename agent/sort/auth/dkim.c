#include "dkim.h"

#include <string.h>

#include "base/clock.h"

#include "dmarc.h"
#include "domain.h"
#include "identity.h"
#include "signature.h"
#include "witness.h"

enum {
    CLOCK_SKEW_S = 3600,
    REPLAY_AGE_S = 7 * 86400,
    SIGNATURES_READ_MAX = 100, /* more are not even ranked */
};

typedef struct Candidate {
    Signature signature;
    const char *trouble; /* NULL: well formed */
    bool could_align;
} Candidate;

static void
free_candidate(void *candidate)
{
    Candidate *self = candidate;

    signature_clear(&self->signature);
    g_free(self);
}

static void
free_facts(void *facts)
{
    shape_free(&dkim_shape, facts);
}

void
dkim_report_clear(DkimReport *report)
{
    g_clear_pointer(&report->signatures, g_ptr_array_unref);
}

static const char *
refuse_scope(Signature *signature)
{
    const char *version = tag_find(&signature->tags, "v");

    if (!version || strcmp(version, "1") != 0)
        return "v= is not 1";
    if (!identity_read(signature))
        return "i= is not in d=";
    for (guint i = 0; i < signature->signed_names->len; i++)
        if (strcmp(g_ptr_array_index(signature->signed_names, i), "from") == 0)
            return NULL;
    return "From is not signed";
}

static Candidate *
read_candidate(const RawField *field, const DkimQuestion *question)
{
    Candidate *candidate = g_new0(Candidate, 1);
    Signature *signature = &candidate->signature;

    if (signature_read(field, SIGNATURE_DKIM, signature, &candidate->trouble))
        candidate->trouble = refuse_scope(signature);
    candidate->could_align =
        question->author_domain && signature->domain &&
        dmarc_could_align(signature->domain, question->author_domain,
                          question->organization);
    return candidate;
}

/* Those that could align first, else in the order of the mail. */
static GPtrArray *
ranked_candidates(const DkimQuestion *question, size_t *found)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GPtrArray *ranked = g_ptr_array_new_with_free_func(free_candidate);

    *found = 0;
    for (size_t i = 0; i < raw_mail_count_fields(question->mail); i++) {
        const RawField *field = raw_mail_field(question->mail, i);

        if (field_is(field, "dkim-signature") && ++*found <= SIGNATURES_READ_MAX)
            g_ptr_array_add(all, read_candidate(field, question));
    }
    for (int pass = 0; pass < 2; pass++)
        for (guint i = 0; i < all->len; i++) {
            Candidate *candidate = g_ptr_array_index(all, i);

            if (candidate->could_align == (pass == 0))
                g_ptr_array_add(ranked, candidate);
        }
    return ranked;
}

static const char *
refuse_time(const DkimQuestion *question, const Signature *signature)
{
    int64_t received_at = question->received_at;

    if (received_at == TIME_NONE)
        return NULL;
    if (signature->expires_at != TIME_NONE && received_at > signature->expires_at)
        return "the signature had expired when the mail came";
    if (question->is_border_time && signature->signed_at != TIME_NONE &&
        signature->signed_at - CLOCK_SKEW_S > received_at)
        return "the signature is dated after the mail came";
    return NULL;
}

static AuthResult
check_candidate(const DkimQuestion *question, const Candidate *candidate,
                CanonicalBody *body, PublicKey *key, const char **trouble)
{
    const Signature *signature = &candidate->signature;
    uint8_t digest[32];
    AuthResult asked;

    *trouble = candidate->trouble;
    if (!*trouble)
        *trouble = refuse_time(question, signature);
    if (*trouble)
        return RESULT_PERMERROR;
    asked = signature_fetch_key(signature, question->dns, question->keys, key, trouble);
    if (asked != RESULT_PASS)
        return asked;
    *trouble = "the key wants i= to be in d= itself";
    if (key->is_exact &&
        strcmp(strrchr(signature->identity, '@') + 1, signature->domain) != 0)
        return RESULT_PERMERROR;
    *trouble = "the body was changed";
    if (!signature_body_matches(signature, body))
        return RESULT_FAIL;
    *trouble = "the signed header fields were changed";
    signature_hash_fields(signature, question->mail, digest);
    if (!key_verifies(key, digest, signature->signature))
        return RESULT_FAIL;
    *trouble = "l= leaves a part of the body unsigned";
    if (signature->body_length >= 0 &&
        (uint64_t)signature->body_length <
            canonical_body_size(body, signature->relaxed_body))
        return RESULT_POLICY;
    *trouble = NULL;
    return RESULT_PASS;
}

static DkimFacts *
describe(const Candidate *candidate, const PublicKey *key)
{
    const Signature *signature = &candidate->signature;
    DkimFacts *facts = shape_new(&dkim_shape);
    const char *algorithm =
        signature->tags.names ? tag_find(&signature->tags, "a") : NULL;

    facts->domain = g_strdup(signature->domain);
    facts->selector = g_strdup(signature->selector);
    facts->identity = g_strdup(signature->identity);
    facts->algorithm = algorithm ? g_utf8_make_valid(algorithm, -1) : NULL;
    facts->key_bits = key->bits;
    return facts;
}

static void
note_pass(const DkimQuestion *question, const Signature *signature, DkimReport *out)
{
    if (signature_leaves_copies(signature, question->mail))
        out->unsigned_duplicate = true;
    if (question->received_at != TIME_NONE && signature->signed_at != TIME_NONE &&
        question->received_at - signature->signed_at > REPLAY_AGE_S)
        out->replayed = true;
}

static const char *
algorithm_words(SignatureAlgorithm algorithm)
{
    return algorithm == ALGORITHM_RSA_SHA256 ? "RSA" : "Ed25519";
}

void
dkim_judge(const DkimQuestion *question, DkimReport *out)
{
    g_auto(CanonicalBody) body = {0};
    g_autoptr(GPtrArray) candidates = NULL;
    size_t found;

    *out = (DkimReport){.signatures = g_ptr_array_new_with_free_func(free_facts)};
    canonical_body_init(&body, question->mail);
    candidates = ranked_candidates(question, &found);
    out->over_limit = found > DKIM_SIGNATURES_MAX;
    for (guint i = 0; i < candidates->len && i < DKIM_SIGNATURES_MAX; i++) {
        const Candidate *candidate = g_ptr_array_index(candidates, i);
        DkimQuestion watched = *question;
        Witness witness;
        g_auto(PublicKey) key = {0};
        const char *trouble = NULL;
        DkimFacts *facts;
        AuthResult result;

        witness_init(&witness, question->dns);
        watched.dns = &witness.door;
        result = check_candidate(&watched, candidate, &body, &key, &trouble);
        facts = describe(candidate, &key);
        facts->result = result;
        facts->dnssec = witness.weakest;
        facts->because =
            trouble
                ? g_strdup(trouble)
                : g_strdup_printf("the %s-%d signature is valid%s",
                                  algorithm_words(key.algorithm), key.bits,
                                  key.is_test ? " (the key is marked as a test)" : "");
        if (result == RESULT_PASS)
            note_pass(question, &candidate->signature, out);
        g_ptr_array_add(out->signatures, facts);
    }
}
