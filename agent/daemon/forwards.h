/* Mail that a rule sends on: out of the database, through the relay, and how it went.
 */
#pragma once

#include "deliver/deliver.h"
#include "ingest/ingest.h"

typedef struct Forwards Forwards;

/* Both lent. NULL without a fault: no relay is configured. */
Forwards *forwards_new(const IngestHouse *house, Deliverer *deliverer, GError **error);
void forwards_free(Forwards *forwards);

/* These two are of the courier thread alone. `forwards` may be NULL. False: nothing new
 * was begun. */
bool forwards_begin_due(Forwards *forwards);
/* An outcome that is of a mail. Takes it if so. */
bool forwards_settle(Forwards *forwards, DeliverOutcome *outcome);

/* Any thread. */
bool forwards_waiting(Forwards *forwards, int64_t *waiting, GError **error);
