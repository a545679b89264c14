#include "daemon/couriers.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/forwards.h"
#include "daemon/lane.h"
#include "daemon/report.h"
#include "daemon/roster.h"
#include "daemon/rounds.h"

enum {
    MOST_UNDER_WAY = 256,
    MOST_LENT = 1024, /* bodies in memory: at most 20 kB each */
    LONGEST_WAIT_MS = 1000,
    LONGEST_CLOSING_MS = 100,
    GATHER_MS = 20, /* what came home waits so long for others of its commit */
};

struct Couriers {
    const IngestHouse *house;
    Deliverer *deliverer;
    Forwards *forwards;  /* NULL: no relay */
    GHashTable *lanes;   /* name -> Lane, owned */
    GHashTable *errands; /* outbox row -> Errand, owned */
    GPtrArray *home;     /* DeliverOutcome, not yet written down */
    GArray *unbegun;     /* int64_t: outbox rows to give back */
    bool is_dry;         /* a lane that works has nothing ready any more */
    int64_t home_us;     /* since when `home` is not empty */
    int64_t looked_us;   /* into the outbox; 0: not yet */
    pthread_t thread;
    Rounds rounds;
};

typedef struct DueSearch {
    GPtrArray *found; /* StoreDelivery, owned */
    int most;
    StoreTicket *ticket;
} DueSearch;

static bool
find_due(StoreTxn *txn, void *self, GError **error)
{
    DueSearch *search = self;

    g_ptr_array_set_size(search->found, 0); /* of a search that was undone */
    return store_due_deliveries(txn, clock_now_ms(), search->most, search->found,
                                error);
}

static void
begin(Couriers *couriers, const Errand *errand)
{
    const StoreDelivery *delivery = errand->delivery;
    const Endpoint *endpoint = errand->lane->endpoint;
    g_autofree char *body = endpoint_body(endpoint, delivery->event_id, delivery->body);

    deliver_begin(couriers->deliverer, &endpoint->given, delivery->outbox,
                  delivery->event_id, body, clock_now_s());
}

static void
begin_ready(Couriers *couriers, Lane *lane, guint most)
{
    while (lane->under_way < most &&
           deliver_under_way(couriers->deliverer) < MOST_UNDER_WAY) {
        const Errand *errand = lane_next(lane);

        if (!errand)
            return;
        begin(couriers, errand);
    }
}

/* Each lane has its share of the hands, however many are busy. */
static void
begin_all_ready(Couriers *couriers)
{
    GHashTableIter each;
    gpointer lane;
    guint busy = 0;

    g_hash_table_iter_init(&each, couriers->lanes);
    while (g_hash_table_iter_next(&each, NULL, &lane))
        busy += lane_is_busy(lane);
    g_hash_table_iter_init(&each, couriers->lanes);
    while (g_hash_table_iter_next(&each, NULL, &lane))
        begin_ready(couriers, lane, MAX(MOST_UNDER_WAY / MAX(busy, 1), 1));
}

/* Takes `delivery`. */
static void
add(Couriers *couriers, StoreDelivery *delivery)
{
    Lane *lane = g_hash_table_lookup(couriers->lanes, delivery->endpoint);

    if (!lane || g_hash_table_contains(couriers->errands, &delivery->outbox)) {
        store_delivery_free(delivery);
        return;
    }
    (void)g_hash_table_insert(couriers->errands, &delivery->outbox,
                              lane_add(lane, delivery));
}

/* Where one failed, the others wait in the outbox: the endpoint may be off by now. */
static void
give_back_ready(Couriers *couriers, Lane *lane)
{
    const Errand *errand;

    while ((errand = g_queue_pop_head(&lane->ready)) != NULL) {
        int64_t row = errand->delivery->outbox;

        g_array_append_val(couriers->unbegun, row);
        (void)g_hash_table_remove(couriers->errands, &row);
    }
}

static void
free_delivery(gpointer delivery)
{
    store_delivery_free(delivery);
}

static bool
give_back(StoreTxn *txn, void *self, GError **error)
{
    const GArray *rows = self;

    (void)error; /* nothing of it is on the disk */
    for (guint i = 0; i < rows->len; i++)
        store_give_back(txn, g_array_index(rows, int64_t, i));
    return true;
}

/* What the store lends here it lends until it hears how the attempt went, so no more is
 * asked for than can be kept. */
static void
submit_search(Couriers *couriers, DueSearch *search)
{
    guint kept = g_hash_table_size(couriers->errands) - couriers->home->len;

    search->most = MAX(MOST_LENT - (int)kept, 0);
    search->found = g_ptr_array_new_with_free_func(free_delivery);
    search->ticket = store_submit_repeatable(couriers->house->store, find_due, search);
}

static void
settle_search(Couriers *couriers, DueSearch *search)
{
    g_autoptr(GPtrArray) found = search->found;
    g_autoptr(GError) error = NULL;

    if (!search->ticket)
        return;
    if (!store_wait(search->ticket, &error)) {
        log_fault(LEVEL_ERROR, "outbox.unreadable", error, NULL);
        return;
    }
    g_ptr_array_set_free_func(found, NULL);
    for (guint i = 0; i < found->len; i++)
        add(couriers, found->pdata[i]);
}

/* Handed in; whoever hands in several has them written in one commit. */
static void
submit(Couriers *couriers, const DeliverOutcome *outcome, Report *report)
{
    Errand *errand = g_hash_table_lookup(couriers->errands, &outcome->tag);
    double delay_s = deliver_delay_s(errand->delivery->attempts + 1, g_random_double());

    *report = (Report){.attempt = {.outbox = outcome->tag,
                                   .fate = report_fate(outcome, delay_s),
                                   .http_status = outcome->http_status,
                                   .because = outcome->because,
                                   .response = outcome->response,
                                   .duration_ms = outcome->duration_ms},
                       .config = couriers->house->config,
                       .endpoint = errand->delivery->endpoint,
                       .event_id = errand->delivery->event_id,
                       .is_gone = outcome->verdict == OUTCOME_GONE};
    /* Never sooner than by the schedule: ten times "in a second", and an event of a
     * busy hour would be given up after ten seconds. */
    delay_s = MAX(delay_s, (double)outcome->retry_after_s);
    report->attempt.due_ms = clock_now_ms() + (int64_t)(MAX(delay_s, 0) * 1000);
    report_log(report, outcome);
    report->ticket =
        store_submit_repeatable(couriers->house->store, report_write_down, report);
}

static void
settle(Couriers *couriers, const Report *report)
{
    g_autoptr(GError) error = NULL;

    /* What could not be written down is sent again with the same id. */
    if (!store_wait(report->ticket, &error))
        log_fault(LEVEL_ERROR, "webhook.unrecorded", error, "id", report->event_id,
                  NULL);
    else if (report->disables)
        roster_say_off(report->endpoint, report->attempt.because);
    (void)g_hash_table_remove(couriers->errands, &report->attempt.outbox);
}

static void
free_outcome(void *outcome)
{
    deliver_outcome_free(outcome);
}

/* Takes `outcome`. */
static void
come_home(Couriers *couriers, DeliverOutcome *outcome)
{
    const Errand *errand = g_hash_table_lookup(couriers->errands, &outcome->tag);
    Lane *lane = errand->lane;
    bool worked = outcome->verdict == OUTCOME_DELIVERED;

    if (couriers->home->len == 0)
        couriers->home_us = clock_monotonic_us();
    g_ptr_array_add(couriers->home, outcome);
    lane_came_home(lane, worked);
    if (!worked)
        give_back_ready(couriers, lane);
    if (g_queue_is_empty(&lane->ready))
        couriers->is_dry = true;
}

/* Mails are settled where they were begun. */
static void
collect(Couriers *couriers, int timeout_ms)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();

    deliver_poll(couriers->deliverer, timeout_ms, all);
    for (guint i = 0; i < all->len; i++)
        come_home(couriers, all->pdata[i]);
    if (!stop_is_set(couriers->house->stop))
        begin_all_ready(couriers);
}

static void
settle_give_back(Couriers *couriers, StoreTicket *ticket)
{
    g_autoptr(GError) error = NULL;

    if (ticket && !store_wait(ticket, &error))
        log_fault(LEVEL_ERROR, "outbox.unreadable", error, NULL);
    g_array_set_size(couriers->unbegun, 0);
}

/* What came home and what goes out next are one commit. */
static void
write_down_all(Couriers *couriers, bool looks)
{
    const GPtrArray *home = couriers->home;
    g_autofree Report *reports = g_new0(Report, home->len);
    StoreTicket *returned = NULL;
    DueSearch search = {0};

    for (guint i = 0; i < home->len; i++)
        submit(couriers, home->pdata[i], &reports[i]);
    if (couriers->unbegun->len)
        returned = store_submit_repeatable(couriers->house->store, give_back,
                                           couriers->unbegun);
    if (looks)
        submit_search(couriers, &search);
    for (guint i = 0; i < home->len; i++)
        settle(couriers, &reports[i]);
    settle_give_back(couriers, returned);
    settle_search(couriers, &search);
    g_ptr_array_set_size(couriers->home, 0);
    couriers->is_dry = false;
}

/* What is late at the end of the house is left unrecorded, and sent again with the same
 * id by the next one. */
static bool
is_over(const Couriers *couriers)
{
    const Stop *stop = couriers->house->stop;

    return stop_is_set(stop) &&
           (stop_is_overdue(stop) ||
            (deliver_under_way(couriers->deliverer) == 0 && couriers->home->len == 0));
}

static int
rest_of_ms(int64_t since_us, int64_t most_ms)
{
    int64_t gone_ms = (clock_monotonic_us() - since_us) / 1000;

    return (int)CLAMP(most_ms - gone_ms, 0, most_ms);
}

/* Until the store must be asked, whether somebody wakes us or not. */
static int
patience_ms(const Couriers *couriers)
{
    bool is_closing = stop_is_set(couriers->house->stop);

    if (couriers->is_dry || (is_closing && couriers->home->len))
        return 0;
    if (is_closing)
        return LONGEST_CLOSING_MS;
    if (couriers->home->len)
        return rest_of_ms(couriers->home_us, GATHER_MS);
    return couriers->looked_us ? rest_of_ms(couriers->looked_us, LONGEST_WAIT_MS) : 0;
}

static void
look(Couriers *couriers, int64_t asked)
{
    write_down_all(couriers, true);
    begin_all_ready(couriers);
    couriers->looked_us = clock_monotonic_us();
    if (deliver_under_way(couriers->deliverer) == 0)
        rounds_end(&couriers->rounds, asked);
}

/* A round ends when nothing is due and nothing is under way. */
static void *
go_round(void *self)
{
    Couriers *couriers = self;

    while (!is_over(couriers)) {
        bool is_woken;
        int64_t asked;

        collect(couriers, patience_ms(couriers));
        is_woken = rounds_begin(&couriers->rounds, &asked);
        if (stop_is_set(couriers->house->stop))
            write_down_all(couriers, false);
        else if (is_woken || patience_ms(couriers) == 0)
            look(couriers, asked);
    }
    rounds_end(&couriers->rounds, G_MAXINT64);
    return NULL;
}

static bool
read_endpoints(Couriers *couriers, GError **error)
{
    const GPtrArray *webhooks = couriers->house->config->webhooks;

    for (guint i = 0; webhooks && i < webhooks->len; i++) {
        const WebhookConfig *webhook = webhooks->pdata[i];
        Endpoint *endpoint = endpoint_new(webhook, error);

        if (!endpoint)
            return false;
        (void)g_hash_table_insert(couriers->lanes, webhook->name, lane_new(endpoint));
    }
    return true;
}

static void
clear(Couriers *couriers)
{
    deliverer_free(couriers->deliverer);
    forwards_free(couriers->forwards);
    g_hash_table_destroy(couriers->errands);
    g_hash_table_destroy(couriers->lanes);
    g_ptr_array_unref(couriers->home);
    g_array_unref(couriers->unbegun);
    rounds_clear(&couriers->rounds);
    g_free(couriers);
}

Couriers *
couriers_new(const IngestHouse *house, GError **error)
{
    Couriers *couriers = g_new0(Couriers, 1);
    g_autoptr(GError) fault = NULL;
    int failed;

    couriers->house = house;
    couriers->deliverer = deliverer_new();
    couriers->lanes =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)lane_free);
    couriers->home = g_ptr_array_new_with_free_func(free_outcome);
    couriers->unbegun = g_array_new(FALSE, FALSE, sizeof(int64_t));
    couriers->errands = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                              (GDestroyNotify)errand_free);
    rounds_init(&couriers->rounds);
    couriers->forwards = forwards_new(house, &fault);
    if (fault || !read_endpoints(couriers, &fault) ||
        !roster_open(house->store, house->config->webhooks, &fault)) {
        g_propagate_error(error, g_steal_pointer(&fault));
        clear(couriers);
        return NULL;
    }
    failed = pthread_create(&couriers->thread, NULL, go_round, couriers);
    g_assert(!failed);
    forwards_start(couriers->forwards);
    return couriers;
}

void
couriers_free(Couriers *couriers)
{
    if (!couriers)
        return;
    couriers_wake(couriers);
    (void)pthread_join(couriers->thread, NULL);
    clear(couriers);
}

void
couriers_wake(Couriers *couriers)
{
    rounds_wake(&couriers->rounds);
    deliver_wake(couriers->deliverer);
    forwards_wake(couriers->forwards);
}

static bool
count_waiting(StoreTxn *txn, void *self, GError **error)
{
    int64_t next_ms;

    return store_outbox_state(txn, self, &next_ms, error);
}

bool
couriers_disabled(Couriers *couriers, int64_t *count, GError **error)
{
    return roster_count_disabled(couriers->house->store, count, error);
}

bool
couriers_drain(Couriers *couriers, int64_t *waiting, GError **error)
{
    int64_t mails = 0;
    int64_t round;

    round = rounds_ask(&couriers->rounds);
    couriers_wake(couriers);
    rounds_await(&couriers->rounds, round);
    if (!store_do(couriers->house->store, count_waiting, waiting, error) ||
        !forwards_drain(couriers->forwards, &mails, error))
        return false;
    *waiting += mails;
    return true;
}
