/* Commands that write hand their order to the daemon, or obey it themselves. */
#pragma once

#include "cli/options.h"

/* A verb and its words, as ingest_obey takes them; `answer` is owned by the caller.
 * Prints a fault; returns 0 or the exit code. */
int order_run(const CommonOptions *options, const char *const *words, char **answer);
