/* What the store's tests share: a state folder, a mail to file, a question in SQL. */
#pragma once

#include <pthread.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "store/store.h"

static inline char *
fixture_state(void)
{
    g_autoptr(GError) error = NULL;
    char *state = g_dir_make_tmp("postroom-store-XXXXXX", &error);

    g_assert_no_error(error);
    return state;
}

static inline void
fixture_remove(const char *state)
{
    g_autoptr(GDir) folder = g_dir_open(state, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(state, name, NULL);

        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(state), ==, 0);
}

/* The answer an analyst gets, as text; NULL for null or no row. */
static inline char *
fixture_ask(const char *state, const char *sql)
{
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);
    sqlite3 *db = NULL;
    sqlite3_stmt *asked = NULL;
    char *answer = NULL;

    g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), ==, 0);
    if (sqlite3_prepare_v2(db, sql, -1, &asked, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(asked) == SQLITE_ROW)
        answer = g_strdup((const char *)sqlite3_column_text(asked, 0));
    g_assert_cmpint(sqlite3_finalize(asked), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    return answer;
}

static inline void
fixture_expect(const char *state, const char *sql, const char *answer)
{
    g_autofree char *got = fixture_ask(state, sql);

    if (g_strcmp0(got, answer) != 0)
        g_error("%s\n  answers '%s', not '%s'", sql, got ? got : "null",
                answer ? answer : "null");
}

static inline Store *
fixture_open(const char *state)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(state, &error);

    g_assert_no_error(error);
    return store;
}

/* One mail on its way into the house, and what became of it. */
typedef struct Filing {
    Mail *mail;
    Facts *facts;
    Placement *placement;
    Ticket ticket;
    const char *event_id; /* NULL: none */
    GPtrArray *endpoints;
    bool fails; /* after all is written */
} Filing;

static inline Filing *
filing_new(int64_t uid, const char *message_id, const char *subject, const char *raw)
{
    Filing *filing = g_new0(Filing, 1);
    Origin origin = {.mailbox = (char *)(uintptr_t) "support",
                     .address = (char *)(uintptr_t) "support@example.com",
                     .folder = (char *)(uintptr_t) "INBOX",
                     .role = FOLDER_INBOX,
                     .uidvalidity = 7,
                     .uid = uid,
                     .received_at = 1763900000};
    Message *message;

    filing->mail = mail_new(&origin, g_bytes_new(raw, strlen(raw)));
    filing->facts = facts_new();
    filing->placement = placement_new();
    shape_init(&ticket_shape, &filing->ticket);
    message = &filing->facts->message;
    message->message_id = g_strdup(message_id);
    message->subject = g_strdup(subject);
    message->from.address = g_strdup("ana@cliente.example");
    message->from.name = g_strdup("Ana");
    message->received_at = origin.received_at;
    message->size_bytes = (int64_t)strlen(raw);
    message->sha256 = digest_sha256_hex(raw, strlen(raw));
    filing->placement->move = MOVE_OPEN;
    filing->placement->priority = PRIORITY_NORMAL;
    filing->placement->requester.address = g_strdup("ana@cliente.example");
    return filing;
}

static inline void
filing_free(Filing *filing)
{
    mail_free(filing->mail);
    facts_free(filing->facts);
    placement_free(filing->placement);
    shape_clear(&ticket_shape, &filing->ticket);
    g_free(filing);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filing, filing_free)

static inline char *
filing_token(int64_t ticket, const void *self)
{
    g_assert_null(self);
    return g_strdup_printf("%" G_GINT64_FORMAT "-TOKEN", ticket);
}

static inline bool
filing_settle(StoreTxn *txn, Filing *filing, GError **error)
{
    const Origin *origin = &filing->mail->origin;
    StoreFolder folder;
    bool reset;

    return store_open_folder(txn, origin->mailbox, origin->address, origin->folder,
                             origin->role, origin->uidvalidity, &folder, &reset,
                             error) &&
           store_settle_uid(txn, &folder, (uint32_t)origin->uid, UID_FILED,
                            filing->facts->message.id, error);
}

/* StoreWork: message, ticket, event, outbox and cursor, as the corridor does it. */
static inline bool
filing_work(StoreTxn *txn, void *self, GError **error)
{
    Filing *filing = self;

    if (!store_place(txn, filing->mail, filing->facts, filing->placement, filing_token,
                     NULL, &filing->ticket, error) ||
        !store_put_message(txn, filing->mail, filing->facts, filing->placement,
                           &filing->ticket, error) ||
        !filing_settle(txn, filing, error))
        return false;
    if (filing->event_id &&
        !store_put_event(txn, filing->event_id, "ticket.created", filing->ticket.number,
                         filing->facts->message.id, "{}", filing->endpoints, error))
        return false;
    if (!filing->fails)
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE, "this one fails");
    return false;
}

static inline void
filing_do(Store *store, Filing *filing)
{
    g_autoptr(GError) error = NULL;
    bool filed = store_do(store, filing_work, filing, &error);

    g_assert_no_error(error);
    g_assert_true(filed);
}

static inline bool
filing_try(Store *store, Filing *filing, GError **error)
{
    return store_do(store, filing_work, filing, error);
}

/* Keeps the registrar at one work until it is opened: what is submitted meanwhile is
 * committed as one group. */
typedef struct Gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool is_entered, is_open;
    StoreTicket *claim;
} Gate;

static inline bool
gate_work(StoreTxn *txn, void *self, GError **error)
{
    Gate *gate = self;

    (void)txn;
    (void)error;
    pthread_mutex_lock(&gate->lock);
    gate->is_entered = true;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->is_open)
        pthread_cond_wait(&gate->moved, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    return true;
}

static inline void
gate_submit(Gate *gate, Store *store)
{
    *gate =
        (Gate){.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    gate->claim = store_submit(store, gate_work, gate);
}

static inline void
gate_await(Gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (!gate->is_entered)
        pthread_cond_wait(&gate->moved, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static inline void
gate_open(Gate *gate)
{
    g_autoptr(GError) error = NULL;
    bool done;

    pthread_mutex_lock(&gate->lock);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->lock);
    done = store_wait(gate->claim, &error);
    g_assert_no_error(error);
    g_assert_true(done);
}

/* For what no door offers: the hand of an operator with the sqlite3 shell. */
static inline void
fixture_change(const char *state, const char *sql)
{
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);
    sqlite3 *db = NULL;
    char *trouble = NULL;

    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &trouble) != SQLITE_OK)
        g_error("%s: %s", sql, trouble);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

/* The file is whole, no row refers to one that is gone, and each filed mail has its
 * delivery, its place in the ledger and its raw bytes. */
static inline void
fixture_expect_sound(const char *state)
{
    fixture_expect(state, "PRAGMA integrity_check", "ok");
    fixture_expect(state, "PRAGMA foreign_key_check", NULL);
    fixture_expect(state,
                   "SELECT count(*) FROM messages g WHERE NOT EXISTS (SELECT 1 FROM "
                   "deliveries d JOIN uid_ledger u ON u.folder_id = d.folder_id AND "
                   "u.epoch = d.epoch AND u.uid = d.uid AND u.message_id = g.id AND "
                   "u.state = 'filed' WHERE d.message_id = g.id)",
                   "0");
    fixture_expect(state,
                   "SELECT count(*) FROM messages g LEFT JOIN raw_mail r "
                   "ON r.sha256 = g.sha256 WHERE r.id IS NULL",
                   "0");
    fixture_expect(state,
                   "SELECT count(*) FROM tickets t WHERE message_count != "
                   "(SELECT count(*) FROM messages g WHERE g.ticket = t.number)",
                   "0");
}
