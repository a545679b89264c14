#include "single.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"

#include "arc.h"
#include "asker.h"
#include "author.h"
#include "border.h"
#include "date.h"
#include "dkim.h"
#include "dmarc.h"
#include "domain.h"
#include "profile.h"
#include "results.h"
#include "spf.h"

void
single_spf(const Trial *trial, SpfEngine engine, const DnsAsker *dns, SpfFacts *out)
{
    const char *ip = trial->ip ? trial->ip : "";
    g_auto(Asker) asker = {0};
    g_auto(SpfCheck) check = {.engine = engine,
                              .dns = &asker.door,
                              .helo = g_strdup(trial->helo ? trial->helo : "")};

    asker_init(&asker, dns);
    if (ip_parse(ip, &check.ip)) {
        spf_check(&check, trial->mail_from ? trial->mail_from : "", out);
        return;
    }
    out->result = RESULT_PERMERROR;
    g_free(out->because);
    out->because = g_strdup_printf("'%s' is no IP address", ip);
}

void
auth_spf(const char *ip, const char *helo, const char *mail_from, const DnsAsker *dns,
         SpfFacts *out)
{
    Trial trial = {
        .ip = g_strdup(ip), .helo = g_strdup(helo), .mail_from = g_strdup(mail_from)};

    single_spf(&trial, SPF_BUILTIN, dns, out);
    shape_clear(&trial_shape, &trial);
}

/* Without a mailbox a mail's own word must do: its newest Received, else its Date. */
static int64_t
own_time(const RawMail *mail)
{
    int64_t time = TIME_NONE;

    for (size_t i = 0; i < raw_mail_count_fields(mail); i++) {
        const RawField *field = raw_mail_field(mail, i);
        g_autofree char *value = NULL;
        g_auto(Received) received = {0};

        if (field_is(field, "received")) {
            value = field_unfold(field);
            received_read(value, &received);
            if (received.time != TIME_NONE)
                return received.time;
        } else if (field_is(field, "date") && time == TIME_NONE) {
            value = field_unfold(field);
            time = date_read(value);
        }
    }
    return time;
}

/* Who is aligned is a question to DMARC's own tree walk. */
static void
mark_aligned(const RawMail *mail, const DnsAsker *dns, GPtrArray *signatures)
{
    g_auto(Author) author = {0};
    g_auto(DmarcReport) report = {0};
    g_autoptr(GPtrArray) passed = g_ptr_array_new();
    DmarcQuestion question = {NULL, passed, NULL, dns, NULL};

    author_read(mail, &author);
    question.author_domain = author.domain;
    for (size_t i = 0; author.domain && i < list_length(signatures); i++) {
        DkimFacts *facts = g_ptr_array_index(signatures, i);

        if (facts->result == RESULT_PASS)
            g_ptr_array_add(passed, facts->domain);
    }
    if (passed->len == 0)
        return;
    dmarc_report_init(&report);
    dmarc_judge(&question, &report);
    for (guint i = 0; i < signatures->len; i++) {
        DkimFacts *facts = g_ptr_array_index(signatures, i);

        for (guint k = 0; k < report.aligned->len; k++)
            facts->is_aligned =
                facts->is_aligned ||
                (facts->result == RESULT_PASS &&
                 g_str_equal(facts->domain, g_ptr_array_index(report.aligned, k)));
    }
}

void
auth_dkim(GBytes *mail, int64_t received_at, const DnsAsker *dns, GPtrArray **out)
{
    g_autoptr(RawMail) raw = raw_mail_new(mail);
    g_auto(Asker) asker = {0};
    g_auto(DkimReport) report = {0};
    DkimQuestion question = {.mail = raw, .received_at = received_at};

    if (received_at == TIME_NONE)
        question.received_at = own_time(raw);
    asker_init(&asker, dns);
    question.dns = &asker.door;
    dkim_judge(&question, &report);
    for (guint i = 0; i < report.signatures->len; i++)
        shape_copy(&dkim_shape, shape_append(&dkim_shape, out),
                   g_ptr_array_index(report.signatures, i));
    mark_aligned(raw, &asker.door, *out);
}

void
auth_arc(GBytes *mail, const GPtrArray *sealers, const DnsAsker *dns, ArcFacts *out)
{
    g_autoptr(RawMail) raw = raw_mail_new(mail);
    g_auto(Asker) asker = {0};
    g_auto(ArcChain) chain = {0};

    asker_init(&asker, dns);
    arc_judge(raw, &asker.door, NULL, &chain);
    shape_clear(&arc_shape, out);
    arc_describe(&chain, sealers, out);
}

/* What people write for a domain: with a local part, capitals, a final dot, U-labels.
 */
static char *
named_domain(const char *text)
{
    const char *at = strrchr(text, '@');
    const char *start = at ? at + 1 : text;

    return domain_to_ascii(start, strcspn(start, ">"));
}

static GPtrArray *
named_domains(const GPtrArray *texts)
{
    GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < list_length(texts); i++) {
        char *domain = named_domain(g_ptr_array_index(texts, i));

        if (domain)
            g_ptr_array_add(domains, domain);
    }
    return domains;
}

void
auth_dmarc(const char *author_domain, const GPtrArray *dkim_domains,
           const GPtrArray *spf_domains, const DnsAsker *dns, DmarcFacts *out)
{
    g_auto(Asker) asker = {0};
    g_auto(DmarcReport) report = {0};
    g_autofree char *author = named_domain(author_domain);
    g_autoptr(GPtrArray) dkim = named_domains(dkim_domains);
    g_autoptr(GPtrArray) spf = named_domains(spf_domains);
    DmarcQuestion question = {author, dkim, spf, &asker.door, NULL};

    if (!author) {
        shape_clear(&dmarc_shape, out);
        out->result = RESULT_PERMERROR;
        out->because = g_strdup_printf("'%s' is no domain name", author_domain);
        return;
    }
    asker_init(&asker, dns);
    dmarc_report_init(&report);
    dmarc_judge(&question, &report);
    shape_copy(&dmarc_shape, out, &report.facts);
}

static void
move_to_header(ResultsText *text, ResultsHeader *out)
{
    shape_clear(&results_header_shape, out);
    out->authserv_id = g_utf8_make_valid(text->authserv_id, -1);
    out->version = text->version;
    out->results = g_steal_pointer(&text->results);
}

bool
auth_read_results(const char *value, unsigned grammar, ResultsHeader *out,
                  GError **error)
{
    g_auto(ResultsText) text = {0};

    if (!results_read(value, grammar, &text)) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "this is not a value of Authentication-Results");
        return false;
    }
    move_to_header(&text, out);
    return true;
}

void
auth_results(GBytes *mail, const Border *border, GPtrArray **out)
{
    g_autoptr(RawMail) raw = raw_mail_new(mail);
    g_auto(BorderPlace) place = {0};

    border_find(raw, border, &place);
    for (size_t i = 0; i < raw_mail_count_fields(raw); i++) {
        g_auto(ResultsText) text = {0};
        const char *refusal;
        ResultsHeader *header;

        if (!field_is(raw_mail_field(raw, i), "authentication-results"))
            continue;
        header = shape_append(&results_header_shape, out);
        header->version = TIME_NONE; /* null, where it cannot be read */
        refusal = profile_read_results(raw, border, &place, i, &text);
        if (text.authserv_id)
            move_to_header(&text, header);
        header->is_trusted = !refusal;
        header->because = g_strdup(refusal ? refusal : "our own border wrote it");
    }
}

bool
auth_read_received(const char *value, BorderFacts *out)
{
    g_auto(BorderPlace) place = {.found = true};

    received_read(value, &place.received);
    if (!place.received.has_ip || !place.received.by)
        return false;
    border_describe(&place, out);
    return true;
}

bool
auth_find_border(GBytes *mail, const Border *border, BorderFacts *out)
{
    g_autoptr(RawMail) raw = raw_mail_new(mail);
    g_auto(BorderPlace) place = {0};

    border_find(raw, border, &place);
    border_describe(&place, out);
    return place.found;
}
