/* What is kept for a time only. */
#include "registrar.h"

#include "base/clock.h"

enum {
    AT_ONCE = 200, /* rows a transaction: mail goes on in between */
};

/* Raw mail that somebody still has to look at stays. */
static bool
drop_raw(Database *db, int64_t before_ms, int64_t *gone, GError **error)
{
    if (!statement_run(db, error,
                       "DELETE FROM raw_mail WHERE id IN (SELECT id FROM raw_mail r "
                       "WHERE stored_at < ? AND NOT EXISTS (SELECT 1 FROM held_mail h "
                       "WHERE h.sha256 = r.sha256 AND h.state = 'held') "
                       "ORDER BY stored_at LIMIT ?)",
                       "mi", before_ms, (int64_t)AT_ONCE))
        return false;
    *gone += sqlite3_changes(db->sqlite);
    return true;
}

static bool
find_old_held(Database *db, int64_t before_ms, GArray *out, GError **error)
{
    g_auto(Statement) old =
        statement_begin(db,
                        "SELECT id FROM held_mail WHERE state = 'held' AND held_at < ? "
                        "ORDER BY held_at LIMIT ?",
                        "mi", before_ms, (int64_t)AT_ONCE);

    while (statement_row(&old)) {
        int64_t id = statement_int(&old, 0);

        g_array_append_val(out, id);
    }
    return statement_done(&old, error);
}

static bool
drop_held(StoreTxn *txn, int64_t before_ms, int64_t *gone, GError **error)
{
    g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (!find_old_held(txn->db, before_ms, old, error))
        return false;
    for (guint i = 0; i < old->len; i++)
        if (!store_settle_held(txn, g_array_index(old, int64_t, i), 0, "retention",
                               error))
            return false;
    *gone += old->len;
    return true;
}

/* An event goes when all who wanted it have it, or nobody did. */
static bool
drop_events(Database *db, int64_t before_ms, int64_t *gone, GError **error)
{
    static const char old[] =
        "CREATE TEMP TABLE IF NOT EXISTS old_events (id TEXT PRIMARY KEY)";

    if (!statement_run(db, error, old, "") ||
        !statement_run(db, error, "DELETE FROM temp.old_events", "") ||
        !statement_run(db, error,
                       "INSERT INTO temp.old_events SELECT id FROM events e "
                       "WHERE created_at < ?1 AND NOT EXISTS (SELECT 1 FROM outbox o "
                       "WHERE o.event_id = e.id AND (o.state <> 'delivered' OR "
                       "o.settled_at >= ?1)) ORDER BY created_at LIMIT ?2",
                       "mi", before_ms, (int64_t)AT_ONCE))
        return false;
    *gone += sqlite3_changes(db->sqlite);
    return statement_run(db, error,
                         "DELETE FROM delivery_attempts WHERE outbox_id IN (SELECT "
                         "o.id FROM temp.old_events d JOIN outbox o ON o.event_id = "
                         "d.id)",
                         "") &&
           statement_run(db, error,
                         "DELETE FROM outbox WHERE event_id IN (SELECT id FROM "
                         "temp.old_events)",
                         "") &&
           statement_run(db, error,
                         "DELETE FROM events WHERE id IN (SELECT id FROM "
                         "temp.old_events)",
                         "");
}

bool
store_retain(StoreTxn *txn, const StoreRetention *keep, int64_t *gone, GError **error)
{
    int64_t now = clock_now_ms();

    *gone = 0;
    return drop_held(txn, now - keep->held_s * 1000, gone, error) &&
           drop_raw(txn->db, now - keep->raw_s * 1000, gone, error) &&
           drop_events(txn->db, now - keep->delivered_events_s * 1000, gone, error);
}
