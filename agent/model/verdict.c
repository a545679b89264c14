#include "model/verdict.h"

static const char *const kind_names[] = {"unauthenticated", "authenticated", "failed",
                                         "suspicious", "deferred"};
static const char *const source_names[] = {"local", "results_header", "arc"};
static const char *const result_names[] = {"none",      "pass",      "fail",
                                           "softfail",  "neutral",   "policy",
                                           "temperror", "permerror", NULL};

static const Field border_fields[] = {
    SHAPE_TEXT(BorderFacts, "ip", ip),
    SHAPE_TEXT(BorderFacts, "helo", helo),
    SHAPE_TEXT(BorderFacts, "by", by),
    SHAPE_TEXT(BorderFacts, "envelope_from", envelope_from),
    SHAPE_TEXT(BorderFacts, "source", source),
};
static const Shape border_facts_shape = SHAPE_OF(BorderFacts, border_fields);

static const Field spf_fields[] = {
    SHAPE_ENUM(SpfFacts, "result", result, result_names),
    SHAPE_TEXT(SpfFacts, "domain", domain),
    SHAPE_TEXT(SpfFacts, "scope", scope),
    SHAPE_TEXT(SpfFacts, "because", because),
    SHAPE_TEXT(SpfFacts, "explanation", explanation),
    SHAPE_INT(SpfFacts, "lookups", lookups),
    SHAPE_ENUM(SpfFacts, "dnssec", dnssec, dns_security_names),
};
const Shape spf_shape = SHAPE_OF(SpfFacts, spf_fields);

static const Field dkim_fields[] = {
    SHAPE_ENUM(DkimFacts, "result", result, result_names),
    SHAPE_TEXT(DkimFacts, "domain", domain),
    SHAPE_TEXT(DkimFacts, "selector", selector),
    SHAPE_TEXT(DkimFacts, "identity", identity),
    SHAPE_TEXT(DkimFacts, "algorithm", algorithm),
    SHAPE_INT(DkimFacts, "key_bits", key_bits),
    SHAPE_BOOL(DkimFacts, "aligned", is_aligned),
    SHAPE_ENUM(DkimFacts, "dnssec", dnssec, dns_security_names),
    SHAPE_TEXT(DkimFacts, "because", because),
};
const Shape dkim_shape = SHAPE_OF(DkimFacts, dkim_fields);

static const Field alignment_fields[] = {
    SHAPE_BOOL(AlignmentFacts, "spf", spf),
    SHAPE_BOOL(AlignmentFacts, "dkim", dkim),
};
static const Shape alignment_shape = SHAPE_OF(AlignmentFacts, alignment_fields);

static const Field dmarc_fields[] = {
    SHAPE_ENUM(DmarcFacts, "result", result, result_names),
    SHAPE_TEXT(DmarcFacts, "policy", policy),
    SHAPE_TEXT(DmarcFacts, "policy_domain", policy_domain),
    SHAPE_TEXT(DmarcFacts, "organizational_domain", organizational_domain),
    SHAPE_ONE(DmarcFacts, "alignment", alignment, &alignment_shape),
    SHAPE_ENUM(DmarcFacts, "dnssec", dnssec, dns_security_names),
    SHAPE_TEXT(DmarcFacts, "because", because),
};
const Shape dmarc_shape = SHAPE_OF(DmarcFacts, dmarc_fields);

static const Field arc_fields[] = {
    SHAPE_ENUM(ArcFacts, "result", result, result_names),
    SHAPE_TEXT(ArcFacts, "sealer", sealer),
    SHAPE_INT(ArcFacts, "instances", instances),
    SHAPE_BOOL(ArcFacts, "trusted", is_trusted),
    SHAPE_ENUM(ArcFacts, "dnssec", dnssec, dns_security_names),
    SHAPE_TEXT(ArcFacts, "because", because),
};
const Shape arc_shape = SHAPE_OF(ArcFacts, arc_fields);

static const Field results_fields[] = {
    SHAPE_TEXT(ResultsFacts, "authserv_id", authserv_id),
    SHAPE_BOOL(ResultsFacts, "trusted", is_trusted),
    SHAPE_TEXT(ResultsFacts, "because", because),
};
static const Shape results_shape = SHAPE_OF(ResultsFacts, results_fields);

static const Field verdict_fields[] = {
    SHAPE_ENUM(Verdict, "verdict", kind, kind_names),
    SHAPE_ENUM(Verdict, "source", source, source_names),
    SHAPE_TEXT(Verdict, "author_domain", author_domain),
    SHAPE_TEXTS(Verdict, "flags", flags),
    SHAPE_TEXTS(Verdict, "because", because),
    SHAPE_ONE(Verdict, "border", border, &border_facts_shape),
    SHAPE_ONE(Verdict, "spf", spf, &spf_shape),
    SHAPE_LIST(Verdict, "dkim", dkim, &dkim_shape),
    SHAPE_ONE(Verdict, "dmarc", dmarc, &dmarc_shape),
    SHAPE_ONE(Verdict, "arc", arc, &arc_shape),
    SHAPE_ONE(Verdict, "results_header", results_header, &results_shape),
};
const Shape verdict_shape = SHAPE_OF(Verdict, verdict_fields);

const char *
auth_result_name(AuthResult result)
{
    return result_names[result];
}

const char *
verdict_kind_name(VerdictKind kind)
{
    return kind_names[kind];
}
