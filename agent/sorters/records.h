/* What a record says on the wire (RFC 1035 section 3.3), as the sorters read it. */
#pragma once

#include "model/dns.h"

/* Leaves `record` without a text where the bytes are none of that type. */
void records_read(DnsType type, const uint8_t *wire, size_t size, DnsRecord *record);
