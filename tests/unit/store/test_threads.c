/* Eight collectors file while commands read: nobody waits for ever, nobody sees half
 * a mail, and everybody sees what was acknowledged before. Meant for ThreadSanitizer.
 */
#include "fixture.h"

enum {
    THREADS = 8,
    MAILS = 40, /* of each thread */
};

typedef struct Collector {
    Store *store;
    const char *state;
    int number;
} Collector;

static int64_t
number_of(const StoreTable *table, guint row, const char *column)
{
    for (guint i = 0; i < table->columns->len; i++) {
        const GPtrArray *cells = table->rows->pdata[row];

        if (g_str_equal(table->columns->pdata[i], column))
            return g_ascii_strtoll(cells->pdata[i], NULL, 10);
    }
    g_assert_not_reached();
}

/* The row of one's own mailbox counts all that was acknowledged, and no more. */
static void
read_back(const Collector *collector, StoreReader *reader, int64_t filed)
{
    g_autofree char *mailbox = g_strdup_printf("box-%d", collector->number);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTable) boxes = store_read_mailboxes(reader, &error);
    bool is_found = false;

    g_assert_no_error(error);
    for (guint i = 0; i < boxes->rows->len; i++) {
        const GPtrArray *cells = boxes->rows->pdata[i];

        if (g_strcmp0(cells->pdata[0], mailbox) != 0)
            continue;
        is_found = true;
        g_assert_cmpint(number_of(boxes, i, "messages"), ==, filed);
    }
    g_assert_true(is_found);
}

static void
read_ticket(StoreReader *reader, const Filing *filing)
{
    TicketFilter filter = {.since = TIME_NONE, .number = filing->ticket.number};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTable) tickets = store_read_tickets(reader, &filter, &error);
    g_autoptr(GBytes) raw =
        store_read_raw(reader, filing->facts->message.id, false, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(tickets->rows->len, ==, 1);
    g_assert_cmpint(number_of(tickets, 0, "messages"), ==, 1);
    g_assert_true(g_bytes_equal(raw, filing->mail->bytes));
}

static void *
collect(void *self)
{
    const Collector *collector = self;
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = store_reader_open(collector->state, &error);

    g_assert_no_error(error);
    for (int64_t uid = 1; uid <= MAILS; uid++) {
        g_autofree char *text =
            g_strdup_printf("%d-%" G_GINT64_FORMAT "@x", collector->number, uid);
        g_autoptr(Filing) filing = filing_new(uid, text, text, text);

        g_free(filing->mail->origin.mailbox);
        filing->mail->origin.mailbox = g_strdup_printf("box-%d", collector->number);
        filing->event_id = text;
        filing_do(collector->store, filing);
        read_ticket(reader, filing);
        read_back(collector, reader, uid);
    }
    return NULL;
}

static void
eight_collectors_and_their_readers(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Collector collectors[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        collectors[i] = (Collector){store, state, i};
        g_assert_cmpint(pthread_create(&threads[i], NULL, collect, &collectors[i]), ==,
                        0);
    }
    for (int i = 0; i < THREADS; i++)
        g_assert_cmpint(pthread_join(threads[i], NULL), ==, 0);
    store_close(store);
    fixture_expect(state,
                   "SELECT count(*) || ' ' || count(DISTINCT number) "
                   "FROM v_tickets",
                   "320 320");
    fixture_expect(state,
                   "SELECT count(*) FROM message_words WHERE message_words "
                   "MATCH 'x'",
                   "320");
    fixture_expect_sound(state);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/eight-collectors-and-their-readers",
                    eight_collectors_and_their_readers);
    return g_test_run();
}
