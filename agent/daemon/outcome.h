/* What became of a visit: written down, told to webhooks, and when to come again. */
#pragma once

#include "daemon/couriers.h"
#include "daemon/schedule.h"

typedef struct Outcome {
    const IngestHouse *house;
    Couriers *couriers;
    bool once; /* there is no later: an operator's fault is final */
} Outcome;

/* Both return the delay until the next visit. `skipped`: why a folder besides INBOX was
 * left out; NULL: none was. */
int64_t outcome_worked(const Outcome *outcome, Post *post, const char *skipped);
/* `is_refusal`: the server refused the log-in itself. */
int64_t outcome_failed(const Outcome *outcome, Post *post, const GError *fault,
                       bool is_refusal);
