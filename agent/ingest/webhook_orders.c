/* What people want of webhooks: events once more, a disabled one back. */
#include "ingest/orders.h"

#include "base/clock.h"
#include "base/fault.h"

/* The first words of `webhooks replay`; each may be empty. */
enum {
    REPLAY_SINCE,
    REPLAY_UNTIL,   /* empty: to the last one; without it */
    REPLAY_WEBHOOK, /* this one only */
    REPLAY_DRY,     /* not empty: counted, not sent */
    REPLAY_IDS
};

static bool
read_time(const char *text, int64_t *out, GError **error)
{
    if (clock_parse(text, out))
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is no ISO 8601 date or time", text);
    return false;
}

static bool
find_events(StoreTxn *txn, const Order *order, GPtrArray *found, GError **error)
{
    const char *since = order->words[REPLAY_SINCE];
    const char *until = order->words[REPLAY_UNTIL];
    int64_t since_s;
    int64_t until_s = TIME_NONE;

    for (const char *const *id = order->words + REPLAY_IDS; *id; id++)
        if (!store_find_event(txn, *id, found, error))
            return false;
    if (!*since)
        return true;
    return read_time(since, &since_s, error) &&
           (!*until || read_time(until, &until_s, error)) &&
           store_events_between(txn, since_s, until_s, found, error);
}

static bool
knows_webhook(const Config *config, const char *name, GError **error)
{
    for (guint i = 0; i < list_length(config->webhooks); i++)
        if (g_str_equal(((const WebhookConfig *)config->webhooks->pdata[i])->name,
                        name))
            return true;
    g_set_error(error, FAULT, FAULT_MESSAGE, "there is no webhook '%s'", name);
    return false;
}

/* To every webhook that wants it today: also one that was not there in its time. */
static bool
replay_event(StoreTxn *txn, const Order *order, const StoreEvent *event, int64_t *count,
             GError **error)
{
    const char *only = order->words[REPLAY_WEBHOOK];
    g_autoptr(GPtrArray) endpoints =
        ingest_endpoints(order->house->config, event->type);

    for (guint i = 0; i < endpoints->len; i++) {
        const char *endpoint = endpoints->pdata[i];

        if (*only && !g_str_equal(only, endpoint))
            continue;
        ++*count;
        if (!*order->words[REPLAY_DRY] && !store_replay(txn, event, endpoint, error))
            return false;
    }
    return true;
}

/* SINCE UNTIL WEBHOOK DRY [ID]...: all or none. Answers events and deliveries. */
bool
obey_webhooks_replay(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;
    const char *only = order->words[REPLAY_WEBHOOK];
    g_autoptr(GPtrArray) found =
        g_ptr_array_new_with_free_func((GDestroyNotify)store_event_free);
    int64_t count = 0;

    if ((*only && !knows_webhook(order->house->config, only, error)) ||
        !find_events(txn, order, found, error))
        return false;
    for (guint i = 0; i < found->len; i++)
        if (!replay_event(txn, order, found->pdata[i], &count, error))
            return false;
    g_string_printf(order->answer, "%u %" G_GINT64_FORMAT, found->len, count);
    return true;
}

/* NAME */
bool
obey_webhooks_enable(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;

    return store_enable_endpoint(txn, order->words[0], error);
}
