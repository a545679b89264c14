/* The courier thread: takes due deliveries from the outbox, posts them, writes down how
 * it went. */
#pragma once

#include "ingest/ingest.h"

typedef struct Couriers Couriers;

/* FAULT_CONFIG: an endpoint's secret cannot be read. */
Couriers *couriers_new(const IngestHouse *house, GError **error);
/* The house is stopping by then. Waits for attempts under way until that is overdue. */
void couriers_free(Couriers *couriers);

/* There is something new in the outbox. Any thread. */
void couriers_wake(Couriers *couriers);

/* How many webhooks are disabled, and get nothing until somebody enables them. */
bool couriers_disabled(Couriers *couriers, int64_t *count, GError **error);

/* Blocks until every delivery that is due has been tried, or the house stops; how many
 * rows still wait. */
bool couriers_drain(Couriers *couriers, int64_t *waiting, GError **error);
