/* DMARC (RFC 9989): does anything that passed belong to the author's organisation? */
#pragma once

#include "dmarc_record.h"

#include "model/dns.h"
#include "model/verdict.h"

enum {
    DMARC_WALK_MAX = 8 /* section 4.10: at most eight questions */
};

typedef struct DmarcStep {
    const char *name; /* inside the domain walked */
    DmarcRecord record;
} DmarcStep;

/* The records found from a domain upwards; lends the domain. */
typedef struct DmarcWalk {
    DmarcStep found[DMARC_WALK_MAX]; /* from the domain itself upwards */
    size_t count;
    const char *organization;
    bool is_temporary;
    DnsSecurity dnssec;
} DmarcWalk;

typedef struct DmarcQuestion {
    const char *author_domain;
    const GPtrArray *dkim_domains; /* texts: d= of what passed */
    const GPtrArray *spf_domains;  /* texts: the domains SPF passed for */
    const DnsAsker *dns;
    const DmarcWalk *walk; /* of the author's domain; NULL: still to be asked for */
} DmarcQuestion;

typedef struct DmarcReport {
    DmarcFacts facts;
    GPtrArray *aligned; /* texts: those of dkim_domains that are aligned */
    bool has_policy;    /* a record was found */
    bool strict_dkim;   /* nothing but the author's domain itself is aligned */
    bool strict_spf;
    bool alignment_unknown; /* a temporary error hides whether something is aligned */
} DmarcReport;

void dmarc_report_init(DmarcReport *report);
void dmarc_report_clear(DmarcReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DmarcReport, dmarc_report_clear)

/* Whether a pass of `domain` could belong to the author, as far as names tell;
 * `organization` may be NULL. */
bool dmarc_could_align(const char *domain, const char *author_domain,
                       const char *organization);

void dmarc_walk(const char *author_domain, const DnsAsker *dns, DmarcWalk *out);
void dmarc_judge(const DmarcQuestion *question, DmarcReport *out);
