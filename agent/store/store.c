#include "store.h"

#include <string.h>
#include <sys/random.h>

#include "base/fault.h"
#include "base/secret.h"
#include "database.h"
#include "registrar.h"

/* The key of reply tokens: made once, for as long as the database lives. */
static bool
make_token_key(Database *db, GError **error)
{
    uint8_t key[SHA256_BYTES];
    g_autoptr(GBytes) made = NULL;

    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key) {
        g_set_error(error, FAULT, FAULT_FATAL, "the system gives no random bytes");
        return false;
    }
    made = g_bytes_new(key, sizeof key);
    return statement_run(
        db, error,
        "INSERT INTO house (key, value) VALUES ('token_key', ?), ('indexed_to', 0) "
        "ON CONFLICT DO NOTHING",
        "x", made);
}

static bool
load_token_key(Store *store, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &store->db, "SELECT value FROM house WHERE key = 'token_key'", "");
    const void *key;

    if (!statement_row(&found)) {
        if (statement_done(&found, error))
            g_set_error(error, FAULT, FAULT_FATAL, "the database has no token key");
        return false;
    }
    key = sqlite3_column_blob(found.prepared, 0);
    if (!key || sqlite3_column_bytes(found.prepared, 0) != SHA256_BYTES) {
        g_set_error(error, FAULT, FAULT_FATAL, "the token key is damaged");
        return false;
    }
    memcpy(store->token_key, key, SHA256_BYTES);
    return statement_done(&found, error);
}

/* Deadlines are monotonic: a clock that is set must not stall the registrar. */
static void
init_locks(Store *store)
{
    pthread_condattr_t monotonic;
    int failed = pthread_condattr_init(&monotonic);

    failed |= pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    failed |= pthread_mutex_init(&store->lock, NULL);
    failed |= pthread_cond_init(&store->arrived, &monotonic);
    failed |= pthread_cond_init(&store->settled, &monotonic);
    failed |= pthread_condattr_destroy(&monotonic);
    g_assert(!failed);
}

static void
free_store(Store *store)
{
    hours_free(store->hours);
    g_clear_pointer(&store->txn.lent, g_hash_table_unref);
    g_clear_pointer(&store->txn.paces, g_hash_table_unref);
    g_clear_pointer(&store->txn.lent_now, g_array_unref);
    database_clear(&store->db);
    owned_fd_close(&store->folder_lock);
    pthread_cond_destroy(&store->settled);
    pthread_cond_destroy(&store->arrived);
    pthread_mutex_destroy(&store->lock);
    secret_wipe(store->token_key, sizeof store->token_key);
    g_free(store);
}

Store *
store_open(const char *state, GError **error)
{
    g_autoptr(Store) store = g_new0(Store, 1);

    store->folder_lock = -1;
    init_locks(store);
    store->txn.db = &store->db;
    store->txn.paces = outbox_paces_new();
    store->txn.lent_now = g_array_new(FALSE, FALSE, sizeof(int64_t));
    store->txn.lent =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    if (!database_open(&store->db, &store->folder_lock, state, error) ||
        !make_token_key(&store->db, error) || !load_token_key(store, error) ||
        !clock_turn_opening(&store->db, error))
        return NULL;
    search_index_expect(&store->index);
    checkpoint_watch(&store->checkpoint, &store->db);
    if (pthread_create(&store->registrar, NULL, registrar_run, store) != 0) {
        g_set_error(error, FAULT, FAULT_RETRY, "cannot start the registrar's thread");
        return NULL;
    }
    store->is_running = true;
    return g_steal_pointer(&store);
}

void
store_close(Store *store)
{
    if (!store)
        return;
    if (store->is_running) {
        int failed;

        pthread_mutex_lock(&store->lock);
        store->is_closing = true;
        pthread_cond_signal(&store->arrived);
        pthread_mutex_unlock(&store->lock);
        failed = pthread_join(store->registrar, NULL);
        g_assert(!failed);
    }
    free_store(store);
}

static StoreTicket *
submit(Store *store, StoreWork work, void *self, bool is_repeatable)
{
    StoreTicket *ticket = g_new0(StoreTicket, 1);
    bool is_news;

    ticket->store = store;
    ticket->work = work;
    ticket->self = self;
    ticket->is_repeatable = is_repeatable;
    pthread_mutex_lock(&store->lock);
    g_assert(!store->is_closing);
    is_news = !store->first;
    if (store->last)
        store->last->next = ticket;
    else
        store->first = ticket;
    store->last = ticket;
    store->queued++;
    /* It knows of the others, and waits for one who waits, or for a full group. */
    if (is_news || store->queued == GROUP_MOST)
        pthread_cond_signal(&store->arrived);
    pthread_mutex_unlock(&store->lock);
    return ticket;
}

StoreTicket *
store_submit(Store *store, StoreWork work, void *self)
{
    return submit(store, work, self, false);
}

StoreTicket *
store_submit_repeatable(Store *store, StoreWork work, void *self)
{
    return submit(store, work, self, true);
}

bool
store_wait(StoreTicket *ticket, GError **error)
{
    Store *store = ticket->store;
    GError *fault;

    pthread_mutex_lock(&store->lock);
    store->waiting++;
    pthread_cond_signal(&store->arrived);
    while (!ticket->is_settled)
        pthread_cond_wait(&store->settled, &store->lock);
    store->waiting--;
    pthread_mutex_unlock(&store->lock);
    fault = ticket->error;
    g_free(ticket);
    if (!fault)
        return true;
    g_propagate_error(error, fault);
    return false;
}

bool
store_do(Store *store, StoreWork work, void *self, GError **error)
{
    return store_wait(store_submit(store, work, self), error);
}

void
store_keep_hours(Store *store, Hours *hours)
{
    /* The queue's lock brings it to the registrar. */
    store->hours = hours;
    store->db.hours = hours;
}

const uint8_t *
store_token_key(const Store *store)
{
    return store->token_key;
}
