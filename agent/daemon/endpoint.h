/* A webhook of the configuration, ready to be posted to. */
#pragma once

#include "config/config.h"
#include "deliver/deliver.h"

typedef struct Endpoint {
    DeliverEndpoint given;
    const WebhookConfig *webhook;
    GPtrArray *secrets; /* Secret */
} Endpoint;

/* `webhook` is lent. FAULT_CONFIG: a secret cannot be read, or is none. */
Endpoint *endpoint_new(const WebhookConfig *webhook,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void endpoint_free(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_free)

/* The stored body of an event as this one wants it; owned. */
char *endpoint_body(const Endpoint *endpoint, const char *event_id, const char *body);
