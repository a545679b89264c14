/* What analysts rely on: the views with their columns; and that no question the house
 * asks grows with the size of the database. */
#include "fixture.h"

typedef struct View {
    const char *name;
    const char *columns; /* each one for ever; others may join them */
} View;

static const View views[] = {
    {"v_tickets", "number kind status priority department assignee requester "
                  "requester_name subject messages created_at updated_at "
                  "first_response_seconds mailbox language label merged_into"},
    {"v_open_tickets", "number status requester subject mailbox age_seconds"},
    {"v_messages", "id ticket mailbox folder direction sender subject label confidence "
                   "verdict received_at attachments thread_because reasons_json "
                   "verdict_because_json"},
    {"v_first_response", "number mailbox department kind created_at first_response_at "
                         "first_response_seconds"},
    {"v_volume_daily", "day mailbox department label messages bytes"},
    {"v_mailbox_health", "mailbox address state last_success_at seconds_since_success "
                         "last_failure_at failures last_error messages holes held"},
    {"v_delivery_problems", "at recipient reason status is_hard is_verified campaign "
                            "diagnostic message"},
    {"v_suppressed", "address reason at detail message"},
    {"v_webhook_health", "webhook state waiting delivered dead oldest_waiting_at "
                         "last_success_at last_failure_at last_error because"},
    {"v_sender_reputation", "domain messages authenticated failed spam phishing "
                            "first_seen_at last_seen_at"},
};

static void
expect_columns(const char *state, const View *view)
{
    g_auto(GStrv) columns = g_strsplit(view->columns, " ", -1);

    for (size_t i = 0; columns[i]; i++) {
        g_autofree char *sql =
            g_strdup_printf("SELECT count(*) || ' %s' FROM pragma_table_info('%s') "
                            "WHERE name = '%s'",
                            columns[i], view->name, columns[i]);
        g_autofree char *one = g_strconcat("1 ", columns[i], NULL);

        fixture_expect(state, sql, one);
    }
}

static void
every_view_keeps_its_columns(void)
{
    g_autofree char *state = fixture_state();

    store_close(fixture_open(state));
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        g_autofree char *told =
            g_strdup_printf("SELECT sql LIKE '%% AS%%--%%SELECT%%' FROM sqlite_schema "
                            "WHERE type = 'view' AND name = '%s'",
                            views[i].name);
        g_autofree char *strange =
            g_strdup_printf("SELECT group_concat(name) FROM pragma_table_info('%s') "
                            "WHERE name GLOB '*[^a-z0-9_]*'",
                            views[i].name);

        fixture_expect(state, told, "1");
        fixture_expect(state, strange, NULL);
        expect_columns(state, &views[i]);
    }
    fixture_remove(state);
}

/* ---- the plans ---- */

/* Every statement the house runs, once; filled by its own thread while it works. */
static GHashTable *asked;
static pthread_mutex_t asked_lock = PTHREAD_MUTEX_INITIALIZER;

static int
remember(unsigned int event, void *self, void *statement, void *text)
{
    const char *sql = sqlite3_sql(statement);

    (void)event;
    (void)self;
    (void)text;
    pthread_mutex_lock(&asked_lock);
    if (asked && sql)
        (void)g_hash_table_add(asked, g_strdup(sql));
    pthread_mutex_unlock(&asked_lock);
    return 0;
}

static int
listen_to(sqlite3 *db, const char **trouble, const struct sqlite3_api_routines *api)
{
    (void)trouble;
    (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, remember, NULL);
}

/* Small in any house: webhooks, mailboxes, what the operator wrote with wildcards, the
 * database's own names; and what is derived from a bounded part of a table. */
static bool
may_be_scanned(const char *table)
{
    static const char *const small[] = {
        "webhooks", "w", "sender_rules USING INDEX sender_rules_wild", "v", "a",
        "sqlite_master", "sqlite_sequence", "c", "chain", "came", "answered",
        "CONSTANT ROW", "2", "(subquery-", "main.message_words_config", "r", "m",
        /* What waits, once when the store is opened. */
        "uid_ledger USING INDEX uid_ledger_holes", "outbox USING INDEX outbox_due",
        "outbox USING INDEX outbox_order", "deferred_verdicts",
        /* People, and programs, for a part of an address. */
        "contacts USING COVERING INDEX",
        "tickets USING COVERING INDEX tickets_strangers"};

    for (size_t i = 0; i < G_N_ELEMENTS(small); i++) {
        size_t length = strlen(small[i]);

        if (strncmp(table, small[i], length) == 0 &&
            (table[length] == '\0' || table[length] == ' ' ||
             small[i][length - 1] == '-'))
            return true;
    }
    return false;
}

/* Rows: tables that grow, and the one question about each that may sort: it is bounded
 * by a ticket, a merge, a mail or some days. */
static bool
may_sort(const char *sql)
{
    static const char *const bounded[] = {"WITH RECURSIVE chain",
                                          "FROM v_messages",
                                          "UPDATE deliveries",
                                          "FROM sender_rules",
                                          "FROM message_refs",
                                          "state = 'hole'",
                                          "WITH came"};

    for (size_t i = 0; i < G_N_ELEMENTS(bounded); i++) {
        if (strstr(sql, bounded[i]))
            return true;
    }
    return false;
}

static char *
plan_of(sqlite3 *db, const char *sql)
{
    g_autofree char *question = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
    g_autoptr(GString) steps = g_string_new("\n");
    sqlite3_stmt *plan = NULL;

    if (sqlite3_prepare_v2(db, question, -1, &plan, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(plan) == SQLITE_ROW)
        g_string_append_printf(steps, "%s\n",
                               (const char *)sqlite3_column_text(plan, 3));
    g_assert_cmpint(sqlite3_finalize(plan), ==, SQLITE_OK);
    return g_strdup(steps->str);
}

static void
expect_quick(sqlite3 *db, const char *sql)
{
    g_autofree char *plan = plan_of(db, sql);
    g_auto(GStrv) steps = g_strsplit(plan, "\n", -1);

    for (size_t i = 0; steps[i]; i++) {
        if (g_str_has_prefix(steps[i], "SCAN ") && !may_be_scanned(steps[i] + 5))
            g_error("%s\n  reads a whole table: %s", sql, steps[i]);
        if (g_str_has_prefix(steps[i], "USE TEMP B-TREE") && !may_sort(sql))
            g_error("%s\n  sorts what it reads: %s", sql, steps[i]);
    }
}

/* The questions of each visit and each round, and how far their index must carry. */
static void
expect_index(sqlite3 *db, const char *sql)
{
    static const struct {
        const char *question, *step;
    } rows[] = {
        {"AND state = 'hole' AND due_at", "(folder_id=? AND epoch=? AND due_at<?)"},
        {"AND state != 'hole'", "(folder_id=? AND epoch=? AND uid>?)"},
        {"SELECT o.id, o.event_id", "SEARCH o USING INDEX outbox_due "
                                    "(endpoint=? AND due_at<?)"},
        {"SELECT o.id, o.event_id", "SEARCH b USING INDEX outbox_order "
                                    "(endpoint=? AND ticket=? AND id<?)"},
        {"AND number = ?1", "(rowid=?)"},
        {"AND label = ?2", "tickets_label (label=?)"},
        {"AND status = ?3", "tickets_status (status=?)"},
        {"AND department = ?4", "tickets_department (department=?)"},
        {"AND requester = ?5", "tickets_requester (requester_address=?)"},
        {"WITH came", "messages_received (received_at>?)"},
        {"WITH came", "tickets_created (created_at>?)"},
        {"INDEXED BY tickets_strangers", "tickets_requester (requester_address=?)"},
        {"AND created_at >= ?6", "tickets_created (created_at>?)"},
        {"AND assignee = ?7", "tickets_assignee (assignee=?)"},
        {"FROM v_mailbox_health", "uid_ledger_holes "
                                  "(folder_id=? AND epoch=?)"},
        {"SELECT standing", "sender_rules_pattern (pattern=?)"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *plan = strstr(sql, rows[i].question) ? plan_of(db, sql) : NULL;

        if (plan && !strstr(plan, rows[i].step))
            g_error("%s\n  is not answered by %s but by%s", sql, rows[i].step, plan);
    }
}

/* ---- a busy day: whatever the house can ask, it asks here ---- */

static void
add_address(GPtrArray **list, const char *address)
{
    Address *added = shape_append(&address_shape, list);

    added->address = g_strdup(address);
}

static Filing *
rich_mail(int64_t uid, Label label)
{
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "@x", uid);
    Filing *filing = filing_new(uid, name, name, name);
    Message *message = &filing->facts->message;
    Attachment *attachment = shape_append(&attachment_shape, &message->attachments);
    Header *header = shape_append(&header_shape, &message->headers);

    attachment->part = g_strdup("2");
    header->name = g_strdup("Subject");
    message->in_reply_to = g_strdup("unseen@x");
    texts_append(&message->references, g_strdup("older@x"));
    texts_append(&filing->placement->forwards, g_strdup("ventas@example.com"));
    filing->placement->acknowledges = g_strdup("ana@cliente.example");
    add_address(&message->to, "support@example.com");
    filing->placement->classification.label = label;
    filing->event_id = message->message_id;
    filing->placement->linked_to = 1;
    return filing;
}

static void
add_opinion(Opinion *opinion)
{
    Bounce *bounce = shape_append(&bounce_shape, &opinion->bounces);

    bounce->recipient = g_strdup("gone@z.example");
    opinion->complaint = shape_new(&complaint_shape);
    opinion->unsubscribe = shape_new(&unsubscribe_shape);
    opinion->lead = shape_new(&lead_shape);
    opinion->lead->email = g_strdup("ana@cliente.example");
}

static bool
ask_related(StoreTxn *txn, const Filing *filing, GError **error)
{
    static const char *const names[] = {"1@x", "sent-only@x", "unseen@x"};
    int64_t one = 1;
    const char *because;
    g_autoptr(Related) related = related_new();
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_ptr_array_add(ids, (gpointer)(uintptr_t)names[i]);
    g_array_append_val(tokens, one);
    return store_related(txn, filing->facts, ids, tokens, related, error) &&
           store_count_answers(txn, filing->mail, filing->facts, related, error) &&
           store_acknowledge_refusal(txn, "ana@cliente.example", 3, &because, error);
}

static bool
file_one_of_each(StoreTxn *txn, GPtrArray *endpoints, GError **error)
{
    for (int label = LABEL_SUPPORT; label <= LABEL_PHISHING; label++) {
        g_autoptr(Filing) filing = rich_mail(label + 1, (Label)label);

        add_opinion(&filing->facts->opinion);
        filing->endpoints = endpoints;
        if (label == LABEL_OTHER)
            filing->facts->message.direction = DIRECTION_OUT;
        if (label > LABEL_LEAD) {
            filing->placement->move = MOVE_JOIN;
            filing->placement->ticket = 1;
        }
        if (!filing_work(txn, filing, error) || !ask_related(txn, filing, error))
            return false;
    }
    return true;
}

static bool
walk_the_folder(StoreTxn *txn, GError **error)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(Filing) copy = filing_new(50, "50@x", "Copy", "1@x");
    g_autoptr(Filing) held = filing_new(51, "51@x", "Held", "held");
    StoreFolder folder;
    int64_t row;
    bool reset;

    return store_open_folder(txn, "support", "support@example.com", "INBOX",
                             FOLDER_INBOX, 7, &folder, &reset, error) &&
           store_settled_uids(txn, &folder, uids, error) &&
           store_due_holes(txn, &folder, uids, error) &&
           store_settle_uid(txn, &folder, 60, UID_HOLE, 0, error) &&
           store_raise_low(txn, &folder, 60, error) &&
           store_absorb_copy(txn, &folder, "00", &row, error) &&
           store_put_copy(txn, copy->mail, 1, error) &&
           store_put_held(txn, held->mail, "sorter", "died", &row, error) &&
           store_mailbox_worked(txn, "support", NULL, error) &&
           store_mailbox_failed(txn, "support", "no route", false, error);
}

static bool
walk_the_outbox(StoreTxn *txn, GPtrArray *found, GError **error)
{
    static const DeliveryFate fates[] = {DELIVERED, DELIVERY_LATER, DELIVERY_DEAD};
    int64_t waiting, next;

    if (!store_due_deliveries(txn, 4102444800000, 10, found, error))
        return false;
    g_assert_cmpuint(found->len, >=, G_N_ELEMENTS(fates));
    for (size_t i = 0; i < G_N_ELEMENTS(fates); i++) {
        const StoreDelivery *delivery = found->pdata[i];
        StoreAttempt attempt = {.outbox = delivery->outbox, .fate = fates[i]};

        if (!store_put_attempt(txn, &attempt, error))
            return false;
    }
    return store_outbox_state(txn, &waiting, &next, error);
}

static void
free_delivery(gpointer delivery)
{
    store_delivery_free(delivery);
}

static bool
live_a_day(StoreTxn *txn, void *self, GError **error)
{
    static const StoreEndpoint configured[] = {{"crm", "https://crm.example/"},
                                               {"erp", "https://erp.example/"},
                                               {"log", "https://log.example/"}};
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_delivery);
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new();
    bool changed;

    (void)self;
    for (size_t i = 0; i < G_N_ELEMENTS(configured); i++)
        g_ptr_array_add(endpoints, (gpointer)(uintptr_t)configured[i].name);
    return store_set_endpoints(txn, configured, G_N_ELEMENTS(configured), error) &&
           file_one_of_each(txn, endpoints, error) && walk_the_folder(txn, error) &&
           walk_the_outbox(txn, found, error) &&
           store_disable_endpoint(txn, "crm", "410", &changed, error);
}

/* Each filter of a list alone. */
static void
list_tickets(StoreReader *reader)
{
    static const TicketFilter filters[] = {
        {.label = "lead", .since = TIME_NONE},
        {.status = "open", .since = TIME_NONE},
        {.department = "sales", .since = TIME_NONE},
        {.sender = "ana@cliente.example", .since = TIME_NONE},
        {.sender = "nobody", .since = TIME_NONE},
        {.assignee = "ana", .since = TIME_NONE},
        {.since = 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
        TicketFilter filter = filters[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreTable) tickets = NULL;

        filter.most = 50;
        tickets = store_read_tickets(reader, &filter, &error);
        g_assert_no_error(error);
        g_assert_nonnull(tickets);
    }
}

static void
read_a_ticket(const char *state)
{
    TicketFilter filter = {.since = TIME_NONE, .number = 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = store_reader_open(state, &error);
    g_autoptr(StoreTable) tickets = store_read_tickets(reader, &filter, &error);
    g_autoptr(StoreTable) messages = store_read_ticket_messages(reader, 1, &error);
    g_autoptr(StoreTable) message = store_read_message(reader, 1, &error);
    g_autoptr(StoreTable) attached = store_read_attachments(reader, 1, &error);
    g_autoptr(GBytes) raw = store_read_raw(reader, 1, false, &error);
    g_autoptr(StoreTable) mailboxes = store_read_mailboxes(reader, &error);
    g_autoptr(StoreTable) steps = store_read_ticket_steps(reader, 1, &error);
    g_autoptr(StoreTable) stats = store_read_stats(reader, 1, &error);

    g_assert_no_error(error);
    g_assert_nonnull(stats);
    g_assert_cmpuint(steps->rows->len, >, 1);
    list_tickets(reader);
    g_assert_cmpuint(tickets->rows->len, ==, 1);
    g_assert_cmpuint(messages->rows->len, ==, 9);
    g_assert_cmpuint(message->rows->len, ==, 1);
    g_assert_cmpuint(attached->rows->len, ==, 1);
    g_assert_cmpuint(mailboxes->rows->len, ==, 1);
    g_assert_cmpuint(g_bytes_get_size(raw), ==, strlen("1@x"));
}

static void
no_question_grows_with_the_house(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);
    g_autoptr(GHashTable) heard =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GError) error = NULL;
    GHashTableIter each;
    gpointer sql;
    sqlite3 *db = NULL;
    Store *store;
    bool lived;

    store_close(fixture_open(state)); /* migrations are another matter */
    asked = heard;
    g_assert_cmpint(sqlite3_auto_extension((void (*)(void))listen_to), ==, SQLITE_OK);
    store = fixture_open(state);
    lived = store_do(store, live_a_day, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(lived);
    store_close(store);
    read_a_ticket(state);
    sqlite3_reset_auto_extension();
    asked = NULL;
    g_assert_cmpuint(g_hash_table_size(heard), >, 60);
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_hash_table_iter_init(&each, heard);
    while (g_hash_table_iter_next(&each, &sql, NULL)) {
        if (g_str_has_prefix(sql, "PRAGMA"))
            continue;
        expect_quick(db, sql);
        expect_index(db, sql);
    }
    /* Then a plan shows what the check of references reads, too. */
    g_assert_cmpint(sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), ==,
                    SQLITE_OK);
    expect_quick(db, "DELETE FROM messages WHERE id = 1");
    expect_quick(db, "DELETE FROM tickets WHERE number = 1");
    expect_quick(db, "DELETE FROM contacts WHERE id = 1");
    expect_quick(db, "DELETE FROM events WHERE id = 'x'");
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/every-view-keeps-its-columns",
                    every_view_keeps_its_columns);
    g_test_add_func("/store/no-question-grows-with-the-house",
                    no_question_grows_with_the_house);
    return g_test_run();
}
