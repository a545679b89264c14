/* The configuration's rules, asked in their order about one mail. */
#pragma once

#include "route/route.h"

/* What rules look at. All lent. */
typedef struct RuleSubject {
    const Mail *mail;
    const Facts *facts;
    Label label; /* final */
    const char *department;
    const GPtrArray *our_domains; /* may be NULL */
    const char *const *unknown;   /* fields, the last NULL; NULL: all are known */
} RuleSubject;

typedef enum {
    ACTION_DEPARTMENT,
    ACTION_PRIORITY,
    ACTION_FORWARD,
    ACTION_ASSIGNEE,
    ACTION_HOLD,
    ACTION_SPAM,
    ACTION_CLOSE,
    ACTION_MOVE,
    ACTION_EVENT,
    ACTION_COUNT
} RuleAction;

/* Which rules match, and which is the first to say something of each action. Lent. */
typedef struct RuleHits {
    const Rule *of[ACTION_COUNT]; /* NULL: none */
    GPtrArray *all;               /* Rule, in order */
} RuleHits;

void rule_hits_clear(RuleHits *hits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RuleHits, rule_hits_clear)

/* `tried`: gets a RouteTried for each rule; NULL: nobody asks. */
void rules_find(const GPtrArray *rules, const RuleSubject *subject, RuleHits *out,
                GArray *tried);

/* What they say of a mail whose place is known: department, priority, assignee, tags,
 * forwards and all that. A forward that would run in a circle, or lend our good name to
 * a stranger, is refused, and the action says why. */
void rules_apply(const RuleHits *hits, const RuleSubject *subject,
                 Placement *placement);
