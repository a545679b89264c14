/* postroom webhooks test NAME: does it arrive, and how is it verified? */
#pragma once

#include "cli/options.h"

int webhook_trial_run(const CommonOptions *options, const char *name);
