/* By what a UID is known again, and what is left where it lies. */
#include "store/cursor.h"

#include "registrar.h"

#include "base/clock.h"

bool
store_note_listing(StoreTxn *txn, const StoreFolder *folder, const StoreCensus *census,
                   GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(
        txn->db, error,
        "UPDATE folders SET uidnext_seen = coalesce(?1, uidnext_seen), "
        "listed_at = coalesce(listed_at, ?2), exists_seen = nullif(?3, -1), "
        "recounted_at = iif(?4, NULL, coalesce(?5, recounted_at)) "
        "WHERE id = ?6 AND epoch = ?7",
        "zmiimii", census->uidnext, now, census->exists, (int64_t)census->is_doubted,
        census->recounted ? now : TIME_NONE, folder->id, folder->epoch);
}

bool
store_has_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid, bool *out,
              GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT 1 FROM uid_ledger WHERE folder_id = ? AND epoch = ? AND uid = ?", "iii",
        folder->id, folder->epoch, (int64_t)uid);

    *out = statement_row(&found);
    return statement_done(&found, error);
}

static void
read_listing(const Statement *found, StoreListing *out)
{
    *out = (StoreListing){.uid = (uint32_t)statement_int(found, 0),
                          .size_bytes = statement_int(found, 1),
                          .received_at = statement_time(found, 2)};
}

void
store_known_free(StoreKnown *known)
{
    if (!known)
        return;
    g_free(known->message_id);
    g_free(known->sha256);
    g_free(known);
}

/* The first one, because counting anew begins there; the last two, because they are
 * the likeliest to lie in the folder still. */
bool
store_known_uids(StoreTxn *txn, const StoreFolder *folder, GPtrArray *out,
                 GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT u.uid, u.size_bytes, u.received_at, g.message_id, g.sha256 "
        "FROM uid_ledger u LEFT JOIN messages g ON g.id = u.message_id "
        "WHERE u.folder_id = ?1 AND u.epoch = ?2 AND u.uid IN ("
        "SELECT * FROM (SELECT uid FROM uid_ledger WHERE folder_id = ?1 "
        "AND epoch = ?2 AND size_bytes > 0 ORDER BY uid LIMIT 1) "
        "UNION SELECT * FROM (SELECT uid FROM uid_ledger WHERE folder_id = ?1 "
        "AND epoch = ?2 AND size_bytes > 0 ORDER BY uid DESC LIMIT 2)) "
        "ORDER BY u.uid",
        "ii", folder->id, folder->epoch);

    while (statement_row(&found)) {
        StoreKnown *known = g_new0(StoreKnown, 1);

        read_listing(&found, &known->listing);
        known->message_id = statement_dup_text(&found, 3);
        known->sha256 = statement_dup_text(&found, 4);
        g_ptr_array_add(out, known);
    }
    return statement_done(&found, error);
}

bool
store_recount_floor(StoreTxn *txn, const StoreFolder *folder, int64_t newest,
                    uint32_t *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT uid FROM uid_ledger WHERE folder_id = ? AND epoch = ? "
                        "ORDER BY uid DESC LIMIT 1 OFFSET ?",
                        "iii", folder->id, folder->epoch, newest);

    *out = statement_row(&found) ? (uint32_t)statement_int(&found, 0) : 0;
    return statement_done(&found, error);
}

bool
store_put_history(StoreTxn *txn, const StoreFolder *folder, const StoreListing *listing,
                  GError **error)
{
    return statement_run(
        txn->db, error,
        "INSERT INTO uid_ledger (folder_id, epoch, uid, state, size_bytes, "
        "received_at, settled_at) VALUES (?, ?, ?, 'history', ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        "iiiism", folder->id, folder->epoch, (int64_t)listing->uid, listing->size_bytes,
        listing->received_at, clock_now_ms());
}

/* Not simply the epoch before: that one may have ended before it was listed. Once this
 * epoch has its own, the old one is used up. */
bool
store_old_history(StoreTxn *txn, const StoreFolder *folder, GArray *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT uid, size_bytes, received_at FROM uid_ledger WHERE folder_id = ?1 "
        "AND state = 'history' AND epoch = (SELECT max(epoch) FROM uid_ledger "
        "WHERE folder_id = ?1 AND epoch < ?2 AND state = 'history') "
        "AND NOT EXISTS (SELECT 1 FROM uid_ledger WHERE folder_id = ?1 "
        "AND epoch = ?2 AND state = 'history')",
        "ii", folder->id, folder->epoch);

    while (statement_row(&found)) {
        StoreListing listing;

        read_listing(&found, &listing);
        g_array_append_val(out, listing);
    }
    return statement_done(&found, error);
}

bool
store_retry_holes(StoreTxn *txn, const char *mailbox, GError **error)
{
    return statement_run(
        txn->db, error,
        "UPDATE uid_ledger SET state = 'hole', attempts = 0, due_at = ?1 "
        "WHERE (folder_id, epoch) IN (SELECT f.id, f.epoch FROM folders f "
        "JOIN mailboxes m ON m.id = f.mailbox_id WHERE m.name = ?2) "
        "AND (state = 'hole' OR (state = 'held' AND NOT EXISTS (SELECT 1 "
        "FROM held_mail h WHERE h.folder_id = uid_ledger.folder_id "
        "AND h.epoch = uid_ledger.epoch AND h.uid = uid_ledger.uid "
        "AND h.sha256 IS NOT NULL)))",
        "mt", clock_now_ms(), mailbox);
}

bool
store_was_held(StoreTxn *txn, const StoreFolder *folder, const char *sha256, bool *out,
               GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT 1 FROM held_mail WHERE folder_id = ? AND epoch < ? "
                        "AND sha256 = ? LIMIT 1",
                        "iit", folder->id, folder->epoch, sha256);

    *out = statement_row(&found);
    return statement_done(&found, error);
}
