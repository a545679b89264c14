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
} RuleSubject;

/* Sets route, priority, assignee and forwards of the placement. A forward that would
 * run in a circle, or lend our good name to a stranger, is refused, and the action says
 * why. */
void rules_apply(const GPtrArray *rules, const RuleSubject *subject,
                 Placement *placement);
