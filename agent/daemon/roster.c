#include "daemon/roster.h"

#include "base/log.h"

void
roster_say_off(const char *endpoint, const char *because)
{
    log_write(LEVEL_ERROR, "webhook.disabled", "webhook", endpoint, "because", because,
              NULL);
}

typedef struct Roster {
    const GPtrArray *webhooks;
} Roster;

static bool
set_endpoints(StoreTxn *txn, void *self, GError **error)
{
    const GPtrArray *webhooks = ((const Roster *)self)->webhooks;
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

static bool
say_who_is_off(Store *store, GError **error)
{
    g_autoptr(GPtrArray) found = disabled_list();

    if (!store_do(store, find_disabled, found, error))
        return false;
    for (guint i = 0; i < found->len; i++) {
        const StoreDisabled *disabled = found->pdata[i];

        roster_say_off(disabled->endpoint, disabled->because);
    }
    return true;
}

bool
roster_open(Store *store, const GPtrArray *webhooks, GError **error)
{
    Roster roster = {webhooks};

    return store_do(store, set_endpoints, &roster, error) &&
           say_who_is_off(store, error);
}

bool
roster_count_disabled(Store *store, int64_t *count, GError **error)
{
    g_autoptr(GPtrArray) found = disabled_list();
    bool done = store_do(store, find_disabled, found, error);

    *count = found->len;
    return done;
}
