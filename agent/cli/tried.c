#include "cli/tried.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "cli/print.h"

static void
print_if_said(const char *title, const char *text)
{
    if (text)
        print_field(title, text);
}

static void
print_dnssec(DnsSecurity security)
{
    print_if_said("DNSSEC", dns_security_names[security]);
}

static void
print_number(const char *title, int64_t number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);

    print_field(title, text);
}

static void
print_spf(const SpfFacts *facts)
{
    print_field("result", auth_result_name(facts->result));
    print_if_said("domain", facts->domain);
    print_if_said("scope", facts->scope);
    print_if_said("because", facts->because);
    print_if_said("explanation", facts->explanation);
    print_number("lookups", facts->lookups);
    print_dnssec(facts->dnssec);
}

static void
print_signature(const DkimFacts *facts)
{
    print_field("result", auth_result_name(facts->result));
    print_if_said("domain", facts->domain);
    print_if_said("selector", facts->selector);
    print_if_said("identity", facts->identity);
    print_if_said("algorithm", facts->algorithm);
    if (facts->key_bits)
        print_number("key bits", facts->key_bits);
    print_field("aligned", facts->is_aligned ? _("yes") : _("no"));
    print_dnssec(facts->dnssec);
    print_if_said("because", facts->because);
    (void)putchar('\n');
}

static void
print_dkim(const GPtrArray *signatures)
{
    if (list_length(signatures) == 0)
        print_field("result", _("the mail is not signed"));
    for (size_t i = 0; i < list_length(signatures); i++)
        print_signature(signatures->pdata[i]);
}

static void
print_arc(const ArcFacts *facts)
{
    print_field("result", auth_result_name(facts->result));
    print_number("instances", facts->instances);
    print_if_said("sealer", facts->sealer);
    print_field("trusted", facts->is_trusted ? _("yes") : _("no"));
    print_dnssec(facts->dnssec);
    print_if_said("because", facts->because);
}

static void
print_dmarc(const DmarcFacts *facts)
{
    print_field("result", auth_result_name(facts->result));
    print_if_said("policy", facts->policy);
    print_if_said("published at", facts->policy_domain);
    print_if_said("organization", facts->organizational_domain);
    print_field("aligned", facts->alignment.dkim && facts->alignment.spf ? "DKIM, SPF"
                           : facts->alignment.dkim                       ? "DKIM"
                           : facts->alignment.spf                        ? "SPF"
                                                  : _("nothing"));
    print_dnssec(facts->dnssec);
    print_if_said("because", facts->because);
}

static void
print_result(const MethodResult *result)
{
    GString *text = g_string_new(result->result);

    if (result->reason)
        g_string_append_printf(text, " (%s)", result->reason);
    for (size_t i = 0; i < list_length(result->properties); i++) {
        const ResultProperty *property = result->properties->pdata[i];

        g_string_append_printf(text, " %s=%s", property->name, property->value);
    }
    print_field(result->method, text->str);
    g_string_free(text, TRUE);
}

static void
print_results(const GPtrArray *headers)
{
    if (list_length(headers) == 0)
        print_field("results", _("the mail has no Authentication-Results"));
    for (size_t i = 0; i < list_length(headers); i++) {
        const ResultsHeader *header = headers->pdata[i];

        print_field("server", header->authserv_id ? header->authserv_id : "?");
        print_field("trusted", header->is_trusted ? _("yes") : _("no"));
        print_if_said("because", header->because);
        for (size_t k = 0; k < list_length(header->results); k++)
            print_result(header->results->pdata[k]);
        (void)putchar('\n');
    }
}

void
tried_print(TrialMechanism mechanism, const TrialReport *report)
{
    switch (mechanism) {
    case TRIAL_SPF:
        print_spf(&report->spf);
        break;
    case TRIAL_DKIM:
        print_dkim(report->dkim);
        break;
    case TRIAL_ARC:
        print_arc(&report->arc);
        break;
    case TRIAL_DMARC:
        print_dmarc(&report->dmarc);
        break;
    case TRIAL_RESULTS:
        print_results(report->results);
        break;
    }
}
