/* What is filed together: all of a mail or nothing, and no mail at another's cost. */
#include "fixture.h"

/* Every row there is, but for what the house knows of itself. */
static int64_t
count_rows(const char *state)
{
    g_autofree char *sum = fixture_ask(
        state, "SELECT 'SELECT ' || group_concat('(SELECT count(*) FROM ' || name || "
               "')', ' + ') FROM sqlite_schema WHERE type = 'table' "
               "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'message_words%' "
               "AND name != 'house'");
    g_autofree char *count = fixture_ask(state, sum);

    return g_ascii_strtoll(count, NULL, 10);
}

static void
a_mail_is_all_there_or_not_at_all(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "1");
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    bool filed;

    g_ptr_array_add(endpoints, (gpointer)(uintptr_t) "crm");
    filing->event_id = "event-1";
    filing->endpoints = endpoints;
    filing->fails = true;
    filed = filing_try(store, filing, &error);
    g_assert_false(filed);
    g_assert_error(error, FAULT, FAULT_MESSAGE);
    g_assert_cmpstr(error->message, ==, "this one fails");
    g_assert_cmpint(count_rows(state), ==, 0);
    filing->fails = false;
    filing_do(store, filing);
    fixture_expect(state,
                   "SELECT format('%d %d %d %d %d', (SELECT count(*) FROM messages), "
                   "(SELECT count(*) FROM tickets), (SELECT count(*) FROM events), "
                   "(SELECT count(*) FROM outbox), (SELECT count(*) FROM uid_ledger))",
                   "1 1 1 1 1");
    store_close(store);
    fixture_expect_sound(state);
    fixture_remove(state);
}

static void
a_uid_is_filed_once(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(1, "a@x", "Help", "1");
    g_autoptr(Filing) again = filing_new(1, "b@x", "Other words", "2");
    g_autoptr(GError) error = NULL;
    int64_t rows;

    filing_do(store, first);
    rows = count_rows(state);
    g_assert_false(filing_try(store, again, &error));
    /* The collector reads its ledger again: nothing is wrong with the mail. */
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "uid 1"));
    g_assert_nonnull(strstr(error->message, "filed already"));
    g_assert_cmpint(count_rows(state), ==, rows);
    store_close(store);
    fixture_remove(state);
}

/* Five mails in one commit; the second and the fifth fail, the fourth repeats the
 * third's UID. */
static void
a_failing_mail_hurts_no_neighbour(void)
{
    static const struct {
        int64_t uid;
        bool fails, is_filed;
    } rows[] = {{1, false, true},
                {2, true, false},
                {3, false, true},
                {3, false, false},
                {4, true, false}};
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Filing *filings[G_N_ELEMENTS(rows)];
    StoreTicket *claims[G_N_ELEMENTS(rows)];
    Gate gate;

    gate_submit(&gate, store);
    gate_await(&gate);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("mail-%d@x", (int)i);

        filings[i] = filing_new(rows[i].uid, text, text, text);
        filings[i]->fails = rows[i].fails;
        claims[i] = store_submit(store, filing_work, filings[i]);
    }
    gate_open(&gate);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        bool filed = store_wait(claims[i], &error);

        g_assert_true(filed == rows[i].is_filed);
        g_assert_true((error == NULL) == filed);
        filing_free(filings[i]);
    }
    store_close(store);
    fixture_expect(state, "SELECT group_concat(message_id) FROM messages",
                   "mail-0@x,mail-2@x");
    /* A number that was rolled back is not burnt. */
    fixture_expect(state, "SELECT group_concat(number) FROM tickets", "1,2");
    fixture_expect_sound(state);
    fixture_remove(state);
}

/* Works that may be repeated share a savepoint: the one that fails is undone with its
 * neighbours, and these are filed all the same, each once and in order. */
static void
a_repeated_neighbour_is_there_once(void)
{
    static const struct {
        bool is_repeatable, fails;
    } rows[] = {{true, false}, {true, true},   {true, false}, {false, false},
                {true, false}, {false, true},  {true, false}, {true, false},
                {true, true},  {false, false}, {true, true}};
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Filing *filings[G_N_ELEMENTS(rows)];
    StoreTicket *claims[G_N_ELEMENTS(rows)];
    Gate gate;

    gate_submit(&gate, store);
    gate_await(&gate);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("%c", (int)('a' + i));

        filings[i] = filing_new((int64_t)i + 1, text, text, text);
        filings[i]->fails = rows[i].fails;
        claims[i] = (rows[i].is_repeatable ? store_submit_repeatable : store_submit)(
            store, filing_work, filings[i]);
    }
    gate_open(&gate);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(store_wait(claims[i], &error) == !rows[i].fails);
        g_assert_true((error != NULL) == rows[i].fails);
        filing_free(filings[i]);
    }
    store_close(store);
    fixture_expect(state, "SELECT group_concat(message_id, '') FROM messages",
                   "acdeghj");
    fixture_expect(state, "SELECT group_concat(number, '') FROM tickets", "1234567");
    fixture_expect_sound(state);
    fixture_remove(state);
}

static void
nothing_is_told_before_its_commit(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "1");
    g_autoptr(GError) error = NULL;
    StoreTicket *claim;
    Gate before, behind;

    gate_submit(&before, store);
    gate_await(&before);
    claim = store_submit(store, filing_work, filing);
    gate_submit(&behind, store);
    gate_open(&before);
    /* The mail's work is done, its group is not. */
    gate_await(&behind);
    g_assert_cmpint(filing->ticket.number, ==, 1);
    fixture_expect(state, "SELECT count(*) FROM messages", "0");
    gate_open(&behind);
    g_assert_true(store_wait(claim, &error));
    g_assert_no_error(error);
    fixture_expect(state, "SELECT count(*) FROM messages", "1");
    store_close(store);
    fixture_remove(state);
}

static void
a_long_queue_is_filed_in_order(void)
{
    enum {
        MAILS = 200
    }; /* more than one group */
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Filing *filings[MAILS];
    StoreTicket *claims[MAILS];

    for (int i = 0; i < MAILS; i++) {
        g_autofree char *text = g_strdup_printf("%d@x", i);

        filings[i] = filing_new(i + 1, text, text, text);
        claims[i] = store_submit(store, filing_work, filings[i]);
    }
    for (int i = 0; i < MAILS; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(store_wait(claims[i], &error));
        g_assert_no_error(error);
        g_assert_cmpint(filings[i]->ticket.number, ==, i + 1);
        filing_free(filings[i]);
    }
    store_close(store);
    fixture_expect(state, "SELECT count(*) FROM messages", "200");
    fixture_expect(state, "SELECT value FROM house WHERE key = 'indexed_to'", "200");
    fixture_expect_sound(state);
    fixture_remove(state);
}

/* Joins the ticket of what the mail answers, else opens one, as the corridor does. */
static bool
thread_and_file(StoreTxn *txn, void *self, GError **error)
{
    Filing *filing = self;
    g_autoptr(Related) related = related_new();
    g_autoptr(GPtrArray) ids = g_ptr_array_new();

    g_ptr_array_add(ids, filing->facts->message.in_reply_to);
    if (!store_related(txn, filing->facts, ids, NULL, related, error))
        return false;
    if (related->messages && related->messages->len) {
        const RelatedMessage *found = related->messages->pdata[0];

        filing->placement->move = MOVE_JOIN;
        filing->placement->ticket = found->ticket;
    }
    return filing_work(txn, filing, error);
}

typedef struct Writer {
    Store *store;
    Filing *filing;
    pthread_barrier_t *start;
} Writer;

static void *
write_reply(void *self)
{
    Writer *writer = self;
    g_autoptr(GError) error = NULL;
    bool filed;

    pthread_barrier_wait(writer->start);
    filed = store_do(writer->store, thread_and_file, writer->filing, &error);
    g_assert_no_error(error);
    g_assert_true(filed);
    return NULL;
}

static void
two_replies_at_once_join_one_ticket(void)
{
    enum {
        REPLIES = 8
    };
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    pthread_barrier_t start;
    pthread_t threads[REPLIES];
    Writer writers[REPLIES];

    pthread_barrier_init(&start, NULL, REPLIES);
    for (int i = 0; i < REPLIES; i++) {
        g_autofree char *text = g_strdup_printf("reply-%d@x", i);

        writers[i] =
            (Writer){store, filing_new(i + 1, text, "Re: Offer", text), &start};
        /* Nobody here has the mail that they all answer. */
        writers[i].filing->facts->message.in_reply_to = g_strdup("offer@x");
        g_assert_cmpint(pthread_create(&threads[i], NULL, write_reply, &writers[i]), ==,
                        0);
    }
    for (int i = 0; i < REPLIES; i++) {
        g_assert_cmpint(pthread_join(threads[i], NULL), ==, 0);
        g_assert_cmpint(writers[i].filing->ticket.number, ==, 1);
        filing_free(writers[i].filing);
    }
    pthread_barrier_destroy(&start);
    store_close(store);
    fixture_expect(
        state, "SELECT group_concat(number || ':' || messages) FROM v_tickets", "1:8");
    fixture_expect(state, "SELECT group_concat(sequence || kind) FROM ticket_events",
                   "1opened,2joined,3joined,4joined,5joined,6joined,7joined,8joined");
    fixture_expect_sound(state);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/a-mail-is-all-there-or-not-at-all",
                    a_mail_is_all_there_or_not_at_all);
    g_test_add_func("/store/a-uid-is-filed-once", a_uid_is_filed_once);
    g_test_add_func("/store/a-failing-mail-hurts-no-neighbour",
                    a_failing_mail_hurts_no_neighbour);
    g_test_add_func("/store/a-repeated-neighbour-is-there-once",
                    a_repeated_neighbour_is_there_once);
    g_test_add_func("/store/nothing-is-told-before-its-commit",
                    nothing_is_told_before_its_commit);
    g_test_add_func("/store/a-long-queue-is-filed-in-order",
                    a_long_queue_is_filed_in_order);
    g_test_add_func("/store/two-replies-at-once-join-one-ticket",
                    two_replies_at_once_join_one_ticket);
    return g_test_run();
}
