/* route: which ticket, which department, which label, which event?
 *
 * Pure functions: no clock, no database, no log. Called inside the registrar's
 * transaction, so two replies that arrive together find each other. */
#pragma once

#include "model/placement.h"
#include "model/rule.h"

typedef struct RouteSettings {
    const GPtrArray *rules;       /* Rule, lent */
    const GPtrArray *our_domains; /* texts, lent; may be NULL */
    const char *department;       /* the mailbox's; may be NULL */
    const uint8_t *token_key;     /* for reply tokens */
    size_t token_key_bytes;
    const GPtrArray *campaign_headers;           /* texts, lent; may be NULL */
    bool joins_new_subject, joins_other_mailbox; /* else such a reply is only linked */
    int64_t loop_pair, loop_address; /* answers an hour; 0: as many as come */
} RouteSettings;

/* What the database must be asked for before placing. Lists of texts, owned by the
 * caller: message ids to look up (In-Reply-To, then References from the last, then a
 * bounce's or complaint's original), and ticket numbers of valid reply tokens. */
typedef struct RouteQuestions {
    GPtrArray *message_ids;
    GArray *tickets; /* int64_t: tokens that verify under the key */
} RouteQuestions;

void route_questions_clear(RouteQuestions *questions);
void route_ask(const Mail *mail, const Facts *facts, const RouteSettings *settings,
               RouteQuestions *out);

/* Never NULL. */
Placement *route_place(const Mail *mail, const Facts *facts, const Related *related,
                       const RouteSettings *settings);

/* Why he who wrote may not be told that his mail is here; NULL: nothing in the mail or
 * in its place speaks against it. Lent. */
const char *route_acknowledge_refusal(const Mail *mail, const Facts *facts,
                                      const Placement *placement,
                                      const RouteSettings *settings);
typedef enum {
    RULE_MISSES,
    RULE_MATCHES,
    RULE_UNJUDGED, /* it asks for what is not known */
} RuleAnswer;

/* What one rule said, and the condition that decided (NULL: it has none). Lent. */
typedef struct RouteTried {
    const Rule *rule;
    RuleAnswer answer;
    const RuleTest *decided;
} RouteTried;

/* A mail to try the rules on. All lent. */
typedef struct RouteTrial {
    const Mail *mail;
    const Facts *facts;
    Label label;                /* before a rule called it spam */
    const char *const *unknown; /* fields, the last NULL; NULL: all are known */
} RouteTrial;

/* What the rules would say of it: route and all they set, nothing else. Appends a
 * RouteTried for each rule; one that is unjudged has no say. Never NULL. */
Placement *route_try(const RouteTrial *trial, const RouteSettings *settings,
                     GArray *tried);

/* The reply token of a ticket: "42-" and base32 of an HMAC over the number. */
char *route_reply_token(int64_t ticket, const RouteSettings *settings);
