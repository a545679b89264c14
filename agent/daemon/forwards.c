#include "daemon/forwards.h"

#include <pthread.h>

#include "base/log.h"
#include "daemon/letters.h"
#include "daemon/rounds.h"

enum {
    MOST_MAILS = 4, /* under way */
    LONGEST_WAIT_MS = 1000,
    LONGEST_CLOSING_MS = 100,
};

struct Forwards {
    const IngestHouse *house;
    Deliverer *deliverer;
    DeliverRelay relay;
    Secret *password;
    GHashTable *under_way; /* id -> StoreForward, owned */
    pthread_t thread;
    bool is_started;
    Rounds rounds;
};

Forwards *
forwards_new(const IngestHouse *house, GError **error)
{
    const RelayConfig *config = &house->config->relay;
    g_autoptr(Secret) password = NULL;
    Forwards *forwards;

    if (!config->server)
        return NULL;
    if (config->password.kind != SECRET_NONE) {
        password = config_read_secret(&config->password, error);
        if (!password) {
            g_prefix_error(error, "relay: ");
            return NULL;
        }
    }
    forwards = g_new0(Forwards, 1);
    forwards->house = house;
    forwards->deliverer = deliverer_new();
    rounds_init(&forwards->rounds);
    forwards->password = g_steal_pointer(&password);
    forwards->relay = (DeliverRelay){.url = config->server,
                                     .is_tls_required = config->tls_required,
                                     .ca_file = config->tls_ca,
                                     .user = config->user,
                                     .stop = house->stop,
                                     .password = forwards->password};
    forwards->under_way = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                                (GDestroyNotify)store_forward_free);
    return forwards;
}

void
forwards_free(Forwards *forwards)
{
    if (!forwards)
        return;
    forwards_wake(forwards);
    if (forwards->is_started)
        (void)pthread_join(forwards->thread, NULL);
    deliverer_free(forwards->deliverer);
    rounds_clear(&forwards->rounds);
    g_hash_table_destroy(forwards->under_way);
    secret_free(forwards->password);
    g_free(forwards);
}

typedef struct ForwardSearch {
    const Forwards *forwards;
    GPtrArray *found;
} ForwardSearch;

static bool
find_due_forwards(StoreTxn *txn, void *self, GError **error)
{
    ForwardSearch *search = self;

    return store_due_forwards(txn, search->forwards->under_way, MOST_MAILS,
                              search->found, error);
}

typedef struct ForwardReport {
    const StoreForward *forward;
    const char *because; /* NULL: it went out */
    bool is_final;
} ForwardReport;

static bool
finish_forward(StoreTxn *txn, void *self, GError **error)
{
    const ForwardReport *report = self;

    return store_finish_forward(txn, report->forward, report->because, report->is_final,
                                error);
}

static void
write_down_forward(const Forwards *forwards, ForwardReport *report)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, report->forward->id);
    bool answers = report->forward->is_acknowledgement;
    const char *because = report->because;
    g_autoptr(GError) error = NULL;

    if (because)
        log_write(LEVEL_WARNING,
                  answers ? "mail.not_acknowledged" : "mail.not_forwarded", "forward",
                  id, "because", because, NULL);
    else
        log_write(LEVEL_INFO, answers ? "mail.acknowledged" : "mail.forwarded",
                  "forward", id, NULL);
    if (!store_do(forwards->house->store, finish_forward, report, &error))
        log_fault(LEVEL_ERROR, "forward.unrecorded", error, "forward", id, NULL);
}

/* Owned; NULL: `*because` says why there is no such mail. */
static char *
write_head(const Forwards *forwards, StoreForward *forward, const char **because)
{
    if (forward->is_acknowledgement)
        return letter_acknowledging(forward, &forwards->house->config->acknowledge,
                                    because);
    *because = forward->bytes ? NULL : forward->fault->message;
    if (*because)
        return NULL;
    return forward->is_attached ? letter_attaching(forward) : letter_resent(forward);
}

/* Takes `forward`. */
static void
begin_forward(Forwards *forwards, StoreForward *forward)
{
    const char *because = NULL;
    g_autofree char *head = write_head(forwards, forward, &because);
    /* Nothing comes back to an acknowledgement that nobody gets (RFC 3834 section 3.3).
     */
    g_autofree char *from =
        g_strdup_printf("<%s>", forward->is_acknowledgement ? "" : forward->from);
    g_autofree char *to = g_strdup_printf("<%s>", forward->to);
    const DeliverMail mail = {from, to, head, forward->bytes};

    if (!head) {
        ForwardReport lost = {forward, because, true};

        write_down_forward(forwards, &lost);
        store_forward_free(forward);
        return;
    }
    (void)g_hash_table_insert(forwards->under_way, &forward->id, forward);
    deliver_begin_mail(forwards->deliverer, &forwards->relay, forward->id, &mail);
}

/* False: nothing new was begun. */
static bool
begin_due(Forwards *forwards)
{
    ForwardSearch search = {.forwards = forwards};
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autoptr(GError) error = NULL;

    if (g_hash_table_size(forwards->under_way) >= MOST_MAILS)
        return false;
    search.found = found;
    if (!store_do(forwards->house->store, find_due_forwards, &search, &error))
        log_fault(LEVEL_ERROR, "forwards.unreadable", error, NULL);
    for (guint i = 0; i < found->len; i++)
        begin_forward(forwards, found->pdata[i]);
    return found->len > 0;
}

/* What is late at the end of the house is left unrecorded, and sent again. */
static bool
is_given_up(const Forwards *forwards, const DeliverOutcome *outcome)
{
    return outcome->verdict != OUTCOME_DELIVERED &&
           stop_is_overdue(forwards->house->stop);
}

static void
settle(Forwards *forwards, const DeliverOutcome *outcome)
{
    ForwardReport report = {.forward =
                                g_hash_table_lookup(forwards->under_way, &outcome->tag),
                            .is_final = outcome->verdict == OUTCOME_GONE};

    if (outcome->verdict != OUTCOME_DELIVERED)
        report.because = outcome->because;
    if (!is_given_up(forwards, outcome))
        write_down_forward(forwards, &report);
    (void)g_hash_table_remove(forwards->under_way, &outcome->tag);
}

static void
free_outcome(void *outcome)
{
    deliver_outcome_free(outcome);
}

static bool
is_over(const Forwards *forwards)
{
    const Stop *stop = forwards->house->stop;

    return stop_is_set(stop) &&
           (stop_is_overdue(stop) || deliver_under_way(forwards->deliverer) == 0);
}

static void *
go_round(void *self)
{
    Forwards *forwards = self;

    while (!is_over(forwards)) {
        g_autoptr(GPtrArray) outcomes = g_ptr_array_new_with_free_func(free_outcome);
        bool is_closing = stop_is_set(forwards->house->stop);
        int wait_ms = is_closing ? LONGEST_CLOSING_MS : LONGEST_WAIT_MS;
        int64_t asked;
        bool found;

        (void)rounds_begin(&forwards->rounds, &asked);
        found = !is_closing && begin_due(forwards);
        if (!found && deliver_under_way(forwards->deliverer) == 0)
            rounds_end(&forwards->rounds, asked);
        deliver_poll(forwards->deliverer, found ? 0 : wait_ms, outcomes);
        for (guint i = 0; i < outcomes->len; i++)
            settle(forwards, outcomes->pdata[i]);
    }
    rounds_end(&forwards->rounds, G_MAXINT64);
    return NULL;
}

void
forwards_start(Forwards *forwards)
{
    int failed;

    if (!forwards)
        return;
    failed = pthread_create(&forwards->thread, NULL, go_round, forwards);
    g_assert(!failed);
    forwards->is_started = true;
}

void
forwards_wake(Forwards *forwards)
{
    if (forwards)
        deliver_wake(forwards->deliverer);
}

static bool
count_waiting(StoreTxn *txn, void *self, GError **error)
{
    return store_waiting_forwards(txn, self, error);
}

bool
forwards_drain(Forwards *forwards, int64_t *waiting, GError **error)
{
    *waiting = 0;
    if (!forwards)
        return true;
    int64_t round = rounds_ask(&forwards->rounds);

    forwards_wake(forwards);
    rounds_await(&forwards->rounds, round);
    return store_do(forwards->house->store, count_waiting, waiting, error);
}
