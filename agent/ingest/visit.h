/* One visit to one folder: what is shared by the walk through it and by its cursor.
 *
 *     examine -> open (a new epoch?) -> is it the same folder? -> list -> fetch ->
 * close
 *
 * corridor.c is the walk, cursor.c and cursor_close.c what is remembered of it between
 * visits. */
#pragma once

#include "ingest/pipeline.h"

typedef struct Visit {
    const IngestHouse *house;
    const MailboxConfig *mailbox;
    ImapSession *session;
    const ImapFolder *folder;
    ImapState state;
    StoreFolder row;
    ImapCensus census;    /* of the listing */
    uint32_t floor;       /* listed is what lies above; low_uid, or below it */
    bool recounts;        /* the newest of the settled UIDs are looked at again */
    GPtrArray *known;     /* StoreKnown: by which the folder is known again */
    GArray *settled;      /* uint32_t above the floor, ascending */
    GArray *turns;        /* uint32_t: holes due for another try, least tried first */
    GArray *holes;        /* the same, ascending */
    GArray *listed;       /* ImapListing, ascending */
    GArray *wanted;       /* ImapListing, ascending */
    GHashTable *seen;     /* uid: delivered in this visit */
    GHashTable *refusals; /* uid -> the server's words, owned */
    GHashTable *listed_last; /* uid: still listed after the fetch; NULL: not asked */
    Pipeline *pipeline;
    GError *fault; /* why `receive` stopped the fetch */
    IngestCounts *counts;
} Visit;

void visit_init(Visit *visit);
void visit_clear(Visit *visit);

/* Sets `holes` by `turns`. */
void visit_set_holes(Visit *visit);
/* Is `uid` among ascending UIDs? */
bool visit_knows(const GArray *uids, uint32_t uid);
/* Lent; NULL: not listed. */
const ImapListing *visit_find(const GArray *listings, uint32_t uid);
/* Where mail `uid` lies; texts are lent. */
void visit_origin(const Visit *visit, uint32_t uid, Origin *origin);

/* After the folder was examined: its row, its ledger, and whether it counts anew. */
bool cursor_open(Visit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After it was listed: whether mails lie below what is settled that were not there.
 * Then `floor` is lower, and it must be listed again. */
bool cursor_look_below(Visit *visit, bool *again,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After it was listed: which mails are wanted; history is written down as such. */
bool cursor_choose(Visit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After a fetch that ended with the connection: these UIDs (uint32_t) are asked for
 * last from now on, each by itself, and in the end no more. */
bool cursor_suspect(Visit *visit, const GArray *uids,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After all wanted mails were fetched: what is missing, and how far we are. */
bool cursor_close(Visit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
