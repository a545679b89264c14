#include "auth.h"

#include <string.h>

#include "base/clock.h"

#include "arc.h"
#include "asker.h"
#include "author.h"
#include "border.h"
#include "dkim.h"
#include "dmarc.h"
#include "domain.h"
#include "profile.h"
#include "spf.h"
#include "verdicts.h"

enum {
    SPF_TRUST_AGE_S = 7 * 86400
};

/* Never the time of polling: a mail read a year late is judged as of its arrival. */
static int64_t
reception_time(const Case *self, bool *is_border_time)
{
    const BorderPlace *place = self->place;

    *is_border_time = place->found && place->received.time != TIME_NONE;
    return *is_border_time ? place->received.time : self->settings->origin.received_at;
}

/* NULL: SPF can be judged. */
static const char *
skip_spf(const Case *self)
{
    const BorderPlace *place = self->place;
    int64_t came = place->received.time;
    int64_t stored = self->settings->origin.received_at;

    if (!place->found)
        return "the mail's entry into our side could not be found";
    if (!place->envelope_from)
        return "the envelope sender is not known";
    if (place->received.is_authenticated)
        return "the mail was submitted by a logged-in user";
    if (border_is_forwarder(place, &self->settings->border))
        return "the mail came through a known forwarder";
    if (came != TIME_NONE && stored != TIME_NONE && stored - came > SPF_TRUST_AGE_S)
        return "the mail is too old for today's SPF record";
    return NULL;
}

static void
check_spf(const Case *self, SpfFacts *out)
{
    const BorderPlace *place = self->place;
    const char *helo = place->received.helo;
    g_auto(SpfCheck) check = {.engine = self->settings->spf_engine,
                              .dns = self->dns,
                              .ip = place->received.ip,
                              .helo = g_utf8_make_valid(helo ? helo : "", -1)};

    spf_check(&check, place->envelope_from, out);
}

/* Records change: a pass found today says less than a fail seen at the border. */
static void
judge_spf(const Case *self, SpfFacts *out)
{
    const char *skipped = skip_spf(self);
    AuthResult stamped = self->stamp->spf;

    if (skipped) {
        out->result = RESULT_SKIPPED;
        out->because = g_strdup(skipped);
        return;
    }
    check_spf(self, out);
    if (out->result == RESULT_PASS &&
        (stamped == RESULT_FAIL || stamped == RESULT_SOFTFAIL)) {
        out->result = stamped;
        g_free(out->because);
        out->because = g_strdup("the border saw SPF fail when the mail came");
    }
}

/* Whether SPF asks for records of the author's own side, if it is judged at all. */
static bool
is_spf_of_author(const Case *self, const DmarcWalk *walk)
{
    const char *sender = self->place->envelope_from;
    const char *helo = self->place->received.helo;
    const char *named = sender && *sender ? sender : helo ? helo : "";
    const char *at = strrchr(named, '@');
    const char *start = at ? at + 1 : named;
    g_autofree char *domain = domain_to_ascii(start, strlen(start));

    return domain &&
           dmarc_could_align(domain, self->verdict->author_domain, walk->organization);
}

static void
judge_dkim(const Case *self, const DmarcWalk *walk, DkimReport *report)
{
    Verdict *out = self->verdict;
    DkimQuestion question = {.mail = self->mail,
                             .author_domain = out->author_domain,
                             .organization = walk->organization,
                             .dns = self->dns,
                             .keys = self->keys};

    question.received_at = reception_time(self, &question.is_border_time);
    dkim_judge(&question, report);
    for (guint i = 0; i < report->signatures->len; i++)
        shape_copy(&dkim_shape, shape_append(&dkim_shape, &out->dkim),
                   g_ptr_array_index(report->signatures, i));
    if (report->over_limit)
        verdict_flag(out, "dkim_signature_limit");
    if (report->unsigned_duplicate)
        verdict_flag(out, "unsigned_duplicate_header");
    if (report->replayed)
        verdict_flag(out, "replayed_signature");
}

static bool
holds_text(const GPtrArray *texts, const char *text)
{
    for (size_t i = 0; text && i < list_length(texts); i++)
        if (strcmp(g_ptr_array_index(texts, i), text) == 0)
            return true;
    return false;
}

static void
judge_dmarc(const Case *self, const DmarcWalk *walk, DmarcReport *report)
{
    Verdict *out = self->verdict;
    g_autoptr(GPtrArray) dkim_domains = g_ptr_array_new();
    g_autoptr(GPtrArray) spf_domains = g_ptr_array_new();
    DmarcQuestion question = {out->author_domain, dkim_domains, spf_domains, self->dns,
                              walk};

    for (size_t i = 0; i < list_length(out->dkim); i++) {
        DkimFacts *facts = g_ptr_array_index(out->dkim, i);

        if (facts->result == RESULT_PASS && !holds_text(dkim_domains, facts->domain))
            g_ptr_array_add(dkim_domains, facts->domain);
    }
    if (out->spf.result == RESULT_PASS && out->spf.domain)
        g_ptr_array_add(spf_domains, out->spf.domain);
    dmarc_judge(&question, report);
    shape_copy(&dmarc_shape, &out->dmarc, &report->facts);
    for (size_t i = 0; i < list_length(out->dkim); i++) {
        DkimFacts *facts = g_ptr_array_index(out->dkim, i);

        facts->is_aligned =
            facts->result == RESULT_PASS && holds_text(report->aligned, facts->domain);
    }
}

static void
judge_arc(const Case *self, ArcChain *chain)
{
    Verdict *out = self->verdict;
    const GPtrArray *sealers = self->settings->border.arc_sealers;

    arc_judge(self->mail, self->dns, self->keys, chain);
    arc_describe(chain, sealers, &out->arc);
}

/* What could prove the author right is asked for first, strangers' records last. A
 * forger's signatures and SPF record can use up all of a mail's lookups and time: his
 * mail would be deferred for want of answers that were there to be asked for. */
static void
judge_locally(const Case *self)
{
    g_auto(DkimReport) dkim = {0};
    g_auto(DmarcReport) dmarc = {0};
    g_auto(ArcChain) chain = {0};
    Evidence evidence = {&dmarc, &chain};
    const GPtrArray *sealers = self->settings->border.arc_sealers;
    bool early_arc = arc_claims_pass(self->mail, sealers, self->verdict->author_domain);
    bool early_spf;
    DmarcWalk walk;

    dmarc_walk(self->verdict->author_domain, self->dns, &walk);
    dmarc_report_init(&dmarc);
    early_spf = is_spf_of_author(self, &walk);
    if (early_spf)
        judge_spf(self, &self->verdict->spf);
    if (early_arc)
        judge_arc(self, &chain);
    judge_dkim(self, &walk, &dkim);
    if (!early_spf)
        judge_spf(self, &self->verdict->spf);
    judge_dmarc(self, &walk, &dmarc);
    if (!early_arc)
        judge_arc(self, &chain);
    verdict_conclude(self, &evidence);
}

static void
judge_author(const Case *self, const Author *author)
{
    Verdict *out = self->verdict;

    if (author->display_lies)
        verdict_flag(out, "display_name_address_mismatch");
    if (domain_is_confusable(author->domain))
        verdict_flag(out, "confusable_domain");
    out->results_header.is_trusted = self->stamp->is_trusted;
    out->results_header.authserv_id = g_strdup(self->stamp->authserv_id);
    out->results_header.because = g_strdup(self->stamp->because);
    if (verdict_follow_stamp(self))
        return;
    judge_locally(self);
}

void
auth_init(void)
{
}

void
auth_judge(GBytes *mail, const SortSettings *settings, const DnsAsker *dns,
           AuthKeys *keys, Verdict *out)
{
    g_autoptr(RawMail) raw = raw_mail_new(mail);
    g_auto(Asker) asker = {0};
    g_auto(Author) author = {0};
    g_auto(BorderPlace) place = {0};
    g_auto(Stamp) stamp = {0};
    Case self = {raw, settings, &asker.door, keys, &place, &stamp, out};

    shape_clear(&verdict_shape, out);
    asker_init(&asker, dns);
    out->spf.result = RESULT_SKIPPED;
    out->dmarc.result = RESULT_SKIPPED;
    border_find(raw, &settings->border, &place);
    border_describe(&place, &out->border);
    author_read(raw, &author);
    if (!author.domain) {
        out->kind = VERDICT_SUSPICIOUS;
        texts_append(&out->because, g_strdup(author.trouble));
        return;
    }
    out->author_domain = g_strdup(author.domain);
    profile_read_stamp(raw, &settings->border, &place, author.domain, &stamp);
    judge_author(&self, &author);
}
