/* How an attempt went, for the record; and what follows from it for its webhook. */
#pragma once

#include "deliver/deliver.h"
#include "ingest/ingest.h"

/* All lent. */
typedef struct Report {
    StoreAttempt attempt;
    const Config *config;
    const char *endpoint, *event_id;
    bool is_gone;  /* 410 */
    bool disables; /* out: this attempt was the last straw */
    StoreTicket *ticket;
} Report;

/* What becomes of its event; `delay_s` until the next attempt, < 0: there is none.
 * After 410 it waits like all that comes behind it until somebody lets the webhook back
 * in: it was the webhook that was gone. */
DeliveryFate report_fate(const DeliverOutcome *outcome, double delay_s);
void report_log(const Report *report, const DeliverOutcome *outcome);
/* A StoreWork of a Report; may be repeated. */
bool report_write_down(StoreTxn *txn, void *self, GError **error);
