#include "daemon/outcome.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum {
    MOST_REFUSALS = 3, /* log-ins refused in a row before we stop asking */
    FAILING_AFTER = 3, /* failures in a row before webhooks hear of it */
    SECOND_US = 1000000,
    GOOD_SERVICE_US = 60 * SECOND_US, /* a session that lasts so long forgives all */
};

/* ---- for the record ---- */

typedef struct HealthRow {
    const Post *post;
    const char *because; /* NULL: all is well */
    bool is_fault;
    StoreMailboxHealth before; /* out: before this visit */
} HealthRow;

static bool
write_health(StoreTxn *txn, void *self, GError **error)
{
    HealthRow *row = self;
    const char *name = row->post->mailbox->name;

    if (!store_mailbox_health(txn, name, &row->before, error))
        return false;
    if (!row->is_fault)
        return store_mailbox_worked(txn, name, row->because, error);
    return store_mailbox_failed(txn, name, row->because, row->post->state.is_stopped,
                                error);
}

/* False: it could not be written, and is told another time. */
static bool
record(const Outcome *outcome, HealthRow *row)
{
    g_autoptr(GError) error = NULL;

    if (store_do(outcome->house->store, write_health, row, &error))
        return true;
    log_fault(LEVEL_ERROR, "mailbox.health_unrecorded", error, "mailbox",
              row->post->mailbox->name, NULL);
    return false;
}

/* Whether webhooks have heard of it, in this house or one before: a restart, or a pass
 * a minute, tells nobody anew. */
static bool
is_told(const StoreMailboxHealth *health)
{
    return health->is_stopped || health->failures >= FAILING_AFTER;
}

static void
announce(const Outcome *outcome, const Post *post, EventType type, const char *because)
{
    g_autoptr(GError) error = NULL;

    if (!ingest_house_event(outcome->house, post->mailbox, type, because, &error))
        log_fault(LEVEL_ERROR, "mailbox.event_unrecorded", error, "mailbox",
                  post->mailbox->name, NULL);
    couriers_wake(outcome->couriers);
}

/* ---- when to come again ---- */

/* A silent server is looked at once a poll where it is known to forget IDLE, else when
 * IDLE must be renewed at the latest. */
static int64_t
usual_delay_us(const Post *post)
{
    int64_t poll_us = post->mailbox->poll_s * SECOND_US;

    return post->state.is_listening ? MIN(poll_us, post->renew_us) : poll_us;
}

/* However small the dice of the back-off: no burst of connections. */
static int64_t
calm_delay_us(const Post *post, int64_t delay_us)
{
    int64_t now_us = clock_monotonic_us();
    int64_t earliest_us = post->tried_us[0] ? post->tried_us[0] + BURST_US : 0;

    delay_us = MAX(delay_us, earliest_us - now_us);
    return MAX(delay_us, post->state.quiet_until_us - now_us);
}

int64_t
outcome_worked(const Outcome *outcome, Post *post, const char *skipped)
{
    int64_t delay_us = usual_delay_us(post);
    HealthRow row = {post, skipped, false, {0}};

    post->state.is_failing = false;
    post->refusals = 0;
    post->state.last_success_s = clock_now_s();
    if (clock_monotonic_us() - post->connected_us >= GOOD_SERVICE_US)
        post->failures = 0;
    else if (post->failures > 0)
        delay_us = MIN(delay_us, GOOD_SERVICE_US);
    if (record(outcome, &row) && is_told(&row.before))
        announce(outcome, post, EVENT_MAILBOX_RECOVERED, "the mailbox works again");
    return MAX(delay_us, post->state.quiet_until_us - clock_monotonic_us());
}

/* A refused log-in is tried again a few times: servers say no when they mean later. In
 * one pass there is no later. */
static bool
must_stop(const Outcome *outcome, const Post *post, const GError *fault)
{
    if (!g_error_matches(fault, FAULT, FAULT_CONFIG))
        return false;
    return outcome->once || post->refusals >= MOST_REFUSALS;
}

int64_t
outcome_failed(const Outcome *outcome, Post *post, const GError *fault, bool is_refusal)
{
    bool is_operators = g_error_matches(fault, FAULT, FAULT_CONFIG);
    HealthRow row = {post, fault->message, true, {0}};
    StoreMailboxHealth now;

    post->failures++;
    post->refusals = is_refusal ? post->refusals + 1 : 0;
    post->state.is_stopped = must_stop(outcome, post, fault);
    log_fault(is_operators ? LEVEL_ERROR : LEVEL_WARNING, "mailbox.failed", fault,
              "mailbox", post->mailbox->name, "stopped",
              post->state.is_stopped ? "yes" : "no", NULL);
    if (!record(outcome, &row))
        return calm_delay_us(post, schedule_backoff_us(post->failures));
    now = (StoreMailboxHealth){post->state.is_stopped, row.before.failures + 1};
    post->state.is_failing = is_told(&now);
    if (is_told(&now) && !is_told(&row.before))
        announce(outcome, post, EVENT_MAILBOX_FAILING, fault->message);
    return calm_delay_us(post, schedule_backoff_us(post->failures));
}
