/* A trial: one mechanism of authentication alone, for people who debug mail. Asked by
 * `postroom auth`, answered by a sorter. */
#pragma once

#include "model/verdict.h"

typedef enum {
    TRIAL_SPF,
    TRIAL_DKIM,
    TRIAL_ARC,
    TRIAL_DMARC,
    TRIAL_RESULTS,
} TrialMechanism;

typedef struct Trial {
    TrialMechanism mechanism;
    char *ip; /* TRIAL_SPF */
    char *helo;
    char *mail_from;         /* "": the null sender */
    char *author;            /* TRIAL_DMARC: the domain of From */
    GPtrArray *dkim_domains; /* texts: what passed */
    GPtrArray *spf_domains;
} Trial;

typedef struct ResultProperty {
    char *name; /* "header.from" */
    char *value;
} ResultProperty;

typedef struct MethodResult {
    char *method;
    int64_t method_version;
    char *result; /* lower case, as written */
    char *reason;
    GPtrArray *properties; /* ResultProperty */
} MethodResult;

/* One Authentication-Results field. */
typedef struct ResultsHeader {
    char *authserv_id; /* NULL: the field is malformed */
    int64_t version;
    GPtrArray *results; /* MethodResult */
    bool is_trusted;
    char *because;
} ResultsHeader;

/* What the mechanism asked for found; the rest is empty. */
typedef struct TrialReport {
    SpfFacts spf;
    GPtrArray *dkim; /* DkimFacts */
    ArcFacts arc;
    DmarcFacts dmarc;
    GPtrArray *results; /* ResultsHeader */
} TrialReport;

extern const Shape trial_shape;
extern const Shape result_property_shape;
extern const Shape method_result_shape;
extern const Shape results_header_shape;
extern const Shape trial_report_shape;
