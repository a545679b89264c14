/* A question to the domain name system and its answer, as a sorter sees them.
 * The house asks libunbound; tests ask a table. */
#pragma once

#include "model/shape.h"

typedef enum {
    DNS_A,
    DNS_AAAA,
    DNS_MX,
    DNS_TXT,
    DNS_PTR,
    DNS_CNAME,
    DNS_SRV,
} DnsType;

typedef enum {
    DNS_TEMPORARY, /* SERVFAIL, REFUSED, silence, our own limits */
    DNS_FOUND,
    DNS_NODATA,
    DNS_NXDOMAIN,
} DnsOutcome;

/* What DNSSEC says of answers (RFC 4035 section 4.3), the weakest first. */
typedef enum {
    DNS_UNANSWERED, /* there was none to judge; JSON null */
    DNS_BOGUS,      /* signed, and not what its zone signed: DNS_TEMPORARY */
    DNS_UNCHECKED,  /* nobody validates here */
    DNS_INSECURE,   /* its zone signs nothing that leads to our trust anchor */
    DNS_SECURE,
    DNS_SECURITIES,
} DnsSecurity;

/* "bogus", "unchecked", "insecure", "secure"; NULL for DNS_UNANSWERED. */
extern const char *const dns_security_names[DNS_SECURITIES];

typedef struct DnsQuestion {
    char *name; /* as asked, no trailing dot; reverse names are spelled out */
    DnsType type;
} DnsQuestion;

typedef struct DnsRecord {
    char *text;         /* A, AAAA: presentation form; MX, PTR, CNAME: host. TXT: the
                           joined strings, each byte above 0x7f as U+0080..U+00FF. SRV:
                           host:port */
    int64_t preference; /* MX; SRV: its priority */
} DnsRecord;

typedef struct DnsAnswer {
    DnsOutcome outcome;
    GPtrArray *records; /* DnsRecord, of the asked type, at the end of CNAMEs */
    DnsSecurity security;
} DnsAnswer;

extern const Shape dns_question_shape;
extern const Shape dns_record_shape;
extern const Shape dns_answer_shape;

DnsAnswer *dns_answer_new(DnsOutcome outcome);
void dns_answer_free(DnsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsAnswer, dns_answer_free)

/* Who answers. `ask` blocks until there is an answer, never returns NULL; what
 * exceeds a mail's share of lookups or time is DNS_TEMPORARY. */
typedef struct DnsAsker {
    DnsAnswer *(*ask)(void *self, const char *name, DnsType type);
    void *self;
} DnsAsker;
