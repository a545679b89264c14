/* How fast the store files, beside what SQLite itself needs for the very same rows.
 *
 *     bench_store_filing [MAILS] [FOLDER]
 *     bench_store_filing MAILS --into STATE     only files, into a state that is there
 *
 * Eight threads file MAILS mails of 15 kB, each in a transaction of its work and
 * acknowledged after its commit. Then the rows are copied, as many mails a commit as
 * there were threads, by one plain INSERT for each table. Same disk, same durability.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/digest.h"
#include "store/store.h"

enum {
    THREADS = 8,
    RAW_BYTES = 15000,
    MAILS = 8000,
};

/* Every table a filed mail has rows in, and what leads from the mail to them. */
static const struct {
    const char *table, *rows;
} tables[] = {
    {"contacts", "id IN (SELECT requester_id FROM a.tickets WHERE number = ?1) AND id "
                 "NOT IN (SELECT id FROM main.contacts)"},
    {"tickets", "number = ?1"},
    {"messages", "id = ?1"},
    {"deliveries", "message_id = ?1"},
    {"raw_mail", "sha256 = (SELECT sha256 FROM a.messages WHERE id = ?1)"},
    {"headers", "message_id = ?1"},
    {"recipients", "message_id = ?1"},
    {"message_refs", "message_id = ?1"},
    {"ticket_events", "message_id = ?1"},
    {"ticket_participants", "ticket = ?1"},
    {"events", "message_id = ?1"},
    {"outbox", "ticket = ?1"},
    {"uid_ledger", "message_id = ?1"},
};

typedef struct Collector {
    Store *store;
    int number;
    int mails;
    int64_t first_uid; /* no other run uses it */
    char *mailbox;
    const char *letters;
    GPtrArray *endpoints;
} Collector;

typedef struct Filing {
    Mail *mail;
    Facts *facts;
    Placement *placement;
    const Collector *collector;
} Filing;

static void
check(bool went_well, const GError *error)
{
    if (went_well)
        return;
    (void)fprintf(stderr, "%s\n", error ? error->message : "failed");
    exit(1);
}

static void
add_headers(Message *message)
{
    for (int i = 0; i < 12; i++) {
        Header *header = shape_append(&header_shape, &message->headers);

        header->name = g_strdup_printf("X-Header-%d", i);
        header->value =
            g_strdup("some sixty letters as most of the header fields have it");
    }
}

/* Letters that compress about as well as mail does, made once. */
static char *
make_letters(void)
{
    char *letters = g_malloc(RAW_BYTES);
    GRand *dice = g_rand_new_with_seed(1);

    for (int i = 0; i < RAW_BYTES; i++)
        letters[i] = (char)('a' + g_rand_int_range(dice, 0, i % 3 ? 20 : 3));
    g_rand_free(dice);
    return letters;
}

static GBytes *
make_raw(const Collector *collector, int64_t uid)
{
    char *raw = g_memdup2(collector->letters, RAW_BYTES);

    (void)g_snprintf(raw, 40, "%d.%" G_GINT64_FORMAT, collector->number, uid);
    return g_bytes_new_take(raw, RAW_BYTES);
}

static void
fill(Filing *filing, const Collector *collector, int64_t uid)
{
    Origin origin = {.mailbox = collector->mailbox,
                     .address = (char *)(uintptr_t) "support@example.com",
                     .folder = (char *)(uintptr_t) "INBOX",
                     .role = FOLDER_INBOX,
                     .uidvalidity = 7,
                     .uid = uid,
                     .received_at = 1763900000 + uid};
    Message *message;
    Address *to;

    filing->collector = collector;
    filing->mail = mail_new(&origin, make_raw(collector, uid));
    filing->facts = facts_new();
    filing->placement = placement_new();
    message = &filing->facts->message;
    message->message_id =
        g_strdup_printf("%d.%" G_GINT64_FORMAT "@bench", collector->number, uid);
    message->in_reply_to = g_strconcat("before-", message->message_id, NULL);
    message->subject = g_strdup("A question about the delivery");
    message->text = g_strnfill(1800, 't');
    message->reply_text = g_strnfill(900, 'r');
    message->received_at = origin.received_at;
    message->size_bytes = RAW_BYTES;
    message->sha256 =
        digest_sha256_hex(g_bytes_get_data(filing->mail->bytes, NULL), RAW_BYTES);
    message->from.address = g_strdup_printf("ana-%d@cliente.example", (int)(uid % 100));
    filing->placement->requester.address = g_strdup(message->from.address);
    filing->placement->move = MOVE_OPEN;
    filing->placement->priority = PRIORITY_NORMAL;
    to = shape_append(&address_shape, &message->to);
    to->address = g_strdup("support@example.com");
    add_headers(message);
}

static void
empty(Filing *filing)
{
    mail_free(filing->mail);
    facts_free(filing->facts);
    placement_free(filing->placement);
}

static char *
token_of(int64_t ticket, const void *self)
{
    (void)self;
    return g_strdup_printf("%" G_GINT64_FORMAT "-BENCH", ticket);
}

static bool
settle(StoreTxn *txn, const Filing *filing, GError **error)
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

/* The steps of the corridor. */
static bool
file(StoreTxn *txn, void *self, GError **error)
{
    Filing *filing = self;
    const Message *message = &filing->facts->message;
    g_autoptr(Related) related = related_new();
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    int64_t same = 0;
    Ticket ticket;
    bool done;

    g_ptr_array_add(ids, message->in_reply_to);
    shape_init(&ticket_shape, &ticket);
    done = store_find_bytes(txn, message->sha256, &same, error) &&
           store_related(txn, filing->facts, ids, NULL, related, error) &&
           store_place(txn, filing->mail, filing->facts, filing->placement, token_of,
                       NULL, &ticket, error) &&
           store_put_message(txn, filing->mail, filing->facts, filing->placement,
                             &ticket, error) &&
           store_put_event(txn, message->message_id, "ticket.created", ticket.number,
                           message->id, message->text, filing->collector->endpoints,
                           error) &&
           settle(txn, filing, error);
    shape_clear(&ticket_shape, &ticket);
    return done;
}

static void *
collect(void *self)
{
    const Collector *collector = self;
    g_autoptr(StorePacker) packer = store_packer_new();

    for (int64_t uid = collector->first_uid;
         uid < collector->first_uid + collector->mails; uid++) {
        g_autoptr(GError) error = NULL;
        Filing filing;

        fill(&filing, collector, uid);
        store_pack(packer, filing.mail);
        check(store_wait(store_submit_repeatable(collector->store, file, &filing),
                         &error),
              error);
        empty(&filing);
    }
    return NULL;
}

/* How long something took, and how much of the processors. */
typedef struct Stopwatch {
    int64_t wall_us;
    clock_t cpu;
} Stopwatch;

static Stopwatch
start(void)
{
    return (Stopwatch){clock_monotonic_us(), clock()};
}

static double
print(const char *what, const Stopwatch *watch, int mails)
{
    double cpu_s = (double)(clock() - watch->cpu) / CLOCKS_PER_SEC;
    double wall_s = (double)(clock_monotonic_us() - watch->wall_us) / 1e6;

    (void)printf("%-28s %6.0f mails a second, %4.0f us of CPU each\n", what,
                 mails / wall_s, 1e6 * cpu_s / mails);
    return wall_s;
}

static double
file_all(const char *state, int mails)
{
    g_autofree char *letters = make_letters();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new();
    Store *store = store_open(state, &error);
    Collector collectors[THREADS];
    pthread_t threads[THREADS];
    int64_t first_uid = g_random_int_range(1, G_MAXINT32 - mails);
    Stopwatch watch = start();
    double seconds;

    check(store != NULL, error);
    g_ptr_array_add(endpoints, (gpointer)(uintptr_t) "crm");
    for (int i = 0; i < THREADS; i++) {
        collectors[i] = (Collector){.store = store,
                                    .number = i,
                                    .mails = mails / THREADS,
                                    .first_uid = first_uid,
                                    .mailbox = g_strdup_printf("box-%d", i),
                                    .letters = letters,
                                    .endpoints = endpoints};
        check(pthread_create(&threads[i], NULL, collect, &collectors[i]) == 0, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        g_free(collectors[i].mailbox);
    }
    seconds = print("filed by eight threads", &watch, mails);
    store_close(store);
    return seconds;
}

static void
run(sqlite3 *db, const char *sql)
{
    char *trouble = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &trouble) != SQLITE_OK) {
        (void)fprintf(stderr, "%s: %s\n", sql, trouble);
        exit(1);
    }
}

/* The schema without the full text, which is indexed behind the commit. */
static void
make_empty_copy(sqlite3 *db)
{
    sqlite3_stmt *each = NULL;

    (void)sqlite3_prepare_v2(
        db,
        "SELECT sql FROM a.sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', "
        "'index') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'message_words%'",
        -1, &each, NULL);
    while (sqlite3_step(each) == SQLITE_ROW)
        run(db, (const char *)sqlite3_column_text(each, 0));
    (void)sqlite3_finalize(each);
    run(db, "INSERT INTO mailboxes SELECT * FROM a.mailboxes;"
            "INSERT INTO folders SELECT * FROM a.folders;"
            "INSERT INTO webhooks SELECT * FROM a.webhooks");
}

static double
copy_all(sqlite3 *db, int mails)
{
    sqlite3_stmt *inserts[G_N_ELEMENTS(tables)];
    Stopwatch watch = start();

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *sql =
            g_strdup_printf("INSERT INTO main.%s SELECT * FROM a.%s WHERE %s",
                            tables[i].table, tables[i].table, tables[i].rows);

        check(sqlite3_prepare_v2(db, sql, -1, &inserts[i], NULL) == SQLITE_OK, NULL);
    }
    for (int mail = 1; mail <= mails; mail++) {
        if (mail % THREADS == 1)
            run(db, "BEGIN IMMEDIATE");
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
            (void)sqlite3_bind_int(inserts[i], 1, mail);
            check(sqlite3_step(inserts[i]) == SQLITE_DONE, NULL);
            (void)sqlite3_reset(inserts[i]);
        }
        if (mail % THREADS == 0)
            run(db, "COMMIT");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        (void)sqlite3_finalize(inserts[i]);
    return print("bare inserts of these rows", &watch, mails);
}

static double
insert_all(const char *state, int mails)
{
    g_autofree char *from = g_build_filename(state, "postroom.db", NULL);
    g_autofree char *to = g_build_filename(state, "bare.db", NULL);
    g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS a", from);
    sqlite3 *db = NULL;
    double seconds;

    check(sqlite3_open(to, &db) == SQLITE_OK, NULL);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768");
    run(db, attach);
    make_empty_copy(db);
    seconds = copy_all(db, mails);
    (void)sqlite3_close(db);
    return seconds;
}

int
main(int argc, char **argv)
{
    int64_t wanted = argc > 1 ? g_ascii_strtoll(argv[1], NULL, 10) : MAILS;
    int mails = (int)(CLAMP(wanted, THREADS, 1000000) / THREADS * THREADS);
    g_autofree char *made = argc > 2 ? g_strdup(argv[2]) : NULL;
    g_autofree char *state =
        g_build_filename(made ? made : g_get_tmp_dir(), "bench-XXXXXX", NULL);
    double filed, bare;

    if (argc > 3) {
        (void)file_all(argv[3], mails);
        return 0;
    }
    check(g_mkdtemp(state) != NULL, NULL);
    filed = file_all(state, mails);
    bare = insert_all(state, mails);
    (void)printf("ratio %.2f; left in %s\n", bare / filed, state);
    return 0;
}
