/* What /metrics tells of the database. The counts are of committed rows, so that a mail
 * or a delivery is counted once however often it was tried. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "database.h"
#include "registrar.h"

enum {
    COUNTED = STORE_ATTEMPTS + 1
};

struct StoreVitals {
    Database db;
    char *state;
    int64_t last_row[COUNTED];   /* up to here all is counted */
    GHashTable *counts[COUNTED]; /* whose -> what -> int64_t, all owned */
};

static int64_t *
count_of(StoreVitals *vitals, StoreCounted of, const char *whose, const char *what)
{
    GHashTable *mine = g_hash_table_lookup(vitals->counts[of], whose);
    int64_t *count;

    if (!mine) {
        mine = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        (void)g_hash_table_insert(vitals->counts[of], g_strdup(whose), mine);
    }
    count = g_hash_table_lookup(mine, what);
    if (!count) {
        count = g_new0(int64_t, 1);
        (void)g_hash_table_insert(mine, g_strdup(what), count);
    }
    return count;
}

/* Rows of `found` are whose, what, how many, and the last row counted. */
static bool
add_up(StoreVitals *vitals, StoreCounted of, Statement *found, GError **error)
{
    int64_t last = vitals->last_row[of];

    while (statement_row(found)) {
        *count_of(vitals, of, statement_text(found, 0), statement_text(found, 1)) +=
            statement_int(found, 2);
        last = MAX(last, statement_int(found, 3));
    }
    vitals->last_row[of] = last;
    return statement_done(found, error);
}

static bool
count_filed(StoreVitals *vitals, GError **error)
{
    g_auto(Statement) found =
        statement_begin(&vitals->db,
                        "SELECT m.name, g.label, count(*), max(g.id) "
                        "FROM messages g JOIN mailboxes m ON m.id = g.mailbox_id "
                        "WHERE g.id > ? GROUP BY 1, 2",
                        "i", vitals->last_row[STORE_FILED]);

    return add_up(vitals, STORE_FILED, &found, error);
}

static bool
count_attempts(StoreVitals *vitals, GError **error)
{
    g_auto(Statement) found =
        statement_begin(&vitals->db,
                        "SELECT o.endpoint, a.outcome, count(*), max(a.id) "
                        "FROM delivery_attempts a JOIN outbox o ON o.id = a.outbox_id "
                        "WHERE a.id > ? GROUP BY 1, 2",
                        "i", vitals->last_row[STORE_ATTEMPTS]);

    return add_up(vitals, STORE_ATTEMPTS, &found, error);
}

static bool
begin_from_here(StoreVitals *vitals, GError **error)
{
    g_auto(Statement) found =
        statement_begin(&vitals->db,
                        "SELECT (SELECT coalesce(max(id), 0) FROM messages), "
                        "(SELECT coalesce(max(id), 0) FROM delivery_attempts)",
                        "");

    if (statement_row(&found)) {
        vitals->last_row[STORE_FILED] = statement_int(&found, 0);
        vitals->last_row[STORE_ATTEMPTS] = statement_int(&found, 1);
    }
    return statement_done(&found, error);
}

StoreVitals *
store_vitals_open(const char *state, GError **error)
{
    g_autoptr(StoreVitals) vitals = g_new0(StoreVitals, 1);

    vitals->state = g_strdup(state);
    for (int of = 0; of < COUNTED; of++)
        vitals->counts[of] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                   (GDestroyNotify)g_hash_table_unref);
    if (!database_open_reader(&vitals->db, state, error) ||
        !begin_from_here(vitals, error))
        return NULL;
    return g_steal_pointer(&vitals);
}

void
store_vitals_close(StoreVitals *vitals)
{
    if (!vitals)
        return;
    for (int of = 0; of < COUNTED; of++)
        g_clear_pointer(&vitals->counts[of], g_hash_table_unref);
    database_clear(&vitals->db);
    g_free(vitals->state);
    g_free(vitals);
}

int64_t
store_vitals_count(StoreVitals *vitals, StoreCounted of, const char *whose,
                   const char *what)
{
    return *count_of(vitals, of, whose, what);
}

static bool
read_oldest(StoreVitals *vitals, int64_t *out_s, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &vitals->db,
        "SELECT (SELECT min(created_at) FROM outbox o WHERE o.state = 'waiting' "
        "AND o.endpoint = w.name) FROM webhooks w "
        "WHERE w.state = 'enabled' AND w.is_configured",
        "");
    int64_t now_s = clock_now_s();

    *out_s = 0;
    while (statement_row(&found))
        if (!statement_is_null(&found, 0))
            *out_s = MAX(*out_s, now_s - statement_time(&found, 0));
    return statement_done(&found, error);
}

static bool
count_disabled(StoreVitals *vitals, int64_t *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(&vitals->db,
                        "SELECT count(*) FROM webhooks WHERE state = 'disabled' "
                        "AND is_configured",
                        "");

    if (statement_row(&found))
        *out = statement_int(&found, 0);
    return statement_done(&found, error);
}

static bool
count_held(StoreVitals *vitals, int64_t *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &vitals->db, "SELECT count(*) FROM held_mail WHERE state = 'held'", "");

    if (statement_row(&found))
        *out = statement_int(&found, 0);
    return statement_done(&found, error);
}

int64_t
store_log_bytes(const char *state)
{
    g_autofree char *log = g_build_filename(state, "postroom.db-wal", NULL);
    struct stat size;

    /* No log yet is an empty log. */
    return stat(log, &size) == 0 ? (int64_t)size.st_size : 0;
}

static void
look_at_disk(const char *state, StoreSigns *out)
{
    struct statvfs disk;

    out->wal_bytes = store_log_bytes(state);
    out->disk_free_bytes =
        statvfs(state, &disk) == 0 ? (int64_t)(disk.f_bavail * disk.f_frsize) : -1;
}

bool
store_vitals_read(StoreVitals *vitals, StoreSigns *out, GError **error)
{
    StoreSigns signs = {0};

    if (!count_filed(vitals, error) || !count_attempts(vitals, error) ||
        !read_oldest(vitals, &signs.outbox_oldest_s, error) ||
        !count_disabled(vitals, &signs.disabled_webhooks, error) ||
        !count_held(vitals, &signs.held_mails, error))
        return false;
    look_at_disk(vitals->state, &signs);
    *out = signs;
    return true;
}

/* ---- can it be written? ---- */

/* SQLite would go on writing to a file that was locked away meanwhile. */
static bool
may_be_written(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    if (access(path, R_OK | W_OK) == 0 && access(folder, W_OK | X_OK) == 0)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "'%s': %s", path, g_strerror(errno));
    return false;
}

static bool
write_something(StoreTxn *txn, void *self, GError **error)
{
    (void)self;
    return may_be_written(sqlite3_db_filename(txn->db->sqlite, "main"), error) &&
           statement_run(txn->db, error,
                         "INSERT INTO house (key, value) VALUES ('proven_at', ?) "
                         "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                         "i", clock_now_s());
}

bool
store_prove_writable(Store *store, GError **error)
{
    return store_do(store, write_something, NULL, error);
}
