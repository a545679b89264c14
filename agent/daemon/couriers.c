#include "daemon/couriers.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "daemon/endpoint.h"
#include "daemon/forwards.h"
#include "event/event.h"

enum {
    MOST_UNDER_WAY = 256,
    LONGEST_WAIT_MS = 1000,
    LONGEST_CLOSING_MS = 100,
    LONGEST_FAILING_S = 120 * 60 * 60, /* then nobody is listening there */
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
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t rested;
    int64_t asked_rounds, done_rounds; /* a drain waits for a round begun after it */
};

static void
errand_free(Errand *errand)
{
    store_delivery_free(errand->delivery);
    g_free(errand);
}

typedef struct DueSearch {
    GPtrArray *found;
    int most;
    int64_t waiting;
} DueSearch;

static bool
find_due(StoreTxn *txn, void *self, GError **error)
{
    DueSearch *search = self;
    int64_t next_ms;

    return store_due_deliveries(txn, clock_now_ms(), search->most, search->found,
                                error) &&
           store_outbox_state(txn, &search->waiting, &next_ms, error);
}

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

/* False: nothing was due. What the store lends here it lends until it hears how the
 * attempt went, so no more is asked for than can be begun. */
static bool
begin_due(Couriers *couriers)
{
    int free_hands = MOST_UNDER_WAY - (int)deliver_under_way(couriers->deliverer);
    DueSearch search = {.found = g_ptr_array_new(), .most = free_hands};
    guint before = g_hash_table_size(couriers->errands);
    g_autoptr(GError) error = NULL;

    if (free_hands > 0 && !store_do(couriers->house->store, find_due, &search, &error))
        log_fault(LEVEL_ERROR, "outbox.unreadable", error, NULL);
    for (guint i = 0; i < search.found->len; i++)
        begin(couriers, search.found->pdata[i]);
    g_ptr_array_unref(search.found);
    return g_hash_table_size(couriers->errands) > before;
}

typedef struct Report {
    StoreAttempt attempt;
    const Config *config;
    const char *endpoint, *event_id;
    bool is_gone;  /* 410 */
    bool disables; /* out: this attempt was the last straw */
    StoreTicket *ticket;
} Report;

/* Tells the other webhooks; the one that is off would never hear it. */
static bool
announce_disabled(StoreTxn *txn, const Report *report, const char *because,
                  GError **error)
{
    const char *type = event_type_name(EVENT_WEBHOOK_DISABLED);
    int64_t now_ms = clock_now_ms();
    g_autoptr(GPtrArray) others = ingest_endpoints(report->config, type);
    g_autofree char *body = event_webhook_body(EVENT_WEBHOOK_DISABLED, now_ms / 1000,
                                               report->endpoint, because);
    g_autofree char *name =
        g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, report->endpoint, type, now_ms);
    g_autofree char *id = digest_uuid5(name);

    for (guint i = others->len; i > 0; i--)
        if (g_str_equal(others->pdata[i - 1], report->endpoint))
            g_ptr_array_remove_index(others, i - 1);
    return store_put_event(txn, id, type, 0, 0, body, others, error);
}

static bool
disable(StoreTxn *txn, Report *report, const char *because, GError **error)
{
    /* Others may have been under way, too; it is said once. */
    return store_disable_endpoint(txn, report->endpoint, because, &report->disables,
                                  error) &&
           (!report->disables || announce_disabled(txn, report, because, error));
}

static bool
write_down(StoreTxn *txn, void *self, GError **error)
{
    Report *report = self;
    g_autofree char *because = NULL;
    int64_t failing_s = 0;

    if (!store_put_attempt(txn, &report->attempt, error))
        return false;
    if (report->attempt.fate == DELIVERED)
        return true;
    if (report->is_gone)
        return disable(txn, report, report->attempt.because, error);
    if (!store_endpoint_failing(txn, report->endpoint, &failing_s, error))
        return false;
    if (failing_s < LONGEST_FAILING_S)
        return true;
    because = g_strdup_printf("nothing but failures for %d hours; the last one: %s",
                              (int)(failing_s / 3600), report->attempt.because);
    return disable(txn, report, because, error);
}

static DeliveryFate
fate_of(const DeliverOutcome *outcome, double delay_s)
{
    if (outcome->verdict == OUTCOME_DELIVERED)
        return DELIVERED;
    return outcome->verdict == OUTCOME_GONE || delay_s < 0 ? DELIVERY_DEAD
                                                           : DELIVERY_LATER;
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
        store_submit_repeatable(couriers->house->store, write_down, report);
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

static void
collect(Couriers *couriers, int timeout_ms)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_autoptr(GPtrArray) outcomes = g_ptr_array_new_with_free_func(free_outcome);
    g_autofree Report *reports = NULL;

    deliver_poll(couriers->deliverer, timeout_ms, all);
    for (guint i = 0; i < all->len; i++)
        if (!forwards_settle(couriers->forwards, all->pdata[i]))
            g_ptr_array_add(outcomes, all->pdata[i]);
    reports = g_new0(Report, outcomes->len);
    for (guint i = 0; i < outcomes->len; i++)
        submit(couriers, outcomes->pdata[i], &reports[i]);
    for (guint i = 0; i < outcomes->len; i++)
        settle(couriers, &reports[i]);
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

/* A round ends when nothing is due and nothing is under way. */
static void *
go_round(void *self)
{
    Couriers *couriers = self;

    while (!is_over(couriers)) {
        bool is_closing = stop_is_set(couriers->house->stop);
        int wait_ms = is_closing ? LONGEST_CLOSING_MS : LONGEST_WAIT_MS;
        int64_t asked;
        bool found;

        (void)pthread_mutex_lock(&couriers->lock);
        asked = couriers->asked_rounds;
        (void)pthread_mutex_unlock(&couriers->lock);
        found = !is_closing && begin_due(couriers);
        found = (!is_closing && forwards_begin_due(couriers->forwards)) || found;
        if (!found && deliver_under_way(couriers->deliverer) == 0)
            end_rounds(couriers, asked);
        collect(couriers, found ? 0 : wait_ms);
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
    deliver_wake(couriers->deliverer);
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
    DueSearch search = {.found = g_ptr_array_new(), .most = 0};
    bool done;
    int64_t round;

    (void)pthread_mutex_lock(&couriers->lock);
    round = ++couriers->asked_rounds;
    (void)pthread_mutex_unlock(&couriers->lock);
    couriers_wake(couriers);
    (void)pthread_mutex_lock(&couriers->lock);
    while (couriers->done_rounds < round)
        (void)pthread_cond_wait(&couriers->rested, &couriers->lock);
    (void)pthread_mutex_unlock(&couriers->lock);
    done = store_do(couriers->house->store, find_due, &search, error);
    g_ptr_array_set_free_func(search.found, (GDestroyNotify)store_delivery_free);
    g_ptr_array_unref(search.found);
    done = done && forwards_waiting(couriers->forwards, waiting, error);
    *waiting += search.waiting;
    return done;
}
