/* From evidence to verdict, with the reasons a person reads. */
#pragma once

#include "arc.h"
#include "border.h"
#include "dmarc.h"
#include "profile.h"

/* One mail before the judge. */
typedef struct Case {
    const RawMail *mail;
    const SortSettings *settings;
    const DnsAsker *dns;
    AuthKeys *keys;
    const BorderPlace *place;
    const Stamp *stamp;
    Verdict *verdict; /* author_domain is set */
} Case;

typedef struct Evidence {
    const DmarcReport *dmarc;
    const ArcChain *chain;
} Evidence;

void verdict_flag(Verdict *verdict, const char *flag);

/* Takes the border's word where it is decisive; false: judge locally. */
bool verdict_follow_stamp(const Case *self);

void verdict_conclude(const Case *self, const Evidence *evidence);
