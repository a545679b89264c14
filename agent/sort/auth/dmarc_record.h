/* A DMARC policy record (RFC 9989 section 4.7). */
#pragma once

#include <stdbool.h>

typedef enum {
    POLICY_NONE,
    POLICY_QUARANTINE,
    POLICY_REJECT,
    POLICY_UNSAID,
} DmarcPolicy;

typedef struct DmarcRecord {
    DmarcPolicy policy;      /* POLICY_UNSAID: no DMARC for the mail it governs */
    DmarcPolicy subdomains;  /* sp= */
    DmarcPolicy nonexistent; /* np= */
    bool strict_dkim;
    bool strict_spf;
    bool is_test; /* t=y: one step milder */
    char psd;     /* 'y', 'n' or 'u' */
} DmarcRecord;

/* Whether the text is meant as a DMARC record: `v=DMARC1`, exactly. */
bool dmarc_record_is(const char *text);
/* Faults behind the version do not make it another record; psd= still counts. */
void dmarc_record_read(const char *text, DmarcRecord *out);
const char *dmarc_policy_name(DmarcPolicy policy);
