#include "daemon/couriers.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/endpoint.h"
#include "daemon/forwards.h"
#include "daemon/report.h"
#include "event/event.h"

enum {
    MOST_UNDER_WAY = 256,
    LONGEST_WAIT_MS = 1000,
    LONGEST_CLOSING_MS = 100,
};

/* One delivery between the outbox and its outcome. */
typedef struct Errand {
    StoreDelivery *delivery;
    Endpoint *endpoint;
} Errand;

struct Couriers {
    const IngestHouse *house;
    Deliverer *deliverer;
    Forwards *forwards;    /* NULL: no relay */
    GHashTable *endpoints; /* name -> Endpoint, owned */
    GHashTable *errands;   /* outbox row -> Errand, owned */
    int64_t looked_us;     /* into the outbox; 0: not yet */
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t rested;
    bool is_woken;
    int64_t asked_rounds, done_rounds; /* a drain waits for a round begun after it */
};

static void
errand_free(Errand *errand)
{
    store_delivery_free(errand->delivery);
    g_free(errand);
}

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

/* Takes `delivery`. */
static void
begin(Couriers *couriers, StoreDelivery *delivery)
{
    Endpoint *endpoint = g_hash_table_lookup(couriers->endpoints, delivery->endpoint);
    g_autofree char *body = NULL;
    Errand *errand;

    if (!endpoint || g_hash_table_contains(couriers->errands, &delivery->outbox)) {
        store_delivery_free(delivery);
        return;
    }
    errand = g_new0(Errand, 1);
    errand->delivery = delivery;
    errand->endpoint = endpoint;
    (void)g_hash_table_insert(couriers->errands, &delivery->outbox, errand);
    body = endpoint_body(endpoint, delivery->event_id, delivery->body);
    deliver_begin(couriers->deliverer, &endpoint->given, delivery->outbox,
                  delivery->event_id, body, clock_now_s());
}

static void
free_delivery(gpointer delivery)
{
    store_delivery_free(delivery);
}

/* What the store lends here it lends until it hears how the attempt went, so no more is
 * asked for than can be begun. */
static void
submit_search(Couriers *couriers, guint coming_home, DueSearch *search)
{
    guint under_way = g_hash_table_size(couriers->errands) - coming_home;

    search->most = MOST_UNDER_WAY - (int)under_way;
    if (search->most <= 0)
        return;
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
        begin(couriers, found->pdata[i]);
}

/* After 410 it waits like all that comes behind it until somebody lets the webhook back
 * in: it was the webhook that was gone. */
static DeliveryFate
fate_of(const DeliverOutcome *outcome, double delay_s)
{
    if (outcome->verdict == OUTCOME_DELIVERED)
        return DELIVERED;
    return delay_s < 0 ? DELIVERY_DEAD : DELIVERY_LATER;
}

static void
log_outcome(const Errand *errand, const DeliverOutcome *outcome)
{
    g_autofree char *status =
        g_strdup_printf("%" G_GINT64_FORMAT, outcome->http_status);

    log_write(outcome->verdict == OUTCOME_DELIVERED ? LEVEL_INFO : LEVEL_WARNING,
              outcome->verdict == OUTCOME_DELIVERED ? "webhook.delivered"
                                                    : "webhook.failed",
              "webhook", errand->delivery->endpoint, "id", errand->delivery->event_id,
              "status", status, "because", outcome->because, NULL);
}

static void
say_off(const char *endpoint, const char *because)
{
    log_write(LEVEL_ERROR, "webhook.disabled", "webhook", endpoint, "because", because,
              NULL);
}

/* Handed in; whoever hands in several has them written in one commit. */
static void
submit(Couriers *couriers, const DeliverOutcome *outcome, Report *report)
{
    Errand *errand = g_hash_table_lookup(couriers->errands, &outcome->tag);
    double delay_s = deliver_delay_s(errand->delivery->attempts + 1, g_random_double());

    *report = (Report){.attempt = {.outbox = outcome->tag,
                                   .fate = fate_of(outcome, delay_s),
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
    log_outcome(errand, outcome);
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
        say_off(report->endpoint, report->attempt.because);
    (void)g_hash_table_remove(couriers->errands, &report->attempt.outbox);
}

static void
free_outcome(void *outcome)
{
    deliver_outcome_free(outcome);
}

/* Webhooks alone: mails are settled where they were begun. */
static GPtrArray *
collect(Couriers *couriers, int timeout_ms)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GPtrArray *outcomes = g_ptr_array_new_with_free_func(free_outcome);

    deliver_poll(couriers->deliverer, timeout_ms, all);
    for (guint i = 0; i < all->len; i++)
        if (!forwards_settle(couriers->forwards, all->pdata[i]))
            g_ptr_array_add(outcomes, all->pdata[i]);
    return outcomes;
}

/* What came home and what goes out next are one commit. */
static void
write_down_all(Couriers *couriers, const GPtrArray *outcomes, bool looks)
{
    g_autofree Report *reports = g_new0(Report, outcomes->len);
    DueSearch search = {0};

    for (guint i = 0; i < outcomes->len; i++)
        submit(couriers, outcomes->pdata[i], &reports[i]);
    if (looks)
        submit_search(couriers, outcomes->len, &search);
    for (guint i = 0; i < outcomes->len; i++)
        settle(couriers, &reports[i]);
    settle_search(couriers, &search);
}

/* What is late at the end of the house is left unrecorded, and sent again with the same
 * id by the next one. */
static bool
is_over(const Couriers *couriers)
{
    const Stop *stop = couriers->house->stop;

    return stop_is_set(stop) &&
           (stop_is_overdue(stop) || deliver_under_way(couriers->deliverer) == 0);
}

static void
end_rounds(Couriers *couriers, int64_t done)
{
    (void)pthread_mutex_lock(&couriers->lock);
    couriers->done_rounds = done;
    (void)pthread_cond_broadcast(&couriers->rested);
    (void)pthread_mutex_unlock(&couriers->lock);
}

/* Until the outbox must be looked into, whether somebody wakes us or not. */
static int
patience_ms(const Couriers *couriers)
{
    int64_t rested_ms = (clock_monotonic_us() - couriers->looked_us) / 1000;

    if (stop_is_set(couriers->house->stop))
        return LONGEST_CLOSING_MS;
    return couriers->looked_us
               ? (int)CLAMP(LONGEST_WAIT_MS - rested_ms, 0, LONGEST_WAIT_MS)
               : 0;
}

static bool
take_wake(Couriers *couriers, int64_t *asked)
{
    bool is_woken;

    (void)pthread_mutex_lock(&couriers->lock);
    is_woken = couriers->is_woken;
    couriers->is_woken = false;
    *asked = couriers->asked_rounds;
    (void)pthread_mutex_unlock(&couriers->lock);
    return is_woken;
}

/* A round ends when nothing is due and nothing is under way. */
static void *
go_round(void *self)
{
    Couriers *couriers = self;

    while (!is_over(couriers)) {
        size_t before = deliver_under_way(couriers->deliverer);
        g_autoptr(GPtrArray) outcomes = collect(couriers, patience_ms(couriers));
        bool came_home = deliver_under_way(couriers->deliverer) < before;
        int64_t asked;
        bool more;
        bool looks =
            take_wake(couriers, &asked) || came_home || patience_ms(couriers) == 0;

        looks = looks && !stop_is_set(couriers->house->stop);
        write_down_all(couriers, outcomes, looks);
        if (!looks)
            continue;
        /* Where a mail was found, more may wait behind it. */
        more = forwards_begin_due(couriers->forwards);
        couriers->looked_us = more ? 0 : clock_monotonic_us();
        if (!more && deliver_under_way(couriers->deliverer) == 0)
            end_rounds(couriers, asked);
    }
    end_rounds(couriers, G_MAXINT64); /* whoever drains has not to wait for more */
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
        (void)g_hash_table_insert(couriers->endpoints, webhook->name, endpoint);
    }
    return true;
}

static bool
set_endpoints(StoreTxn *txn, void *self, GError **error)
{
    const GPtrArray *webhooks = self;
    size_t count = webhooks ? webhooks->len : 0;
    g_autofree StoreEndpoint *endpoints = g_new0(StoreEndpoint, count);

    for (size_t i = 0; i < count; i++) {
        const WebhookConfig *webhook = webhooks->pdata[i];

        endpoints[i] = (StoreEndpoint){webhook->name, webhook->url};
    }
    return store_set_endpoints(txn, endpoints, count, error);
}

static GPtrArray *
disabled_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)store_disabled_free);
}

static bool
find_disabled(StoreTxn *txn, void *self, GError **error)
{
    return store_disabled_endpoints(txn, self, error);
}

/* What was disabled before this house opened is said each time one opens. */
static bool
say_who_is_off(const Couriers *couriers, GError **error)
{
    g_autoptr(GPtrArray) found = disabled_list();

    if (!store_do(couriers->house->store, find_disabled, found, error))
        return false;
    for (guint i = 0; i < found->len; i++) {
        const StoreDisabled *disabled = found->pdata[i];

        say_off(disabled->endpoint, disabled->because);
    }
    return true;
}

static void
clear(Couriers *couriers)
{
    deliverer_free(couriers->deliverer);
    forwards_free(couriers->forwards);
    g_hash_table_destroy(couriers->errands);
    g_hash_table_destroy(couriers->endpoints);
    (void)pthread_cond_destroy(&couriers->rested);
    (void)pthread_mutex_destroy(&couriers->lock);
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
    couriers->endpoints = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                (GDestroyNotify)endpoint_free);
    couriers->errands = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                              (GDestroyNotify)errand_free);
    (void)pthread_mutex_init(&couriers->lock, NULL);
    (void)pthread_cond_init(&couriers->rested, NULL);
    couriers->forwards = forwards_new(house, couriers->deliverer, &fault);
    if (fault || !read_endpoints(couriers, &fault) ||
        !store_do(house->store, set_endpoints, house->config->webhooks, &fault) ||
        !say_who_is_off(couriers, &fault)) {
        g_propagate_error(error, g_steal_pointer(&fault));
        clear(couriers);
        return NULL;
    }
    failed = pthread_create(&couriers->thread, NULL, go_round, couriers);
    g_assert(!failed);
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
    (void)pthread_mutex_lock(&couriers->lock);
    couriers->is_woken = true;
    (void)pthread_mutex_unlock(&couriers->lock);
    deliver_wake(couriers->deliverer);
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
    g_autoptr(GPtrArray) found = disabled_list();
    bool done = store_do(couriers->house->store, find_disabled, found, error);

    *count = found->len;
    return done;
}

bool
couriers_drain(Couriers *couriers, int64_t *waiting, GError **error)
{
    int64_t mails = 0;
    int64_t round;

    (void)pthread_mutex_lock(&couriers->lock);
    round = ++couriers->asked_rounds;
    (void)pthread_mutex_unlock(&couriers->lock);
    couriers_wake(couriers);
    (void)pthread_mutex_lock(&couriers->lock);
    while (couriers->done_rounds < round)
        (void)pthread_cond_wait(&couriers->rested, &couriers->lock);
    (void)pthread_mutex_unlock(&couriers->lock);
    if (!store_do(couriers->house->store, count_waiting, waiting, error) ||
        !forwards_waiting(couriers->forwards, &mails, error))
        return false;
    *waiting += mails;
    return true;
}
