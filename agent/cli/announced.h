/* What a domain itself says about its mail server: SRV records and autoconfig. */
#pragma once

#include "autoconfig/autoconfig.h"
#include "model/dns.h"

typedef struct Announcement {
    const char *resolver; /* as for --resolver; NULL: the system's */
    const char *address;  /* user@example.com */
    const char *ca_file;  /* for autoconfig; NULL: the system's */
} Announcement;

/* The record of the least preference, where it is a host's name. Owned; NULL: none. */
char *announced_record(const char *resolver, const char *name, DnsType type);
/* Owned; NULL: the domain announces none. Blocks for as long as DNS and HTTPS may take.
 */
Autoconfig *announced_server(const Announcement *announcement);
