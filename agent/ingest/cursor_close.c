/* What becomes of mails that did not come, and how far a folder is settled. */
#include "ingest/visit.h"

#include "base/log.h"

enum {
    HOLE_TRIES = 6 /* then it is held: about a quarter of an hour */
};

/* The server names it again and again and never gives it: a person must look. */
static bool
hold_hole(Visit *visit, StoreTxn *txn, uint32_t uid, GError **error)
{
    const char *said = g_hash_table_lookup(visit->refusals, GUINT_TO_POINTER(uid));
    g_autofree char *because =
        g_strdup_printf("the server lists this mail and does not give it%s%s",
                        said ? ": " : "", said ? said : "");
    Mail mail = {0};
    Filing filing = {.house = visit->house,
                     .mailbox = visit->mailbox,
                     .folder = visit->row,
                     .mail = &mail,
                     .held_because = because};
    int64_t held;

    visit_origin(visit, uid, &mail.origin);
    log_write(LEVEL_ERROR, "mail.missing", "mailbox", visit->mailbox->name, "folder",
              visit->folder->name, "because", because, NULL);
    return store_put_held(txn, &mail, "collect", because, &held, error) &&
           filing_announce_held(txn, &filing, error) &&
           store_settle_uid(txn, &visit->row, uid, UID_HELD, 0, error);
}

/* It was expunged while we fetched. */
static bool
is_gone(const Visit *visit, uint32_t uid)
{
    return visit->listed_last &&
           !g_hash_table_contains(visit->listed_last, GUINT_TO_POINTER(uid));
}

static bool
settle_missing(Visit *visit, StoreTxn *txn, uint32_t uid, GError **error)
{
    int64_t tries = 0;

    if (is_gone(visit, uid))
        return store_settle_uid(txn, &visit->row, uid, UID_ABSENT, 0, error);
    if (!store_hole_attempts(txn, &visit->row, uid, &tries, error))
        return false;
    if (tries + 1 >= HOLE_TRIES)
        return hold_hole(visit, txn, uid, error);
    visit->counts->holes++;
    return store_settle_uid(txn, &visit->row, uid, UID_HOLE, 0, error);
}

typedef struct Suspicion {
    Visit *visit;
    const GArray *uids;
} Suspicion;

/* Once is chance. Who breaks the connection again though asked for alone is a hole like
 * others: it may be the mail. */
static bool
suspect(StoreTxn *txn, void *self, GError **error)
{
    const Suspicion *suspicion = self;
    Visit *visit = suspicion->visit;

    for (guint i = 0; i < suspicion->uids->len; i++) {
        uint32_t uid = g_array_index(suspicion->uids, uint32_t, i);

        if (visit_knows(visit->holes, uid)
                ? !settle_missing(visit, txn, uid, error)
                : !store_suspect_uid(txn, &visit->row, uid, error))
            return false;
    }
    return true;
}

bool
cursor_suspect(Visit *visit, const GArray *uids, GError **error)
{
    Suspicion suspicion = {visit, uids};

    return store_do(visit->house->store, suspect, &suspicion, error);
}

/* Holes that a complete listing omits are no holes any more. */
static bool
settle_vanished(Visit *visit, StoreTxn *txn, GError **error)
{
    for (guint i = 0; i < visit->holes->len; i++) {
        uint32_t uid = g_array_index(visit->holes, uint32_t, i);

        if (!visit_find(visit->listed, uid) &&
            !store_settle_uid(txn, &visit->row, uid, UID_ABSENT, 0, error))
            return false;
    }
    return true;
}

static bool
close_row(StoreTxn *txn, void *self, GError **error)
{
    Visit *visit = self;
    guint n = visit->listed->len;
    uint32_t highest = n ? g_array_index(visit->listed, ImapListing, n - 1).uid : 0;
    uint32_t postponed = pipeline_first_postponed(visit->pipeline);
    StoreCensus census = {
        .uidnext = visit->state.uidnext,
        .exists = visit->census.is_whole ? visit->census.exists : -1,
        .recounted = visit->recounts,
        .is_doubted = !visit->census.is_whole,
    };

    for (guint i = 0; i < visit->wanted->len; i++) {
        uint32_t uid = g_array_index(visit->wanted, ImapListing, i).uid;

        if (g_hash_table_contains(visit->seen, GUINT_TO_POINTER(uid)))
            continue;
        if (!settle_missing(visit, txn, uid, error))
            return false;
        if (census.exists > 0 && is_gone(visit, uid))
            census.exists--;
    }
    if (visit->house->takes_history && !visit->row.is_new)
        return true;
    return settle_vanished(visit, txn, error) &&
           store_raise_low(txn, &visit->row, postponed ? postponed - 1 : highest,
                           error) &&
           store_note_listing(txn, &visit->row, &census, error);
}

bool
cursor_close(Visit *visit, GError **error)
{
    return store_do(visit->house->store, close_row, visit, error);
}
