/* DKIM (RFC 6376, 8301, 8463), judged at the time the mail was received. */
#pragma once

#include "auth.h"
#include "fields.h"

#include "model/dns.h"
#include "model/verdict.h"

enum {
    DKIM_SIGNATURES_MAX = 10
};

typedef struct DkimQuestion {
    const RawMail *mail;
    const char *author_domain; /* NULL: judge in the mail's order */
    const char *organization;  /* of the author; NULL: not known */
    int64_t received_at;       /* TIME_NONE: times are not judged */
    bool is_border_time;       /* else it may be earlier than the signature: only expiry
                                  counts */
    const DnsAsker *dns;
    AuthKeys *keys; /* or NULL */
} DkimQuestion;

typedef struct DkimReport {
    GPtrArray *signatures; /* DkimFacts, in the order judged */
    bool over_limit;
    bool unsigned_duplicate; /* a valid signature leaves a second copy unsigned */
    bool replayed;           /* a valid signature is much older than the delivery */
} DkimReport;

void dkim_judge(const DkimQuestion *question, DkimReport *out);
void dkim_report_clear(DkimReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DkimReport, dkim_report_clear)
