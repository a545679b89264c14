#include "dmarc.h"

#include <string.h>

#include "asker.h"
#include "domain.h"
#include "witness.h"

/* Section 4.10: a longer name jumps to its last seven labels. */
enum {
    WALK_LABELS = 8,
    WALK_JUMP_TO = 7
};

void
dmarc_report_init(DmarcReport *report)
{
    *report = (DmarcReport){.aligned = g_ptr_array_new_with_free_func(g_free)};
    shape_init(&dmarc_shape, &report->facts);
}

void
dmarc_report_clear(DmarcReport *report)
{
    shape_clear(&dmarc_shape, &report->facts);
    g_clear_pointer(&report->aligned, g_ptr_array_unref);
}

/* More than one record is none (section 4.10 step 2). */
static DnsOutcome
fetch_policy(const DnsAsker *dns, const char *domain, DmarcRecord *out)
{
    g_autofree char *name = g_strdup_printf("_dmarc.%s", domain);
    g_autoptr(DnsAnswer) answer = dns_ask(dns, name, DNS_TXT);
    const char *text = NULL;

    if (answer->outcome != DNS_FOUND)
        return answer->outcome;
    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!record->text || !dmarc_record_is(record->text))
            continue;
        if (text)
            return DNS_NODATA;
        text = record->text;
    }
    if (!text)
        return DNS_NODATA;
    dmarc_record_read(text, out);
    return DNS_FOUND;
}

/* Section 4.10.2. Without any record a domain is its own organisation. */
static const char *
organization_of(const char *domain, const DmarcWalk *walk)
{
    for (size_t i = 0; i < walk->count; i++) {
        const DmarcStep *step = &walk->found[i];

        if (step->record.psd == 'n')
            return step->name;
        if (step->record.psd == 'y' && step->name != domain)
            return domain_keep_labels(domain, domain_count_labels(step->name) + 1);
    }
    return walk->count > 0 ? walk->found[walk->count - 1].name : domain;
}

static void
walk_tree(const DnsAsker *dns, const char *domain, DmarcWalk *out)
{
    size_t labels = domain_count_labels(domain);
    const char *name = domain;

    *out = (DmarcWalk){0};
    for (size_t asked = 0; asked < DMARC_WALK_MAX && labels > 0; asked++) {
        DmarcStep step = {.name = name};
        DnsOutcome outcome = fetch_policy(dns, name, &step.record);

        /* What a top-level domain does not answer cannot move a record below it. */
        if (outcome == DNS_TEMPORARY && !(labels == 1 && out->count > 0)) {
            out->is_temporary = true;
            break;
        }
        if (outcome == DNS_FOUND) {
            out->found[out->count++] = step;
            if (step.record.psd != 'u')
                break;
        }
        labels = labels > WALK_LABELS ? WALK_JUMP_TO : labels - 1;
        name = domain_keep_labels(domain, labels);
    }
    out->organization = organization_of(domain, out);
}

/* Section 4.10.1: the author domain's own record, else its organisation's, else that
 * of the public suffix. The first needs no answer from above. */
static const DmarcStep *
policy_step(const char *domain, const DmarcWalk *walk)
{
    const DmarcStep *suffix = NULL;

    if (walk->count > 0 && strcmp(walk->found[0].name, domain) == 0)
        return &walk->found[0];
    if (walk->is_temporary)
        return NULL;
    for (size_t i = 0; i < walk->count; i++) {
        if (strcmp(walk->found[i].name, walk->organization) == 0)
            return &walk->found[i];
        if (walk->found[i].record.psd == 'y')
            suffix = &walk->found[i];
    }
    return suffix;
}

static bool
does_not_exist(const DnsAsker *dns, const char *domain)
{
    g_autoptr(DnsAnswer) answer = dns_ask(dns, domain, DNS_A);

    return answer->outcome == DNS_NXDOMAIN;
}

static DmarcPolicy
applied_policy(const DmarcQuestion *question, const DmarcStep *step)
{
    const DmarcRecord *record = &step->record;
    DmarcPolicy policy = record->policy;

    if (strcmp(step->name, question->author_domain) != 0) {
        if (record->subdomains != POLICY_UNSAID)
            policy = record->subdomains;
        if (record->nonexistent != POLICY_UNSAID &&
            does_not_exist(question->dns, question->author_domain))
            policy = record->nonexistent;
    }
    if (record->is_test && policy == POLICY_REJECT)
        return POLICY_QUARANTINE;
    return record->is_test ? POLICY_NONE : policy;
}

/* Nothing outside the author's organisation can share it, so only names inside are
 * worth a walk of their own. */
static bool
is_aligned(const DmarcQuestion *question, const DmarcWalk *author, const char *domain,
           bool strict, DmarcReport *out)
{
    DmarcWalk walk;

    if (strcmp(domain, question->author_domain) == 0)
        return true;
    if (strict ||
        (!author->is_temporary && !domain_is_within(domain, author->organization)))
        return false;
    if (author->is_temporary) {
        const char *top = domain_keep_labels(domain, 1);

        out->alignment_unknown =
            out->alignment_unknown || domain_is_within(question->author_domain, top);
        return false;
    }
    walk_tree(question->dns, domain, &walk);
    if (walk.is_temporary)
        out->alignment_unknown = true;
    return !walk.is_temporary && strcmp(walk.organization, author->organization) == 0;
}

static void
judge_alignment(const DmarcQuestion *question, const DmarcWalk *author,
                const DmarcRecord *record, DmarcReport *out)
{
    AlignmentFacts *alignment = &out->facts.alignment;

    for (size_t i = 0; i < list_length(question->dkim_domains); i++) {
        const char *domain = g_ptr_array_index(question->dkim_domains, i);

        if (!is_aligned(question, author, domain, record && record->strict_dkim, out))
            continue;
        alignment->dkim = true;
        g_ptr_array_add(out->aligned, g_strdup(domain));
    }
    for (size_t i = 0; i < list_length(question->spf_domains); i++)
        if (is_aligned(question, author, g_ptr_array_index(question->spf_domains, i),
                       record && record->strict_spf, out))
            alignment->spf = true;
}

static AuthResult
conclude(const DmarcReport *report, const DmarcWalk *author, const DmarcStep *step)
{
    const AlignmentFacts *alignment = &report->facts.alignment;

    if (!step)
        return author->is_temporary ? RESULT_TEMPERROR : RESULT_NONE;
    if (alignment->dkim || alignment->spf)
        return RESULT_PASS;
    return report->alignment_unknown ? RESULT_TEMPERROR : RESULT_FAIL;
}

static char *
explain(const DmarcReport *report, const DmarcStep *step, const char *author_domain)
{
    AuthResult result = report->facts.result;
    bool is_bogus = report->facts.dnssec == DNS_BOGUS;

    if (result == RESULT_NONE)
        return g_strdup_printf("%s publishes no DMARC policy", author_domain);
    if (result == RESULT_TEMPERROR)
        return g_strdup_printf("the DMARC policy of %s %s", author_domain,
                               is_bogus ? "is not what its zone signed (DNSSEC)"
                                        : "could not be asked for");
    if (result == RESULT_PASS)
        return g_strdup_printf("%s passed and belongs to %s",
                               report->facts.alignment.dkim ? "DKIM" : "SPF",
                               author_domain);
    return g_strdup_printf("nothing that passed belongs to %s, and %s asks for '%s'",
                           author_domain, step ? step->name : author_domain,
                           report->facts.policy);
}

static void
judge(const DmarcQuestion *question, const Witness *witness, DmarcReport *out)
{
    const char *author_domain = question->author_domain;
    const DmarcWalk *author = question->walk;
    DmarcFacts *facts = &out->facts;
    const DmarcStep *step = policy_step(author_domain, author);

    if (step && step->record.policy == POLICY_UNSAID)
        step = NULL;
    judge_alignment(question, author, step ? &step->record : NULL, out);
    out->has_policy = step != NULL;
    out->strict_dkim = step && step->record.strict_dkim;
    out->strict_spf = step && step->record.strict_spf;
    facts->organizational_domain = g_strdup(author->organization);
    if (step) {
        facts->policy = g_strdup(dmarc_policy_name(applied_policy(question, step)));
        facts->policy_domain = g_strdup(step->name);
    }
    facts->dnssec = witness->weakest;
    facts->result = conclude(out, author, step);
    facts->because = explain(out, step, author_domain);
}

bool
dmarc_could_align(const char *domain, const char *author_domain,
                  const char *organization)
{
    return domain_is_within(domain, author_domain) ||
           domain_is_within(author_domain, domain) ||
           (organization && domain_is_within(domain, organization));
}

void
dmarc_walk(const char *author_domain, const DnsAsker *dns, DmarcWalk *out)
{
    Witness witness;

    witness_init(&witness, dns);
    walk_tree(&witness.door, author_domain, out);
    out->dnssec = witness.weakest;
}

void
dmarc_judge(const DmarcQuestion *question, DmarcReport *out)
{
    DmarcQuestion watched = *question;
    Witness witness;
    DmarcWalk walk;

    if (!question->walk) {
        dmarc_walk(question->author_domain, question->dns, &walk);
        watched.walk = &walk;
    }
    witness_init(&witness, question->dns);
    witness.weakest = watched.walk->dnssec;
    watched.dns = &witness.door;
    judge(&watched, &witness, out);
}
