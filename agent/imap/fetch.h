/* One fetch under way: what was asked for, and what is known of the answers.
 *
 * fetch.c asks, delivery.c hears the answers and hands the mails out. */
#pragma once

#include "imap/session.h"
#include "imap/wanted.h"

typedef struct Fetch {
    ImapSession *session;
    ImapReceive receive;
    void *self;
    GArray *wanted;               /* Wanted, ascending, distinct */
    guint next;                   /* the first that was never asked for */
    GArray *flying;               /* Batch */
    GArray *refused;              /* Batch, a stack */
    GHashTable *uids_by_sequence; /* of answers split in two */
    Text orphan;                  /* a body whose UID has not come yet */
    uint64_t orphan_sequence;
    GArray *doubted;       /* guint in wanted: refused alone, nobody was told yet */
    bool doubts_all_of_it; /* a refusal said that it is temporary */
    guint n_delivered;     /* with bytes */
    guint n_refusals;      /* since the last mail */
    char because[RESPONSE_TEXT_BYTES]; /* the last refusal */
    int64_t window_bytes;
    Meter metered; /* up to here it is in the session's own sum */
    int64_t begun_us;
    uint64_t begun_bytes;
    guint uids_limit;
    bool is_stopped;
    bool has_given_up;  /* a refusal ended it, not the connection */
    uint32_t heard_uid; /* whose answer broke off; 0: it did not say */
} Fetch;

/* One answer about a mail: handed out when its body and its UID are there. */
bool delivery_hear(Fetch *fetch, uint64_t sequence, GError **error);
/* Sequence numbers have moved: no half of an answer can be matched by them any more. */
void delivery_forget_sequences(Fetch *fetch);
/* The server has answered all it will: what is NIL now stays so. */
void delivery_settle_nils(Fetch *fetch, const Batch *batch);
/* Tells of the mails that were refused alone. Not before another was given: a server
 * that gives none is ill itself. */
void delivery_resolve_doubts(Fetch *fetch);
