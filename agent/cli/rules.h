/* `postroom rules dry-run`, and what both of its verbs say alike. */
#pragma once

#include "cli/options.h"
#include "route/route.h"

/* "subject: *order*"; of a rule without a condition "always". Owned. */
char *rules_condition(const RuleTest *decided);

int rules_dry_run(const CommonOptions *options, int64_t since_s);
