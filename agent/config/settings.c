/* What the configuration means to the rooms that use it. */
#include "config/config.h"

#include <fnmatch.h>
#include <string.h>

static void
copy_texts(GPtrArray **to, const GPtrArray *from)
{
    for (guint i = 0; i < list_length(from); i++)
        texts_append(to, g_strdup(from->pdata[i]));
}

const MailboxConfig *
config_find_mailbox(const Config *config, const char *name)
{
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const MailboxConfig *mailbox = config->mailboxes->pdata[i];

        if (g_strcmp0(mailbox->name, name) == 0)
            return mailbox;
    }
    return NULL;
}

SortSettings *
config_sort_settings(const Config *config, const MailboxConfig *mailbox)
{
    SortSettings *settings = sort_settings_new();

    settings->limits = config->limits;
    settings->spf_engine = config->spf_engine;
    copy_texts(&settings->our_domains, config->our_domains);
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const MailboxConfig *each = config->mailboxes->pdata[i];

        texts_append(&settings->our_addresses, g_strdup(each->address));
    }
    for (guint i = 0; i < list_length(settings->campaign_headers); i++)
        g_free(settings->campaign_headers->pdata[i]);
    g_ptr_array_set_size(settings->campaign_headers, 0);
    copy_texts(&settings->campaign_headers, config->campaign_headers);
    copy_texts(&settings->unsubscribe_addresses, config->unsubscribe_addresses);
    if (!mailbox)
        return settings;
    settings->origin.mailbox = g_strdup(mailbox->name);
    settings->origin.address = g_strdup(mailbox->address);
    shape_copy(&border_shape, &settings->border, &mailbox->border);
    settings->default_language = g_strdup(mailbox->language);
    return settings;
}

ResolverSettings
config_resolver_settings(const Config *config, const char *server)
{
    return (ResolverSettings){.server = server ? server : config->resolver,
                              .anchor = config->dnssec_anchor,
                              .insecure = config->dnssec_insecure};
}

Hours *
config_hours(const Config *config)
{
    return hours_new(config->time_zone, config->open_hours, config->holidays);
}

bool
config_webhook_wants(const WebhookConfig *webhook, const char *event)
{
    bool only_by_name =
        strcmp(event, "message.spam") == 0 || strcmp(event, "message.held") == 0;

    for (guint i = 0; i < webhook->events->len; i++) {
        const char *pattern = webhook->events->pdata[i];

        if (strcmp(pattern, event) == 0 ||
            (!only_by_name && fnmatch(pattern, event, 0) == 0))
            return true;
    }
    return false;
}
