/* The outbox: each delivery goes out once at a time, in the order of its ticket. */
#include "fixture.h"

static const int64_t whenever = 4102444800000; /* 2100: all that waits is due */

/* A house with endpoints of the configuration and a ticket for each uid. */
typedef struct House {
    char *state;
    Store *store;
    int64_t tickets;
} House;

typedef struct Change {
    const char *id, *because;
    int64_t ticket;
    bool changed;
    GPtrArray *endpoints;
    StoreEndpoint *configured;
    size_t count;
} Change;

static bool
configure_work(StoreTxn *txn, void *self, GError **error)
{
    const Change *change = self;

    return store_set_endpoints(txn, change->configured, change->count, error);
}

static bool
post_work(StoreTxn *txn, void *self, GError **error)
{
    const Change *change = self;

    return store_put_event(txn, change->id, "ticket.created", change->ticket, 0,
                           "{\"a\":1}", change->endpoints, error);
}

static bool
disable_work(StoreTxn *txn, void *self, GError **error)
{
    Change *change = self;

    return store_disable_endpoint(txn, change->id, change->because, &change->changed,
                                  error);
}

static void
do_work(Store *store, StoreWork work, void *self)
{
    g_autoptr(GError) error = NULL;
    bool done = store_do(store, work, self, &error);

    g_assert_no_error(error);
    g_assert_true(done);
}

/* `names`: "crm,erp"; each URL ends with `path`. */
static void
configure(House *house, const char *names, const char *path)
{
    g_auto(GStrv) each = g_strsplit(names, ",", -1);
    g_autofree char *url = g_strconcat("https://hooks.example/", path, NULL);
    StoreEndpoint configured[8];
    Change change = {.configured = configured};

    for (; each[change.count]; change.count++)
        configured[change.count] = (StoreEndpoint){each[change.count], url};
    do_work(house->store, configure_work, &change);
}

static void
house_init(House *house, const char *endpoints, int tickets)
{
    *house = (House){.state = fixture_state(), .tickets = tickets};
    house->store = fixture_open(house->state);
    configure(house, endpoints, "1");
    for (int i = 1; i <= tickets; i++) {
        g_autofree char *text = g_strdup_printf("%d@x", i);
        g_autoptr(Filing) filing = filing_new(i, text, text, text);

        filing_do(house->store, filing);
    }
}

static void
house_clear(House *house)
{
    store_close(house->store);
    fixture_expect_sound(house->state);
    fixture_remove(house->state);
    g_free(house->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(House, house_clear)

static void
post(House *house, const char *id, int64_t ticket, const char *endpoints)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) each = g_strsplit(endpoints, ",", -1);
    Change change = {.id = id, .ticket = ticket, .endpoints = names};

    for (size_t i = 0; each[i]; i++)
        g_ptr_array_add(names, g_strdup(each[i]));
    do_work(house->store, post_work, &change);
}

typedef struct Asking {
    int64_t now_ms;
    int most;
    GPtrArray *found;
    bool fails;
} Asking;

static bool
ask_work(StoreTxn *txn, void *self, GError **error)
{
    Asking *asking = self;

    if (!store_due_deliveries(txn, asking->now_ms, asking->most, asking->found, error))
        return false;
    if (asking->fails)
        g_set_error(error, FAULT, FAULT_RETRY, "this one fails");
    return !asking->fails;
}

static void
free_delivery(gpointer delivery)
{
    store_delivery_free(delivery);
}

static GPtrArray *
borrow(House *house, int64_t now_ms, int most)
{
    Asking asking = {.now_ms = now_ms,
                     .most = most,
                     .found = g_ptr_array_new_with_free_func(free_delivery)};

    do_work(house->store, ask_work, &asking);
    return asking.found;
}

/* "crm:one erp:one": what is lent, in order. */
static char *
list_due(House *house, int64_t now_ms, int most)
{
    g_autoptr(GPtrArray) found = borrow(house, now_ms, most);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < found->len; i++) {
        const StoreDelivery *delivery = found->pdata[i];

        g_string_append_printf(out, "%s%s:%s", i ? " " : "", delivery->endpoint,
                               delivery->event_id);
    }
    return g_string_free(out, FALSE);
}

static void
expect_due(House *house, int64_t now_ms, int most, const char *expected)
{
    g_autofree char *got = list_due(house, now_ms, most);

    g_assert_cmpstr(got, ==, expected);
}

static bool
attempt_work(StoreTxn *txn, void *self, GError **error)
{
    return store_put_attempt(txn, self, error);
}

static void
report(House *house, const char *endpoint, const char *id, DeliveryFate fate,
       int64_t due_ms)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT id FROM outbox WHERE endpoint = '%s' AND event_id = '%s'", endpoint,
        id);
    g_autofree char *row = fixture_ask(house->state, sql);
    StoreAttempt attempt = {.outbox = g_ascii_strtoll(row, NULL, 10),
                            .fate = fate,
                            .due_ms = due_ms,
                            .http_status = fate == DELIVERED ? 204 : 500,
                            .because = fate == DELIVERED ? NULL : "the server said 500",
                            .response = "oops",
                            .duration_ms = 12};

    do_work(house->store, attempt_work, &attempt);
}

static void
a_delivery_is_lent_once_until_its_attempt(void)
{
    g_auto(House) house = {0};
    g_autoptr(GPtrArray) found = NULL;

    house_init(&house, "crm", 1);
    post(&house, "one", 1, "crm");
    found = borrow(&house, whenever, 10);
    g_assert_cmpuint(found->len, ==, 1);
    {
        const StoreDelivery *delivery = found->pdata[0];

        g_assert_cmpstr(delivery->endpoint, ==, "crm");
        g_assert_cmpstr(delivery->event_id, ==, "one");
        g_assert_cmpstr(delivery->body, ==, "{\"a\":1}");
        g_assert_cmpint(delivery->ticket, ==, 1);
        g_assert_cmpint(delivery->attempts, ==, 0);
    }
    expect_due(&house, whenever, 10, "");
    report(&house, "crm", "one", DELIVERY_LATER, 5000);
    expect_due(&house, whenever, 10, "crm:one");
    report(&house, "crm", "one", DELIVERED, 0);
    expect_due(&house, whenever, 10, "");
    fixture_expect(house.state,
                   "SELECT group_concat(outcome || http_status) FROM delivery_attempts",
                   "later500,delivered204");
    fixture_expect(house.state,
                   "SELECT delivered || ' ' || waiting || ' ' || last_error "
                   "FROM v_webhook_health",
                   "1 0 the server said 500");
}

/* An event with an id that is known is told to nobody a second time. */
static void
a_repeated_event_is_told_once(void)
{
    g_auto(House) house = {0};

    house_init(&house, "crm,erp", 1);
    post(&house, "one", 1, "crm");
    post(&house, "one", 1, "crm,erp");
    expect_due(&house, whenever, 10, "crm:one");
}

static void
what_a_lost_work_was_lent_comes_back(void)
{
    g_auto(House) house = {0};
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_delivery);
    Asking asking = {.now_ms = whenever, .most = 10, .found = found, .fails = true};
    g_autoptr(GError) error = NULL;

    house_init(&house, "crm", 1);
    post(&house, "one", 1, "crm");
    g_assert_false(store_do(house.store, ask_work, &asking, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpuint(found->len, ==, 1);
    expect_due(&house, whenever, 10, "crm:one");
    /* A courier that died with its house has delivered nothing. */
    store_close(house.store);
    house.store = fixture_open(house.state);
    expect_due(&house, whenever, 10, "crm:one");
}

static void
events_of_a_ticket_keep_their_order(void)
{
    g_auto(House) house = {0};

    house_init(&house, "crm,erp", 2);
    post(&house, "one", 1, "crm,erp");
    post(&house, "two", 1, "crm,erp");
    post(&house, "other", 2, "crm");
    post(&house, "house", 0, "crm");
    expect_due(&house, whenever, 10, "crm:one crm:other crm:house erp:one");
    report(&house, "erp", "one", DELIVERED, 0);
    expect_due(&house, whenever, 10, "erp:two");
    /* The first has to wait, so the second does. */
    report(&house, "crm", "one", DELIVERY_LATER, whenever + 1);
    expect_due(&house, whenever, 10, "");
    expect_due(&house, whenever + 1, 10, "crm:one");
    /* A dead letter holds up nobody. */
    report(&house, "crm", "one", DELIVERY_DEAD, 0);
    expect_due(&house, whenever, 10, "crm:two");
    fixture_expect(house.state,
                   "SELECT dead || ' ' || waiting FROM v_webhook_health "
                   "WHERE webhook = 'crm'",
                   "1 3");
}

static void
few_free_hands_are_shared(void)
{
    g_auto(House) house = {0};

    house_init(&house, "a,b", 0);
    post(&house, "one", 0, "a,b");
    post(&house, "two", 0, "a,b");
    post(&house, "three", 0, "a,b");
    expect_due(&house, whenever, 2, "a:one b:one");
    expect_due(&house, whenever, 3, "a:two b:two b:three");
    expect_due(&house, whenever, 0, "");
}

/* Rows: an attempt's due time; what is due a millisecond before, and then. */
static void
a_retry_comes_when_it_is_due(void)
{
    static const int64_t due[] = {1795514400005, 1795514700000, 1795516500250};
    g_auto(House) house = {0};

    house_init(&house, "crm", 0);
    post(&house, "one", 0, "crm");
    expect_due(&house, whenever, 1, "crm:one");
    for (size_t i = 0; i < G_N_ELEMENTS(due); i++) {
        g_autoptr(GPtrArray) found = NULL;

        report(&house, "crm", "one", DELIVERY_LATER, due[i]);
        expect_due(&house, due[i] - 1, 1, "");
        found = borrow(&house, due[i], 1);
        g_assert_cmpuint(found->len, ==, 1);
        g_assert_cmpint(((StoreDelivery *)found->pdata[0])->attempts, ==, i + 1);
    }
}

/* An attempt that nobody asked for: the record is refused, nothing else moves. */
static void
an_unknown_delivery_is_refused(void)
{
    g_auto(House) house = {0};
    StoreAttempt attempt = {.outbox = 99, .fate = DELIVERED};
    g_autoptr(GError) error = NULL;

    house_init(&house, "crm", 0);
    g_assert_false(store_do(house.store, attempt_work, &attempt, &error));
    g_assert_nonnull(error);
    fixture_expect(house.state, "SELECT count(*) FROM delivery_attempts", "0");
}

typedef struct OutboxState {
    int64_t waiting, next_due_ms;
} OutboxState;

static bool
state_work(StoreTxn *txn, void *self, GError **error)
{
    OutboxState *out = self;

    return store_outbox_state(txn, &out->waiting, &out->next_due_ms, error);
}

static void
expect_waiting(House *house, int64_t waiting, int64_t next_due_ms)
{
    OutboxState got = {-1, -1};

    do_work(house->store, state_work, &got);
    g_assert_cmpint(got.waiting, ==, waiting);
    g_assert_cmpint(got.next_due_ms, ==, next_due_ms);
}

static void
a_disabled_endpoint_waits_for_another_url(void)
{
    g_auto(House) house = {0};
    Change change = {.id = "crm", .because = "410"};

    house_init(&house, "crm", 0);
    expect_waiting(&house, 0, TIME_NONE);
    post(&house, "one", 0, "crm");
    do_work(house.store, disable_work, &change);
    g_assert_true(change.changed);
    change.because = "an attempt that was still under way";
    do_work(house.store, disable_work, &change);
    g_assert_false(change.changed);
    post(&house, "two", 0, "crm");
    expect_due(&house, whenever, 10, "");
    expect_waiting(&house, 0, TIME_NONE);
    fixture_expect(house.state,
                   "SELECT state || ' ' || because || ' ' || waiting "
                   "FROM v_webhook_health",
                   "disabled 410 2");
    configure(&house, "crm", "1"); /* a restart changes nothing */
    expect_due(&house, whenever, 10, "");
    configure(&house, "crm", "2");
    expect_due(&house, whenever, 10, "crm:one crm:two");
}

static void
a_removed_endpoint_keeps_what_waits(void)
{
    g_auto(House) house = {0};

    house_init(&house, "crm,erp", 0);
    post(&house, "one", 0, "crm,erp");
    configure(&house, "crm", "1");
    expect_due(&house, whenever, 10, "crm:one");
    report(&house, "crm", "one", DELIVERY_LATER, whenever + 5);
    expect_waiting(&house, 1, whenever + 5);
    fixture_expect(house.state,
                   "SELECT state FROM v_webhook_health WHERE webhook = 'erp'",
                   "removed");
    configure(&house, "crm,erp", "1");
    expect_due(&house, whenever, 10, "erp:one");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/a-delivery-is-lent-once-until-its-attempt",
                    a_delivery_is_lent_once_until_its_attempt);
    g_test_add_func("/store/a-repeated-event-is-told-once",
                    a_repeated_event_is_told_once);
    g_test_add_func("/store/what-a-lost-work-was-lent-comes-back",
                    what_a_lost_work_was_lent_comes_back);
    g_test_add_func("/store/events-of-a-ticket-keep-their-order",
                    events_of_a_ticket_keep_their_order);
    g_test_add_func("/store/few-free-hands-are-shared", few_free_hands_are_shared);
    g_test_add_func("/store/a-retry-comes-when-it-is-due",
                    a_retry_comes_when_it_is_due);
    g_test_add_func("/store/an-unknown-delivery-is-refused",
                    an_unknown_delivery_is_refused);
    g_test_add_func("/store/a-disabled-endpoint-waits-for-another-url",
                    a_disabled_endpoint_waits_for_another_url);
    g_test_add_func("/store/a-removed-endpoint-keeps-what-waits",
                    a_removed_endpoint_keeps_what_waits);
    return g_test_run();
}
