/* SPF (RFC 7208): the record, its macros and the evaluation, a file each. */
#pragma once

#include "network.h"

#include "model/dns.h"
#include "model/settings.h"
#include "model/verdict.h"

typedef enum {
    SPF_ALL,
    SPF_INCLUDE,
    SPF_A,
    SPF_MX,
    SPF_PTR,
    SPF_IP4,
    SPF_IP6,
    SPF_EXISTS,
} SpfMechanism;

typedef struct SpfTerm {
    SpfMechanism mechanism;
    AuthResult qualifier;
    char *text;         /* as written */
    char *target;       /* domain-spec, macros unexpanded; NULL: the current domain */
    IpAddress network;  /* ip4, ip6 */
    unsigned prefix;    /* ip4, ip6 */
    unsigned prefix_v4; /* a, mx */
    unsigned prefix_v6;
} SpfTerm;

typedef struct SpfRecord {
    GPtrArray *terms; /* SpfTerm */
    char *redirect;
    char *explanation;
} SpfRecord;

bool spf_record_is(const char *text);
/* The whole record is read before any of it is evaluated (section 4.6). */
bool spf_record_read(const char *text, SpfRecord *out, char **trouble);
void spf_record_clear(SpfRecord *record);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SpfRecord, spf_record_clear)

/* The state of one check_host(), section 4. */
typedef struct SpfCheck {
    SpfEngine engine;
    const DnsAsker *dns;
    IpAddress ip;
    char *helo;
    char *sender_local;
    char *sender_domain;
    int64_t lookups;
    int64_t voids;
    char *because;     /* of the result, for a person */
    char *explanation; /* the domain's own; NULL: none */
} SpfCheck;

typedef enum {
    MACRO_DOMAIN,
    MACRO_EXPLANATION, /* c, r and t are allowed too */
} MacroUse;

bool spf_macro_is_valid(const char *text, MacroUse use);
/* Section 4.8: macros, and an end that can be a domain. */
bool spf_domain_spec_is_valid(const char *text);
char *spf_macro_expand(SpfCheck *check, const char *text, const char *domain,
                       MacroUse use);

/* A name of the address that leads back to it, in or equal to `domain` where there is
 * one (section 5.5); NULL: none. */
char *spf_validated_name(SpfCheck *check, const char *domain, bool must_be_within);

/* By the engine `check` names. */
void spf_check(SpfCheck *check, const char *mail_from, SpfFacts *out);
/* False: this is nothing to show to libspf2; nothing was written. */
bool spf_check_by_libspf2(const SpfCheck *check, const char *mail_from, SpfFacts *out);
void spf_check_clear(SpfCheck *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SpfCheck, spf_check_clear)
