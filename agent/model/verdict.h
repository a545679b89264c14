/* A verdict: who really sent this, with the evidence. Made by sort/auth.
 * JSON: `data.auth`. */
#pragma once

#include "model/dns.h"

typedef enum {
    VERDICT_UNAUTHENTICATED,
    VERDICT_AUTHENTICATED,
    VERDICT_FAILED,
    VERDICT_SUSPICIOUS,
    VERDICT_DEFERRED,
} VerdictKind;

typedef enum {
    SOURCE_LOCAL,
    SOURCE_RESULTS_HEADER,
    SOURCE_ARC,
} VerdictSource;

/* RFC 8601 section 2.7: the words of all mechanisms. */
typedef enum {
    RESULT_NONE,
    RESULT_PASS,
    RESULT_FAIL,
    RESULT_SOFTFAIL,
    RESULT_NEUTRAL,
    RESULT_POLICY,
    RESULT_TEMPERROR,
    RESULT_PERMERROR,
    RESULT_SKIPPED, /* not evaluated; JSON null */
} AuthResult;

typedef struct BorderFacts {
    char *ip;
    char *helo;
    char *by;
    char *envelope_from;
    char *source; /* "received", "results_header", NULL: no border */
} BorderFacts;

typedef struct SpfFacts {
    AuthResult result;
    char *domain;
    char *scope; /* "mfrom" or "helo" */
    char *because;
    char *explanation; /* of a fail, in the domain's own words (exp=) */
    int64_t lookups;
    DnsSecurity dnssec; /* of the weakest answer it rests on */
} SpfFacts;

typedef struct DkimFacts {
    AuthResult result;
    char *domain;
    char *selector;
    char *identity;
    char *algorithm; /* "rsa-sha256", "ed25519-sha256" */
    int64_t key_bits;
    bool is_aligned;
    DnsSecurity dnssec; /* of the key */
    char *because;
} DkimFacts;

typedef struct AlignmentFacts {
    bool spf;
    bool dkim;
} AlignmentFacts;

typedef struct DmarcFacts {
    AuthResult result;
    char *policy;
    char *policy_domain;
    char *organizational_domain;
    AlignmentFacts alignment;
    DnsSecurity dnssec; /* of the weakest answer it rests on */
    char *because;
} DmarcFacts;

typedef struct ArcFacts {
    AuthResult result;
    char *sealer;
    int64_t instances;
    bool is_trusted;
    DnsSecurity dnssec; /* of the weakest key */
    char *because;
} ArcFacts;

typedef struct ResultsFacts {
    char *authserv_id;
    bool is_trusted;
    char *because;
} ResultsFacts;

typedef struct Verdict {
    VerdictKind kind;
    VerdictSource source;
    char *author_domain; /* A-label, lower case; NULL when no one author can be named */
    GPtrArray *flags;    /* texts */
    GPtrArray *because;  /* texts, for a person, strongest first */
    BorderFacts border;
    SpfFacts spf;
    GPtrArray *dkim; /* DkimFacts */
    DmarcFacts dmarc;
    ArcFacts arc;
    ResultsFacts results_header;
} Verdict;

extern const Shape spf_shape;
extern const Shape dkim_shape;
extern const Shape dmarc_shape;
extern const Shape arc_shape;
extern const Shape verdict_shape;

/* "pass", "temperror", ...; NULL for RESULT_SKIPPED. */
const char *auth_result_name(AuthResult result);
/* "authenticated", "failed", ... */
const char *verdict_kind_name(VerdictKind kind);
