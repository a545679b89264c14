/* How many deliveries an endpoint has lent: a few at first, more while they come
 * home, few again where they fail; one that is dead delays no other. */
#include "base/fault.h"
#include "fixture.h"

enum {
    ALL = 256,
    STEP = 4,
    SHARE = 96,
    SHARE_FAILING = 4
};

static const int64_t whenever = 4102444800000; /* 2100: all that waits is due */

typedef struct Storm {
    const char *endpoint;
    int count;
} Storm;

static bool
storm_work(StoreTxn *txn, void *self, GError **error)
{
    const Storm *storm = self;
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    g_ptr_array_add(names, (gpointer)(uintptr_t)storm->endpoint);
    for (int i = 0; i < storm->count; i++) {
        g_autofree char *id = g_uuid_string_random();

        if (!store_put_event(txn, id, "ticket.created", 0, 0, "{}", names, error))
            return false;
    }
    return true;
}

static bool
configure_work(StoreTxn *txn, void *self, GError **error)
{
    static const StoreEndpoint configured[] = {{"a-dead", "https://a.example/"},
                                               {"live", "https://b.example/"}};

    (void)self;
    return store_set_endpoints(txn, configured, G_N_ELEMENTS(configured), error);
}

static bool
borrow_work(StoreTxn *txn, void *self, GError **error)
{
    return store_due_deliveries(txn, whenever, ALL, self, error);
}

static bool
give_back_work(StoreTxn *txn, void *self, GError **error)
{
    const GPtrArray *found = self;

    (void)error;
    for (guint i = 0; i < found->len; i++)
        store_give_back(txn, ((const StoreDelivery *)found->pdata[i])->outbox);
    return true;
}

typedef struct Homecoming {
    const GPtrArray *found;
    guint from, end;
    DeliveryFate fate;
} Homecoming;

static bool
report_work(StoreTxn *txn, void *self, GError **error)
{
    const Homecoming *home = self;

    for (guint i = home->from; i < home->end; i++) {
        const StoreDelivery *delivery = home->found->pdata[i];
        const StoreAttempt attempt = {.outbox = delivery->outbox,
                                      .fate = home->fate,
                                      .due_ms = whenever + 1,
                                      .because = "it was said"};

        if (!store_put_attempt(txn, &attempt, error))
            return false;
    }
    return true;
}

static void
do_work(Store *store, StoreWork work, void *self)
{
    g_autoptr(GError) error = NULL;
    bool done = store_do(store, work, self, &error);

    g_assert_no_error(error);
    g_assert_true(done);
}

static void
post(Store *store, const char *endpoint, int count)
{
    Storm storm = {endpoint, count};

    do_work(store, storm_work, &storm);
}

static void
free_delivery(gpointer delivery)
{
    store_delivery_free(delivery);
}

static GPtrArray *
borrow(Store *store, guint expected)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(free_delivery);

    do_work(store, borrow_work, found);
    g_assert_cmpuint(found->len, ==, expected);
    return found;
}

static void
come_home(Store *store, const GPtrArray *found, guint from, DeliveryFate fate)
{
    Homecoming home = {found, from, found->len, fate};

    do_work(store, report_work, &home);
}

static void
deliver(Store *store, guint expected)
{
    g_autoptr(GPtrArray) found = borrow(store, expected);

    come_home(store, found, 0, DELIVERED);
}

static Store *
open_house(const char *state)
{
    Store *store = fixture_open(state);

    do_work(store, configure_work, NULL);
    return store;
}

static void
close_house(char *state, Store *store)
{
    store_close(store);
    fixture_remove(state);
    g_free(state);
}

static void
an_endpoint_is_met_a_few_at_a_time(void)
{
    char *state = fixture_state();
    Store *store = open_house(state);
    guint out = STEP;

    post(store, "live", 4 * SHARE);
    {
        g_autoptr(GPtrArray) first = borrow(store, STEP);
        g_autoptr(GPtrArray) none = borrow(store, 0);

        g_assert_cmpuint(none->len, ==, 0); /* nothing came home */
        come_home(store, first, 0, DELIVERED);
    }
    for (guint most = 2 * STEP; most < SHARE; most *= 2) {
        deliver(store, most);
        out += most;
    }
    for (; 4 * SHARE - out >= SHARE; out += SHARE)
        deliver(store, SHARE);
    deliver(store, 4 * SHARE - out);
    /* After all went out, the next storm begins as the first did. */
    deliver(store, 0);
    post(store, "live", 10);
    deliver(store, STEP);
    close_house(state, store);
}

static void
a_dead_endpoint_delays_no_other(void)
{
    char *state = fixture_state();
    Store *store = open_house(state);

    post(store, "a-dead", 4 * SHARE);
    for (guint most = STEP; most < SHARE; most *= 2)
        deliver(store, most);
    post(store, "live", 1);
    {
        g_autoptr(GPtrArray) first = borrow(store, SHARE + 1);
        g_autoptr(GPtrArray) second = NULL;
        Homecoming home = {first, 0, SHARE - SHARE_FAILING + 1, DELIVERY_LATER};

        g_assert_cmpstr(((StoreDelivery *)first->pdata[SHARE])->endpoint, ==, "live");
        /* However often one asks: no more than its share is under way to it. */
        g_ptr_array_unref(borrow(store, 0));
        post(store, "live", 1);
        g_ptr_array_unref(borrow(store, 1));
        /* One that fails has a smaller share, until it works again. */
        do_work(store, report_work, &home);
        second = borrow(store, 1);
        come_home(store, second, 0, DELIVERED);
        g_ptr_array_unref(borrow(store, SHARE - SHARE_FAILING + 1));
    }
    close_house(state, store);
}

static void
what_is_given_back_is_lent_again(void)
{
    char *state = fixture_state();
    Store *store = open_house(state);

    post(store, "live", STEP);
    {
        g_autoptr(GPtrArray) first = borrow(store, STEP);
        g_autoptr(GPtrArray) none = borrow(store, 0);
        g_autoptr(GPtrArray) again = NULL;

        g_assert_cmpuint(none->len, ==, 0);
        do_work(store, give_back_work, first);
        again = borrow(store, STEP);
        g_assert_cmpstr(((StoreDelivery *)again->pdata[0])->event_id, ==,
                        ((StoreDelivery *)first->pdata[0])->event_id);
    }
    close_house(state, store);
}

static bool
fail_work(StoreTxn *txn, void *self, GError **error)
{
    (void)txn, (void)self;
    g_set_error(error, FAULT, FAULT_MESSAGE, "this one fails");
    return false;
}

static bool
borrow_anew_work(StoreTxn *txn, void *self, GError **error)
{
    g_ptr_array_set_size(self, 0);
    return borrow_work(txn, self, error);
}

static void
what_an_undone_search_lent_is_lent_again(void)
{
    char *state = fixture_state();
    Store *store = open_house(state);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_delivery);
    g_autoptr(GError) error = NULL;
    StoreTicket *search, *neighbour;

    post(store, "live", STEP);
    search = store_submit_repeatable(store, borrow_anew_work, found);
    neighbour = store_submit_repeatable(store, fail_work, NULL);
    g_assert_true(store_wait(search, &error));
    g_assert_no_error(error);
    g_assert_false(store_wait(neighbour, &error));
    g_assert_error(error, FAULT, FAULT_MESSAGE);
    g_assert_cmpuint(found->len, ==, STEP);
    close_house(state, store);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/an-endpoint-is-met-a-few-at-a-time",
                    an_endpoint_is_met_a_few_at_a_time);
    g_test_add_func("/store/a-dead-endpoint-delays-no-other",
                    a_dead_endpoint_delays_no_other);
    g_test_add_func("/store/what-is-given-back-is-lent-again",
                    what_is_given_back_is_lent_again);
    g_test_add_func("/store/what-an-undone-search-lent-is-lent-again",
                    what_an_undone_search_lent_is_lent_again);
    return g_test_run();
}
