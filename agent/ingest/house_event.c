#include "ingest/house_event.h"

#include "base/clock.h"
#include "base/digest.h"
#include "event/event.h"

GPtrArray *
ingest_endpoints(const Config *config, const char *event)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; config->webhooks && i < config->webhooks->len; i++) {
        const WebhookConfig *webhook = config->webhooks->pdata[i];

        if (config_webhook_wants(webhook, event))
            g_ptr_array_add(names, webhook->name);
    }
    return names;
}

bool
house_event_put(StoreTxn *txn, const HouseEvent *event, GError **error)
{
    const char *name = event_type_name(event->type);
    g_autoptr(GPtrArray) endpoints = ingest_endpoints(event->house->config, name);
    g_autofree char *body =
        event_house_body(event->type, clock_now_s(), event->origin, event->because);

    return store_put_event(txn, event->id, name, 0, 0, body, endpoints, error);
}

static bool
put_alone(StoreTxn *txn, void *self, GError **error)
{
    return house_event_put(txn, self, error);
}

bool
ingest_house_event(const IngestHouse *house, const MailboxConfig *mailbox,
                   EventType type, const char *because, GError **error)
{
    Origin origin = {.mailbox = mailbox->name,
                     .address = mailbox->address,
                     .received_at = TIME_NONE};
    g_autofree char *name = g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, mailbox->name,
                                            event_type_name(type), clock_now_ms());
    g_autofree char *id = digest_uuid5(name);
    HouseEvent event = {house, id, type, &origin, because};

    return store_do(house->store, put_alone, &event, error);
}
