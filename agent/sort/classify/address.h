/* What can be said of an address before anyone writes to it. */
#pragma once

#include "model/dns.h"
#include "model/opinion.h"

/* `dns` may be NULL: then mx stays false. Asks one question at most. */
void address_check(const char *address, const DnsAsker *dns, AddressCheck *out);

/* Mail services that anyone may register at. `domain` in any case. */
bool domain_is_free_provider(const char *domain);
