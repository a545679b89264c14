/* Answers that are still good. libunbound remembers them too, but to ask it is two
 * changes of thread, and most mail asks for the same few names. Belongs to the
 * resolver, which guards it. */
#pragma once

#include "model/dns.h"

typedef struct Answers Answers;

Answers *answers_new(void);
void answers_free(Answers *answers);

/* A copy, owned; NULL: none that is fresh. */
DnsAnswer *answers_find(Answers *answers, const char *name, DnsType type);

/* Keeps a copy for `ttl_s` seconds, at most five minutes (RFC 1035 section 3.2.1, RFC
 * 2308). What is temporary, huge or without a time is not kept. */
void answers_keep(Answers *answers, const char *name, DnsType type,
                  const DnsAnswer *answer, int64_t ttl_s);
