#include "daemon/endpoint.h"

#include "event/event.h"

void
endpoint_free(Endpoint *endpoint)
{
    if (!endpoint)
        return;
    g_ptr_array_unref(endpoint->secrets);
    g_free(endpoint);
}

static bool
read_secrets(Endpoint *endpoint, GError **error)
{
    const GPtrArray *sources = endpoint->webhook->secrets;

    for (guint i = 0; i < sources->len; i++) {
        Secret *secret = config_read_secret(sources->pdata[i], error);

        if (!secret) {
            g_prefix_error(error, "webhook '%s': ", endpoint->webhook->name);
            return false;
        }
        g_ptr_array_add(endpoint->secrets, secret);
    }
    return true;
}

Endpoint *
endpoint_new(const WebhookConfig *webhook, GError **error)
{
    g_autoptr(Endpoint) endpoint = g_new0(Endpoint, 1);

    endpoint->webhook = webhook;
    endpoint->secrets = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
    if (!read_secrets(endpoint, error))
        return NULL;
    endpoint->given = (DeliverEndpoint){
        .name = webhook->name,
        .url = webhook->url,
        .secrets = (const Secret *const *)endpoint->secrets->pdata,
        .n_secrets = endpoint->secrets->len,
        .allow_networks = webhook->allow_networks,
        .ca_file = webhook->tls_ca,
        .content_type =
            webhook->format == FORMAT_CLOUDEVENTS ? EVENT_CLOUD_TYPE : NULL};
    if (!deliver_check_endpoint(&endpoint->given, error))
        return NULL;
    return g_steal_pointer(&endpoint);
}

char *
endpoint_body(const Endpoint *endpoint, const char *event_id, const char *body)
{
    const WebhookConfig *webhook = endpoint->webhook;
    g_autofree char *chosen =
        event_body_for(body, webhook->include_html, webhook->include_headers);

    return webhook->format == FORMAT_CLOUDEVENTS ? event_cloud_body(event_id, chosen)
                                                 : g_steal_pointer(&chosen);
}
