/* How an attempt went, for the record; and what follows from it for its webhook. */
#pragma once

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

/* A StoreWork of a Report; may be repeated. */
bool report_write_down(StoreTxn *txn, void *self, GError **error);
