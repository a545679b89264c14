#include "registrar.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"

enum {
    /* Deliveries one endpoint may have at the couriers, under way or ready to follow: a
     * share, so the others' are not late. */
    LENT_MOST = 96,
    LENT_STEP = 4, /* at first, and twice as many each time some came home */
    /* To one whose last attempt failed: enough to hear that it works again. Several
     * that hang then leave the couriers their hands. */
    LENT_FAILING_MOST = 4,
};

/* In the order of DeliveryFate. */
static const char *const state_names[] = {"delivered", "waiting", "dead"};
static const char *const outcome_names[] = {"delivered", "later", "dead"};

static bool
insert_event(Database *db, const char *id, const char *type, const char *body,
             const int64_t about[2], GError **error)
{
    return statement_run(db, error,
                         "INSERT INTO events (id, type, body, ticket, message_id, "
                         "created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                         "tttzzm", id, type, body, about[0], about[1], clock_now_ms());
}

static bool
insert_outbox_row(Database *db, const char *id, int64_t ticket, const char *endpoint,
                  GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(db, error,
                         "INSERT INTO webhooks (name, changed_at) VALUES (?, ?) "
                         "ON CONFLICT DO NOTHING",
                         "tm", endpoint, now) &&
           statement_run(db, error,
                         "INSERT INTO outbox (event_id, endpoint, ticket, due_at, "
                         "created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                         "ttzmm", id, endpoint, ticket, now, now);
}

bool
store_put_event(StoreTxn *txn, const char *id, const char *type, int64_t ticket,
                int64_t message, const char *body, const GPtrArray *endpoints,
                GError **error)
{
    const int64_t about[2] = {ticket, message};

    if (!insert_event(txn->db, id, type, body, about, error))
        return false;
    /* Known already: it went to those endpoints that were there then. */
    if (sqlite3_changes(txn->db->sqlite) == 0)
        return true;
    for (size_t i = 0; i < list_length(endpoints); i++) {
        if (!insert_outbox_row(txn->db, id, ticket, endpoints->pdata[i], error))
            return false;
    }
    return true;
}

void
store_delivery_free(StoreDelivery *delivery)
{
    if (!delivery)
        return;
    g_free(delivery->endpoint);
    g_free(delivery->event_id);
    g_free(delivery->body);
    g_free(delivery);
}

static bool
open_endpoints(Database *db, GPtrArray *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT name FROM webhooks WHERE state = 'enabled' AND "
                        "is_configured ORDER BY name",
                        "");

    while (statement_row(&found))
        g_ptr_array_add(out, statement_dup_text(&found, 0));
    return statement_done(&found, error);
}

static int
count_lent(GHashTable *lent, const char *endpoint)
{
    GHashTableIter each;
    gpointer holder;
    int n = 0;

    g_hash_table_iter_init(&each, lent);
    while (g_hash_table_iter_next(&each, NULL, &holder))
        n += g_str_equal(holder, endpoint);
    return n;
}

/* Only of those that go out: most bodies fill pages of their own. NULL: there is none.
 */
static bool
read_body(Database *db, const char *event_id, char **body, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db, "SELECT body FROM events WHERE id = ?", "t", event_id);

    if (statement_row(&found))
        *body = statement_dup_text(&found, 0);
    return statement_done(&found, error);
}

static bool
lend(StoreTxn *txn, const Statement *row, const char *endpoint, GPtrArray *out,
     GError **error)
{
    g_autofree char *body = NULL;
    StoreDelivery *delivery;

    if (!read_body(txn->db, statement_text(row, 1), &body, error))
        return false;
    if (!body)
        return true;
    delivery = g_new0(StoreDelivery, 1);
    delivery->outbox = statement_int(row, 0);
    delivery->endpoint = g_strdup(endpoint);
    delivery->event_id = statement_dup_text(row, 1);
    delivery->body = g_steal_pointer(&body);
    delivery->attempts = statement_int(row, 2);
    delivery->ticket = statement_int(row, 3);
    g_array_append_val(txn->lent_now, delivery->outbox);
    g_hash_table_insert(txn->lent,
                        g_memdup2(&delivery->outbox, sizeof delivery->outbox),
                        g_strdup(endpoint));
    g_ptr_array_add(out, delivery);
    return true;
}

typedef struct Pace {
    int most; /* lent */
    bool came_home;
} Pace;

GHashTable *
outbox_paces_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static Pace *
find_pace(StoreTxn *txn, const char *endpoint)
{
    Pace *pace = g_hash_table_lookup(txn->paces, endpoint);

    if (!pace) {
        pace = g_new0(Pace, 1);
        pace->most = LENT_STEP;
        g_hash_table_insert(txn->paces, g_strdup(endpoint), pace);
    }
    if (pace->came_home)
        pace->most = MIN(pace->most * 2, LENT_MOST);
    pace->came_home = false;
    return pace;
}

void
outbox_take_back(StoreTxn *txn, guint from)
{
    for (guint i = from; i < txn->lent_now->len; i++)
        g_hash_table_remove(txn->lent, &g_array_index(txn->lent_now, int64_t, i));
    g_array_set_size(txn->lent_now, from);
}

static bool
find_share(StoreTxn *txn, const char *endpoint, int *most, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT failing_since IS NOT NULL FROM webhooks WHERE name = ?", "t",
        endpoint);

    *most = find_pace(txn, endpoint)->most;
    if (statement_row(&found) && statement_int(&found, 0))
        *most = MIN(*most, LENT_FAILING_MOST);
    return statement_done(&found, error);
}

/* A waiting event holds back the later ones of its ticket, due or lent or not: that is
 * what keeps their order. */
static bool
lend_due(StoreTxn *txn, const char *endpoint, int64_t now_ms, int most, GPtrArray *out,
         GError **error)
{
    int lent = count_lent(txn->lent, endpoint);
    int share;
    int free_places;

    if (!find_share(txn, endpoint, &share, error))
        return false;
    free_places = MIN(most, share - lent);
    if (free_places <= 0)
        return true;
    g_auto(Statement) due = statement_begin(
        txn->db,
        "SELECT o.id, o.event_id, o.attempts, o.ticket FROM outbox o "
        "WHERE o.state = 'waiting' AND o.endpoint = ? AND o.due_at <= ? AND NOT EXISTS "
        "("
        "SELECT 1 FROM outbox b WHERE b.state = 'waiting' AND b.endpoint = o.endpoint "
        "AND b.ticket = o.ticket AND b.id < o.id) ORDER BY o.due_at, o.id LIMIT ?",
        "tmi", endpoint, now_ms, (int64_t)free_places + lent);

    while (free_places > 0 && statement_row(&due)) {
        int64_t row = statement_int(&due, 0);

        if (g_hash_table_contains(txn->lent, &row))
            continue;
        if (!lend(txn, &due, endpoint, out, error))
            return false;
        free_places--;
    }
    if (lent == 0 && free_places == MIN(most, share)) /* all is quiet */
        g_hash_table_remove(txn->paces, endpoint);
    return statement_done(&due, error);
}

bool
store_due_deliveries(StoreTxn *txn, int64_t now_ms, int most, GPtrArray *out,
                     GError **error)
{
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new_with_free_func(g_free);
    guint first = out->len;

    if (!open_endpoints(txn->db, endpoints, error))
        return false;
    for (guint i = 0; i < endpoints->len; i++) {
        /* What is left, shared among those who have not had their turn. */
        int left = most - (int)(out->len - first);
        int share = left / (int)(endpoints->len - i);

        if (left <= 0)
            break;
        if (!lend_due(txn, endpoints->pdata[i], now_ms, MAX(share, 1), out, error))
            return false;
    }
    return true;
}

void
store_give_back(StoreTxn *txn, int64_t outbox)
{
    g_hash_table_remove(txn->lent, &outbox);
}

static bool
record_attempt(Database *db, const StoreAttempt *attempt, int64_t now, GError **error)
{
    return statement_run(db, error,
                         "INSERT INTO delivery_attempts (outbox_id, at, outcome, "
                         "http_status, because, response, duration_ms) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "imtztti", attempt->outbox, now, outcome_names[attempt->fate],
                         attempt->http_status, attempt->because, attempt->response,
                         attempt->duration_ms);
}

static bool
move_row(Database *db, const StoreAttempt *attempt, int64_t now, GError **error)
{
    bool later = attempt->fate == DELIVERY_LATER;

    return statement_run(db, error,
                         "UPDATE outbox SET state = ?, attempts = attempts + 1, "
                         "due_at = coalesce(?, due_at), settled_at = ? "
                         "WHERE id = ? AND state = 'waiting'",
                         "tmmi", state_names[attempt->fate],
                         later ? attempt->due_ms : TIME_NONE, later ? TIME_NONE : now,
                         attempt->outbox);
}

static bool
note_endpoint(Database *db, const StoreAttempt *attempt, int64_t now, GError **error)
{
    if (attempt->fate == DELIVERED)
        return statement_run(db, error,
                             "UPDATE webhooks SET last_success_at = ?, "
                             "failing_since = NULL WHERE name = "
                             "(SELECT endpoint FROM outbox WHERE id = ?)",
                             "mi", now, attempt->outbox);
    return statement_run(db, error,
                         "UPDATE webhooks SET last_failure_at = ?1, last_error = ?2, "
                         "failing_since = coalesce(failing_since, ?1) WHERE "
                         "name = (SELECT endpoint FROM outbox WHERE id = ?3)",
                         "mti", now, attempt->because, attempt->outbox);
}

bool
store_put_attempt(StoreTxn *txn, const StoreAttempt *attempt, GError **error)
{
    int64_t now = clock_now_ms();
    const char *endpoint = g_hash_table_lookup(txn->lent, &attempt->outbox);
    Pace *pace = endpoint ? g_hash_table_lookup(txn->paces, endpoint) : NULL;

    if (pace)
        pace->came_home = true;
    /* The courier has given it back, whatever becomes of this record: if it is lost,
     * the delivery is simply tried again, with the same id. */
    g_hash_table_remove(txn->lent, &attempt->outbox);
    return record_attempt(txn->db, attempt, now, error) &&
           move_row(txn->db, attempt, now, error) &&
           note_endpoint(txn->db, attempt, now, error);
}

bool
store_disable_endpoint(StoreTxn *txn, const char *endpoint, const char *because,
                       bool *changed, GError **error)
{
    bool done = statement_run(txn->db, error,
                              "UPDATE webhooks SET state = 'disabled', because = ?, "
                              "changed_at = ? WHERE name = ? AND state = 'enabled'",
                              "tmt", because, clock_now_ms(), endpoint);

    *changed = done && sqlite3_changes(txn->db->sqlite) > 0;
    return done;
}

static bool
set_endpoint(Database *db, const StoreEndpoint *endpoint, GError **error)
{
    g_autofree char *digest = digest_sha256_hex(endpoint->url, strlen(endpoint->url));

    return statement_run(db, error,
                         "INSERT INTO webhooks (name, url_sha256, changed_at) "
                         "VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                         "is_configured = 1, state = 'enabled', because = NULL, "
                         "failing_since = NULL, "
                         "url_sha256 = excluded.url_sha256, "
                         "changed_at = excluded.changed_at "
                         "WHERE url_sha256 IS NOT excluded.url_sha256",
                         "ttm", endpoint->name, digest, clock_now_ms()) &&
           statement_run(db, error,
                         "UPDATE webhooks SET is_configured = 1 WHERE name = ?", "t",
                         endpoint->name);
}

bool
store_set_endpoints(StoreTxn *txn, const StoreEndpoint *endpoints, size_t count,
                    GError **error)
{
    if (!statement_run(txn->db, error, "UPDATE webhooks SET is_configured = 0", ""))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!set_endpoint(txn->db, &endpoints[i], error))
            return false;
    }
    return true;
}

void
store_disabled_free(StoreDisabled *disabled)
{
    if (!disabled)
        return;
    g_free(disabled->endpoint);
    g_free(disabled->because);
    g_free(disabled);
}

bool
store_disabled_endpoints(StoreTxn *txn, GPtrArray *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT name, because FROM webhooks WHERE state = 'disabled' "
                        "AND is_configured ORDER BY name",
                        "");

    while (statement_row(&found)) {
        StoreDisabled *disabled = g_new0(StoreDisabled, 1);

        disabled->endpoint = statement_dup_text(&found, 0);
        disabled->because = statement_dup_text(&found, 1);
        g_ptr_array_add(out, disabled);
    }
    return statement_done(&found, error);
}

bool
store_outbox_state(StoreTxn *txn, int64_t *waiting, int64_t *next_due_ms,
                   GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT coalesce(sum(n), 0), "
        "unixepoch(min(due)) * 1000 + CAST(substr(min(due), 21, 3) AS INTEGER) FROM ("
        "SELECT (SELECT count(*) FROM outbox WHERE endpoint = w.name "
        "AND state = 'waiting') AS n, (SELECT min(due_at) FROM outbox "
        "WHERE endpoint = w.name AND state = 'waiting') AS due "
        "FROM webhooks w WHERE w.state = 'enabled' AND w.is_configured)",
        "");

    if (statement_row(&found)) {
        *waiting = statement_int(&found, 0);
        *next_due_ms = statement_int_or_none(&found, 1);
    }
    return statement_done(&found, error);
}
