#include "cli/sender.h"

#include <string.h>

#include <glib/gi18n.h>

#include "cli/print.h"

static void
add_reason(GString *line, const char *reason)
{
    g_string_append_printf(line, "%s%s", strchr(line->str, ':') ? "; " : ": ", reason);
}

static void
add_signature(GString *line, const DkimFacts *facts)
{
    bool is_rsa = facts->algorithm && g_str_has_prefix(facts->algorithm, "rsa");
    g_autofree char *key = is_rsa && facts->key_bits
                               ? g_strdup_printf("RSA-%d", (int)facts->key_bits)
                               : g_strdup(is_rsa ? "RSA" : "Ed25519");
    g_autofree char *reason =
        g_strdup_printf(_("DKIM of %s (%s) aligned"), facts->domain, key);

    add_reason(line, reason);
}

/* "authenticated: DKIM of example.com (RSA-2048) aligned; SPF passed for 192.0.2.7" */
static char *
summary(const Verdict *verdict)
{
    GString *line = g_string_new(verdict_kind_name(verdict->kind));

    if (verdict->kind == VERDICT_AUTHENTICATED && verdict->source == SOURCE_LOCAL) {
        for (size_t i = 0; i < list_length(verdict->dkim); i++) {
            const DkimFacts *facts = verdict->dkim->pdata[i];

            if (facts->is_aligned)
                add_signature(line, facts);
        }
        if (verdict->dmarc.alignment.spf) {
            g_autofree char *reason =
                g_strdup_printf(_("SPF passed for %s"), verdict->border.ip);

            add_reason(line, reason);
        }
    } else if (list_length(verdict->because) > 0) {
        add_reason(line, verdict->because->pdata[0]);
    }
    return g_string_free(line, FALSE);
}

static void
print_border(const BorderFacts *border)
{
    g_autofree char *line = NULL;

    if (!border->ip)
        return;
    line = g_strdup_printf(_("%s, which called itself %s, came to %s%s%s"), border->ip,
                           border->helo ? border->helo : _("nothing"),
                           border->by ? border->by : _("us"),
                           border->envelope_from ? _(" with mail of ") : "",
                           !border->envelope_from   ? ""
                           : *border->envelope_from ? border->envelope_from
                                                    : _("nobody (a null sender)"));
    print_field("border", line);
}

typedef struct Mechanism {
    const char *title;
    AuthResult result;
    DnsSecurity dnssec;
    const char *domain, *because;
} Mechanism;

/* `title    result for DOMAIN: because (DNSSEC: secure)`; nothing for what was not
 * looked at. */
static void
print_mechanism(const Mechanism *mechanism)
{
    const char *name = auth_result_name(mechanism->result);
    DnsSecurity dnssec = mechanism->dnssec;
    const char *security =
        dnssec == DNS_UNCHECKED ? NULL /* no news */ : dns_security_names[dnssec];
    GString *line;

    if (!name && !mechanism->because)
        return;
    line = g_string_new(name ? name : _("not judged"));
    if (mechanism->domain)
        g_string_append_printf(line, _(" for %s"), mechanism->domain);
    if (mechanism->because)
        g_string_append_printf(line, ": %s", mechanism->because);
    if (security)
        g_string_append_printf(line, " (DNSSEC: %s)", security);
    print_field(mechanism->title, line->str);
    (void)g_string_free(line, TRUE);
}

static void
print_dmarc(const DmarcFacts *facts)
{
    g_autofree char *policy = facts->policy
                                  ? g_strdup_printf(_(" (policy %s of %s)"),
                                                    facts->policy, facts->policy_domain)
                                  : g_strdup("");
    g_autofree char *because =
        facts->because ? g_strconcat(facts->because, policy, NULL) : NULL;

    print_mechanism(&(Mechanism){"dmarc", facts->result, facts->dnssec, NULL, because});
}

void
sender_print(const Verdict *verdict)
{
    g_autofree char *line = summary(verdict);

    print_field("sender", line);
    /* The further reasons of the verdict are those of its mechanisms, told below. */
    for (size_t i = 0; i < list_length(verdict->flags); i++)
        print_field(i ? "" : "flags", verdict->flags->pdata[i]);
    print_border(&verdict->border);
    print_mechanism(&(Mechanism){"spf", verdict->spf.result, verdict->spf.dnssec,
                                 verdict->spf.domain, verdict->spf.because});
    for (size_t i = 0; i < list_length(verdict->dkim); i++) {
        const DkimFacts *facts = verdict->dkim->pdata[i];

        print_mechanism(&(Mechanism){"dkim", facts->result, facts->dnssec,
                                     facts->domain, facts->because});
    }
    print_dmarc(&verdict->dmarc);
    if (verdict->arc.instances > 0)
        print_mechanism(&(Mechanism){"arc", verdict->arc.result, verdict->arc.dnssec,
                                     verdict->arc.sealer, verdict->arc.because});
    if (verdict->results_header.because) {
        g_autofree char *word = g_strdup_printf(
            "%s: %s",
            verdict->results_header.is_trusted ? _("believed") : _("not believed"),
            verdict->results_header.because);

        print_field("results", word);
    }
}
