#include "verdicts.h"

#include <string.h>

#include "domain.h"

static void G_GNUC_PRINTF(2, 3) say(Verdict *verdict, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    texts_append(&verdict->because, g_utf8_make_valid(text, -1));
}

void
verdict_flag(Verdict *verdict, const char *flag)
{
    texts_append(&verdict->flags, g_strdup(flag));
}

static char *
property_domain(const MethodResult *result, const char *name)
{
    const char *value = results_property(result, name);
    const char *at = value ? strrchr(value, '@') : NULL;

    if (!value)
        return NULL;
    value = at ? at + 1 : value;
    return domain_to_ascii(value, strlen(value));
}

static void
copy_dkim(const MethodResult *result, const char *author_domain, Verdict *out)
{
    DkimFacts *facts = shape_append(&dkim_shape, &out->dkim);
    const char *selector = results_property(result, "header.s");
    const char *identity = results_property(result, "header.i");
    const char *algorithm = results_property(result, "header.a");

    facts->result = results_word(result->result);
    facts->domain = property_domain(result, "header.d");
    if (!facts->domain)
        facts->domain = property_domain(result, "header.i");
    facts->selector = g_strdup(selector);
    facts->identity = g_strdup(identity);
    facts->algorithm = g_strdup(algorithm);
    facts->is_aligned = facts->result == RESULT_PASS && facts->domain &&
                        strcmp(facts->domain, author_domain) == 0;
    facts->because = g_strdup("as the border stamped it");
}

static void
copy_spf(const MethodResult *result, Verdict *out)
{
    bool is_helo = !results_property(result, "smtp.mailfrom");

    if (out->spf.result != RESULT_SKIPPED)
        return;
    out->spf.result = results_word(result->result);
    out->spf.domain = property_domain(result, is_helo ? "smtp.helo" : "smtp.mailfrom");
    out->spf.scope = g_strdup(is_helo ? "helo" : "mfrom");
    out->spf.because = g_strdup("as the border stamped it");
}

static void
copy_stamp(const Case *self)
{
    Verdict *out = self->verdict;
    const GPtrArray *results = self->stamp->text.results;

    for (size_t i = 0; i < list_length(results); i++) {
        const MethodResult *result = g_ptr_array_index(results, i);

        if (g_ascii_strcasecmp(result->method, "dkim") == 0)
            copy_dkim(result, out->author_domain, out);
        else if (g_ascii_strcasecmp(result->method, "spf") == 0)
            copy_spf(result, out);
    }
    out->dmarc.result = self->stamp->dmarc;
    out->dmarc.because = g_strdup("as the border stamped it");
    for (size_t i = 0; i < list_length(out->dkim); i++) {
        const DkimFacts *facts = g_ptr_array_index(out->dkim, i);

        out->dmarc.alignment.dkim = out->dmarc.alignment.dkim || facts->is_aligned;
    }
    out->dmarc.alignment.spf = out->spf.result == RESULT_PASS && out->spf.domain &&
                               strcmp(out->spf.domain, out->author_domain) == 0;
}

static bool
arc_helps(const Case *self, const ArcChain *chain)
{
    return arc_overrides(chain, self->settings->border.arc_sealers,
                         self->verdict->author_domain);
}

static bool
arc_could_help(const Case *self, const ArcChain *chain)
{
    return arc_could_override(chain, self->settings->border.arc_sealers,
                              self->verdict->author_domain);
}

static void
follow_arc(const Case *self, const ArcChain *chain)
{
    Verdict *out = self->verdict;

    out->kind = VERDICT_AUTHENTICATED;
    out->source = SOURCE_ARC;
    say(out, "%s, whom we trust, saw DMARC of %s pass", out->arc.sealer,
        out->author_domain);
    if (chain->unsigned_duplicate)
        verdict_flag(out, "unsigned_duplicate_header");
}

static const char *
stamper(const Case *self)
{
    const char *id = self->stamp->authserv_id;

    return *id ? id : "the border";
}

static void
follow_fail(const Case *self)
{
    g_auto(ArcChain) chain = {0};
    Verdict *out = self->verdict;

    if (list_length(self->settings->border.arc_sealers) > 0) {
        arc_judge(self->mail, self->dns, self->keys, &chain);
        arc_describe(&chain, self->settings->border.arc_sealers, &out->arc);
        if (arc_helps(self, &chain)) {
            follow_arc(self, &chain);
            return;
        }
        if (arc_could_help(self, &chain)) {
            out->kind = VERDICT_DEFERRED;
            say(out, "the keys of the ARC chain could not be asked for");
            return;
        }
    }
    out->kind = VERDICT_FAILED;
    say(out, "%s stamped dmarc=fail for %s", stamper(self), out->author_domain);
}

static bool
names_author(const Case *self, const MethodResult *result, const char *property)
{
    g_autofree char *domain = property_domain(result, property);

    return domain && strcmp(domain, self->verdict->author_domain) == 0;
}

/* Where there was no policy, a pass for the very author domain is enough. Not header.i:
 * it may lie below the domain that signed. */
static const char *
stamped_pass(const Case *self)
{
    const GPtrArray *results = self->stamp->text.results;

    for (size_t i = 0; i < list_length(results); i++) {
        const MethodResult *result = g_ptr_array_index(results, i);

        if (results_word(result->result) != RESULT_PASS)
            continue;
        if (g_ascii_strcasecmp(result->method, "dkim") == 0 &&
            names_author(self, result, "header.d"))
            return "dkim=pass";
        if (g_ascii_strcasecmp(result->method, "spf") == 0 &&
            names_author(self, result, "smtp.mailfrom"))
            return "spf=pass";
    }
    return NULL;
}

bool
verdict_follow_stamp(const Case *self)
{
    Verdict *out = self->verdict;
    AuthResult dmarc = self->stamp->dmarc;
    const char *pass = dmarc == RESULT_PASS   ? "dmarc=pass"
                       : dmarc == RESULT_NONE ? stamped_pass(self)
                                              : NULL;

    if (pass) {
        copy_stamp(self);
        out->kind = VERDICT_AUTHENTICATED;
        out->source = SOURCE_RESULTS_HEADER;
        say(out, "%s stamped %s for %s", stamper(self), pass, out->author_domain);
        return true;
    }
    if (dmarc == RESULT_FAIL) {
        copy_stamp(self);
        out->source = SOURCE_RESULTS_HEADER;
        follow_fail(self);
        return true;
    }
    return false;
}

static void
say_passes(const Case *self)
{
    Verdict *out = self->verdict;

    for (size_t i = 0; i < list_length(out->dkim); i++) {
        const DkimFacts *facts = g_ptr_array_index(out->dkim, i);

        if (facts->is_aligned && g_str_has_prefix(facts->algorithm, "rsa"))
            say(out, "DKIM of %s (RSA-%d) is valid and aligned", facts->domain,
                (int)facts->key_bits);
        else if (facts->is_aligned)
            say(out, "DKIM of %s (Ed25519) is valid and aligned", facts->domain);
    }
    if (out->dmarc.alignment.spf)
        say(out, "SPF of %s passes for %s and is aligned", out->spf.domain,
            out->border.ip);
    if (out->dmarc.because)
        say(out, "%s", out->dmarc.because);
}

static void
say_evidence(Verdict *out)
{
    if (out->dmarc.because)
        say(out, "%s", out->dmarc.because);
    for (size_t i = 0; i < list_length(out->dkim); i++) {
        const DkimFacts *facts = g_ptr_array_index(out->dkim, i);

        say(out, "DKIM of %s: %s", facts->domain ? facts->domain : "nobody",
            facts->because);
    }
    if (list_length(out->dkim) == 0)
        say(out, "the mail is not signed");
    if (out->spf.because)
        say(out, "SPF%s%s: %s", out->spf.domain ? " of " : "",
            out->spf.domain ? out->spf.domain : "", out->spf.because);
}

/* Only what could still turn out to be aligned is worth waiting for. */
static bool
could_align(const Verdict *verdict, const char *domain, bool is_strict)
{
    if (!domain || is_strict)
        return domain && strcmp(domain, verdict->author_domain) == 0;
    return dmarc_could_align(domain, verdict->author_domain,
                             verdict->dmarc.organizational_domain);
}

static const char *
unknown(DnsSecurity security, const char *silent, const char *bogus)
{
    return security == DNS_BOGUS ? bogus : silent;
}

static const char *
reason_to_wait(const Case *self, const Evidence *evidence)
{
    const Verdict *verdict = self->verdict;

    if (verdict->dmarc.result == RESULT_TEMPERROR || evidence->dmarc->alignment_unknown)
        return unknown(verdict->dmarc.dnssec, "the DMARC policy could not be asked for",
                       "the DMARC policy is not what its zone signed (DNSSEC)");
    if (verdict->spf.result == RESULT_TEMPERROR &&
        could_align(verdict, verdict->spf.domain, evidence->dmarc->strict_spf))
        return unknown(verdict->spf.dnssec, "the SPF record could not be asked for",
                       "the SPF record is not what its zone signed (DNSSEC)");
    for (size_t i = 0; i < list_length(verdict->dkim); i++) {
        const DkimFacts *facts = g_ptr_array_index(verdict->dkim, i);

        if (facts->result == RESULT_TEMPERROR &&
            could_align(verdict, facts->domain, evidence->dmarc->strict_dkim))
            return unknown(facts->dnssec,
                           "the key of a signature could not be asked for",
                           "the key of a signature is not what its zone signed "
                           "(DNSSEC)");
    }
    if (arc_could_help(self, evidence->chain))
        return "the keys of the ARC chain could not be asked for";
    return NULL;
}

void
verdict_conclude(const Case *self, const Evidence *evidence)
{
    Verdict *out = self->verdict;
    const char *wait;

    out->source = SOURCE_LOCAL;
    if (out->dmarc.alignment.dkim || out->dmarc.alignment.spf) {
        out->kind = VERDICT_AUTHENTICATED;
        say_passes(self);
        return;
    }
    if (arc_helps(self, evidence->chain)) {
        follow_arc(self, evidence->chain);
        say_evidence(out);
        return;
    }
    wait = reason_to_wait(self, evidence);
    if (wait) {
        out->kind = VERDICT_DEFERRED;
        say(out, "%s; it could change the verdict", wait);
    } else if (evidence->dmarc->has_policy && self->stamp->dmarc == RESULT_NONE) {
        out->kind = VERDICT_UNAUTHENTICATED;
        say(out, "%s published no DMARC policy when the mail came, as %s stamped",
            out->author_domain, stamper(self));
    } else {
        out->kind =
            evidence->dmarc->has_policy ? VERDICT_FAILED : VERDICT_UNAUTHENTICATED;
    }
    say_evidence(out);
}
