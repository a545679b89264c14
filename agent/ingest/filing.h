/* One mail on its way into the database. */
#pragma once

#include "ingest/ingest.h"
#include "route/route.h"

typedef struct Filing {
    const IngestHouse *house;
    const MailboxConfig *mailbox;
    StoreFolder folder; /* copied: it must outlive the wait */
    Mail *mail;
    char *sha256;
    Facts *facts;      /* NULL: to be held, `held_because` says why */
    const char *stage; /* where it got stuck: "sorter", "store" */
    char *held_because;
    int64_t whole_bytes;  /* of the mail at the server; the held bytes may be fewer */
    int64_t listed_bytes; /* what the server said in its list; 0: nothing */
    bool is_released;     /* a person wants it filed: no rule holds it */
    bool is_postponed;    /* out: nothing was written, its UID is not settled */
    Label label;          /* out: as it was filed; of a copy, as its text has it */
    bool is_copy;         /* out: these bytes were filed before */
    bool is_absorbed;     /* out: in this very place, before the server counted anew */
} Filing;

/* The short half: a StoreWork that may be repeated. `self` is a Filing. */
bool filing_work(StoreTxn *txn, void *self, GError **error);

void filing_free(Filing *filing);

/* Whether he who wrote is told that his mail is here, into `placement`. */
bool filing_acknowledge(StoreTxn *txn, const Filing *filing,
                        const RouteSettings *settings, Placement *placement,
                        GError **error);
/* message.held, also for a mail without bytes. */
bool filing_announce_held(StoreTxn *txn, const Filing *filing, GError **error);
