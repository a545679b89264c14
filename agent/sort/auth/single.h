/* SPF alone, by either engine. */
#pragma once

#include "auth.h"

void single_spf(const Trial *trial, SpfEngine engine, const DnsAsker *dns,
                SpfFacts *out);
