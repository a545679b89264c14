/* A mail's own share of the domain name system: each question is asked once, and
 * after 60 different ones everything is a temporary error. */
#pragma once

#include "model/dns.h"

enum {
    ASKER_LOOKUPS_MAX = 60
};

typedef struct Asker {
    DnsAsker door;       /* hand this to the mechanisms */
    const DnsAsker *dns; /* who really answers */
    GHashTable *known;   /* question text -> DnsAnswer */
    int64_t asked;
} Asker;

void asker_init(Asker *asker, const DnsAsker *dns);
void asker_clear(Asker *asker);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asker, asker_clear)

/* Whether the domain name system could hold this name. */
bool dns_can_hold(const char *name);
/* Names that cannot exist are NXDOMAIN without a question. */
DnsAnswer *dns_ask(const DnsAsker *dns, const char *name, DnsType type);
/* Why there is no answer, behind the name of what was asked for: "the key could not be
 * asked for". */
const char *dns_trouble(const DnsAnswer *answer);
