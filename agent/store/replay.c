/* What people do about deliveries: events once more, endpoints once more. */
#include "registrar.h"

#include "base/clock.h"
#include "base/fault.h"

void
store_event_free(StoreEvent *event)
{
    if (!event)
        return;
    g_free(event->id);
    g_free(event->type);
    g_free(event);
}

static bool
append_events(Statement *found, GPtrArray *out, GError **error)
{
    while (statement_row(found)) {
        StoreEvent *event = g_new0(StoreEvent, 1);

        event->id = statement_dup_text(found, 0);
        event->type = statement_dup_text(found, 1);
        event->ticket = statement_int(found, 2);
        g_ptr_array_add(out, event);
    }
    return statement_done(found, error);
}

bool
store_find_event(StoreTxn *txn, const char *id, GPtrArray *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT id, type, ticket FROM events WHERE id = ?", "t", id);
    guint before = out->len;

    if (!append_events(&found, out, error))
        return false;
    if (out->len > before)
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE,
                "there is no event '%s', or it was kept its time", id);
    return false;
}

bool
store_events_between(StoreTxn *txn, int64_t since_s, int64_t until_s, GPtrArray *out,
                     GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT id, type, ticket FROM events WHERE created_at >= ? "
        "AND created_at < coalesce(?, '9999') ORDER BY created_at, rowid",
        "ss", since_s, until_s);

    return append_events(&found, out, error);
}

bool
store_replay(StoreTxn *txn, const StoreEvent *event, const char *endpoint,
             GError **error)
{
    int64_t now = clock_now_ms();

    /* What was just added to the configuration has not met a running house. */
    return statement_run(txn->db, error,
                         "INSERT INTO webhooks (name, changed_at) VALUES (?, ?) "
                         "ON CONFLICT DO NOTHING",
                         "tm", endpoint, now) &&
           statement_run(txn->db, error,
                         "INSERT INTO outbox (event_id, endpoint, ticket, due_at, "
                         "created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                         "state = 'waiting', attempts = 0, due_at = excluded.due_at, "
                         "settled_at = NULL",
                         "ttzmm", event->id, endpoint, event->ticket, now, now);
}

bool
store_endpoint_failing(StoreTxn *txn, const char *endpoint, int64_t *seconds,
                       GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT failing_since FROM webhooks WHERE name = ?", "t", endpoint);
    int64_t since = statement_row(&found) ? statement_time(&found, 0) : TIME_NONE;

    *seconds = since == TIME_NONE ? 0 : clock_now_s() - since;
    return statement_done(&found, error);
}

bool
store_enable_endpoint(StoreTxn *txn, const char *endpoint, GError **error)
{
    int64_t now = clock_now_ms();

    if (!statement_run(txn->db, error,
                       "UPDATE webhooks SET state = 'enabled', because = NULL, "
                       "failing_since = NULL, changed_at = ? "
                       "WHERE name = ? AND is_configured",
                       "mt", now, endpoint))
        return false;
    if (sqlite3_changes(txn->db->sqlite) == 0) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "there is no webhook '%s'", endpoint);
        return false;
    }
    return statement_run(txn->db, error,
                         "UPDATE outbox SET due_at = ?1 WHERE state = 'waiting' "
                         "AND endpoint = ?2 AND due_at > ?1",
                         "mt", now, endpoint);
}
