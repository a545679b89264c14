/* One test event to one webhook, now, without the outbox. */
#include "daemon/daemon.h"

#include <string.h>

#include "base/clock.h"
#include "daemon/endpoint.h"
#include "event/event.h"

enum {
    LOOK_MS = 1000
};

void
daemon_webhook_trial_clear(DaemonWebhookTrial *trial)
{
    g_free(trial->event_id);
    g_free(trial->body);
    g_free(trial->signature);
    g_clear_pointer(&trial->public_keys, g_ptr_array_unref);
    deliver_outcome_free(trial->outcome);
}

static GPtrArray *
public_keys(const Endpoint *endpoint)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < endpoint->secrets->len; i++) {
        char *key = deliver_public_key(endpoint->secrets->pdata[i]);

        if (key)
            g_ptr_array_add(keys, key);
    }
    return keys;
}

bool
daemon_try_webhook(const WebhookConfig *webhook, DaemonWebhookTrial *out,
                   GError **error)
{
    g_autoptr(Endpoint) endpoint = endpoint_new(webhook, error);
    g_autoptr(GPtrArray) outcomes = g_ptr_array_new();
    g_autoptr(Deliverer) deliverer = NULL;
    g_autofree char *body = NULL;

    if (!endpoint)
        return false;
    deliverer = deliverer_new();
    out->timestamp_s = clock_now_s();
    out->event_id = g_uuid_string_random();
    body = event_webhook_body(EVENT_WEBHOOK_TEST, out->timestamp_s, webhook->name,
                              "postroom webhooks test");
    out->body = endpoint_body(endpoint, out->event_id, body);
    out->signature = deliver_sign(&endpoint->given, out->event_id, out->timestamp_s,
                                  out->body, strlen(out->body));
    out->public_keys = public_keys(endpoint);
    deliver_begin(deliverer, &endpoint->given, 0, out->event_id, out->body,
                  out->timestamp_s);
    while (outcomes->len == 0)
        deliver_poll(deliverer, LOOK_MS, outcomes);
    out->outcome = outcomes->pdata[0];
    return true;
}
