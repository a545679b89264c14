/* Stands between a mechanism and the domain name system, and remembers the weakest
 * answer that passed: evidence is worth no more than that. */
#pragma once

#include "model/dns.h"

typedef struct Witness {
    DnsAsker door; /* hand this to the mechanism */
    const DnsAsker *dns;
    DnsSecurity weakest; /* DNS_UNANSWERED: nothing was asked, or nobody answered */
} Witness;

void witness_init(Witness *witness, const DnsAsker *dns);
