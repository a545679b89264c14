/* DMARC (RFC 9989): does anything that passed belong to the author's organisation? */
#pragma once

#include "model/dns.h"
#include "model/verdict.h"

typedef struct DmarcQuestion {
    const char *author_domain;
    const GPtrArray *dkim_domains; /* texts: d= of what passed */
    const GPtrArray *spf_domains;  /* texts: the domains SPF passed for */
    const DnsAsker *dns;
} DmarcQuestion;

typedef struct DmarcReport {
    DmarcFacts facts;
    GPtrArray *aligned;     /* texts: those of dkim_domains that are aligned */
    bool has_policy;        /* a record was found */
    bool alignment_unknown; /* a temporary error hides whether something is aligned */
} DmarcReport;

void dmarc_report_init(DmarcReport *report);
void dmarc_report_clear(DmarcReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DmarcReport, dmarc_report_clear)

void dmarc_judge(const DmarcQuestion *question, DmarcReport *out);
