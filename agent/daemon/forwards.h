/* Mail that a rule sends on, and acknowledgements: out of the database, through the
 * relay, and how it went. A thread of its own, for libcurl waits for a server's word
 * about a whole mail and for nothing else meanwhile: a relay that takes its time would
 * hold up all webhooks. */
#pragma once

#include "deliver/deliver.h"
#include "ingest/ingest.h"

typedef struct Forwards Forwards;

/* Lent. NULL without a fault: no relay is configured. The others take that, too. */
Forwards *forwards_new(const IngestHouse *house, GError **error);
void forwards_start(Forwards *forwards);
/* The house is stopping by then, if it was started. Waits for mails under way until
 * that is overdue. */
void forwards_free(Forwards *forwards);

/* There may be something new. Any thread. */
void forwards_wake(Forwards *forwards);

/* Blocks until each mail that is due has been tried, or the house stops; how many still
 * wait. Any thread. */
bool forwards_drain(Forwards *forwards, int64_t *waiting, GError **error);
