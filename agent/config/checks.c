/* What no table can say: keys that depend on each other. */
#include "config/reader.h"

#include <string.h>

#include "config/config.h"
#include "config/fits.h"

static const yaml_node_t *
item_of(const Reader *reader, const yaml_node_t *list, size_t index)
{
    return reader_node(reader, list->data.sequence.items.start[index]);
}

/* The fault stands at the key's value where it is given, else at the map. */
static void
fault_at(Reader *reader, const yaml_node_t *map, const char *name, const char *text)
{
    const yaml_node_t *node = reader_find(reader, map, name);
    size_t length = reader_enter(reader, name);

    reader_fault(reader, node ? node : map, "%s", text);
    reader_leave(reader, length);
}

/* In clear only where nothing leaves the machine. */
static bool
is_safe_url(const char *url)
{
    return g_str_has_prefix(url, "https://") ||
           (g_str_has_prefix(url, "http://") && fits_loopback_url(url));
}

static void
check_oauth_app(Reader *reader, const yaml_node_t *oauth, const MailboxConfig *mailbox)
{
    if (mailbox->oauth_token_command)
        fault_at(reader, oauth, "token_command", "stands beside a provider");
    if (mailbox->oauth_provider == OAUTH_MICROSOFT && !mailbox->oauth_tenant)
        fault_at(reader, oauth, "tenant", "is missing");
    if (!mailbox->oauth_client_id)
        fault_at(reader, oauth, "client_id", "is missing");
    if (mailbox->oauth_provider != OAUTH_MICROSOFT &&
        mailbox->oauth_client_secret.kind == SECRET_NONE)
        fault_at(reader, oauth, "client_secret", "is missing");
    if (mailbox->oauth_token_url && !is_safe_url(mailbox->oauth_token_url))
        fault_at(reader, oauth, "token_url", "must be https://, secrets go there");
    if (mailbox->oauth_device_url && !is_safe_url(mailbox->oauth_device_url))
        fault_at(reader, oauth, "device_url", "must be https://, secrets go there");
}

static void
check_oauth(Reader *reader, const yaml_node_t *map, MailboxConfig *mailbox)
{
    const yaml_node_t *oauth = reader_find(reader, map, "oauth2");
    size_t length = reader_enter(reader, "oauth2");

    if (mailbox->oauth_provider == OAUTH_NONE && mailbox->oauth_token_command)
        mailbox->oauth_provider = OAUTH_TOKEN_COMMAND;
    if (mailbox->oauth_provider == OAUTH_NONE)
        reader_fault(reader, oauth, "needs a provider or a token_command");
    else if (mailbox->oauth_provider != OAUTH_TOKEN_COMMAND)
        check_oauth_app(reader, oauth, mailbox);
    else if (!mailbox->oauth_token_command)
        fault_at(reader, oauth, "token_command", "is missing");
    reader_leave(reader, length);
}

static bool
is_given(const Reader *reader, const yaml_node_t *map, const char *name)
{
    const yaml_node_t *node = reader_find(reader, map, name);

    return node && !reader_is_null(node);
}

static void
check_mailbox(Reader *reader, const yaml_node_t *map, MailboxConfig *mailbox)
{
    bool has_password = is_given(reader, map, "password");
    const yaml_node_t *tls = reader_find(reader, map, "tls");

    if (!mailbox->address && mailbox->user && fits_address(mailbox->user))
        mailbox->address = g_strdup(mailbox->user);
    if (!mailbox->address && !is_given(reader, map, "address"))
        fault_at(reader, map, "address", "is missing, and the user is none");
    if (is_given(reader, tls, "required") && !mailbox->tls_required &&
        mailbox->server && !fits_loopback_url(mailbox->server)) {
        size_t length = reader_enter(reader, "tls");

        fault_at(reader, tls, "required",
                 "false is for loopback servers only; passwords would go in clear");
        reader_leave(reader, length);
    }
    if (is_given(reader, map, "oauth2"))
        check_oauth(reader, map, mailbox);
    if (has_password && is_given(reader, map, "oauth2"))
        fault_at(reader, map, "password", "stands beside oauth2: give one of them");
    else if (!has_password && !is_given(reader, map, "oauth2"))
        fault_at(reader, map, "password", "is missing: give password or oauth2");
}

typedef const char *(*NameOf)(const void *item);

static const char *
mailbox_name(const void *item)
{
    return ((const MailboxConfig *)item)->name;
}

static const char *
webhook_name(const void *item)
{
    return ((const WebhookConfig *)item)->name;
}

static const char *
rule_name(const void *item)
{
    return ((const Rule *)item)->name;
}

/* Names are keys in the database, in logs and in commands. */
static void
check_names(Reader *reader, const yaml_node_t *list, const GPtrArray *items,
            NameOf name_of)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < items->len; i++) {
        const char *name = name_of(items->pdata[i]);
        size_t length = reader_enter_item(reader, i);

        if (name && !g_hash_table_add(seen, (gpointer)(uintptr_t)name))
            fault_at(reader, item_of(reader, list, i), "name",
                     "is the name of another one");
        reader_leave(reader, length);
    }
}

static void
check_rule(Reader *reader, const yaml_node_t *map, const Rule *rule,
           const Config *config)
{
    const yaml_node_t *then = reader_find(reader, map, "then");
    size_t length = reader_enter(reader, "then");

    if (rule->forward && !config->relay.server)
        fault_at(reader, then, "forward", "needs relay.server, which is not given");
    if (then && then->type == YAML_MAPPING_NODE &&
        then->data.mapping.pairs.start == then->data.mapping.pairs.top)
        reader_fault(reader, then, "says nothing to do");
    reader_leave(reader, length);
}

static void
check_relay(Reader *reader, const yaml_node_t *relay, const RelayConfig *config)
{
    const yaml_node_t *tls = reader_find(reader, relay, "tls");
    size_t length = reader_enter(reader, "relay");

    if (config->user && config->password.kind == SECRET_NONE &&
        !is_given(reader, relay, "password"))
        fault_at(reader, relay, "password", "is missing for this user");
    if (is_given(reader, tls, "required") && !config->tls_required && config->server &&
        !fits_loopback_url(config->server))
        fault_at(
            reader, relay, "tls",
            "required: false is for loopback servers only; mail would go in clear");
    reader_leave(reader, length);
}

static void
check_items(Reader *reader, const yaml_node_t *list, Config *config,
            void (*check)(Reader *, const yaml_node_t *, Config *, guint), guint count)
{
    for (guint i = 0; i < count; i++) {
        size_t length = reader_enter_item(reader, i);
        const yaml_node_t *map = item_of(reader, list, i);

        if (map->type == YAML_MAPPING_NODE)
            check(reader, map, config, i);
        reader_leave(reader, length);
    }
}

static void
check_mailbox_at(Reader *reader, const yaml_node_t *map, Config *config, guint i)
{
    check_mailbox(reader, map, config->mailboxes->pdata[i]);
}

static void
check_rule_at(Reader *reader, const yaml_node_t *map, Config *config, guint i)
{
    check_rule(reader, map, config->rules->pdata[i], config);
}

void
check_config(Reader *reader, const yaml_node_t *root, Config *config)
{
    const yaml_node_t *mailboxes = reader_find(reader, root, "mailboxes");
    const yaml_node_t *webhooks = reader_find(reader, root, "webhooks");
    const yaml_node_t *rules = reader_find(reader, root, "rules");
    size_t length = reader_enter(reader, "mailboxes");

    check_items(reader, mailboxes, config, check_mailbox_at, config->mailboxes->len);
    check_names(reader, mailboxes, config->mailboxes, mailbox_name);
    reader_leave(reader, length);
    length = reader_enter(reader, "webhooks");
    check_names(reader, webhooks, config->webhooks, webhook_name);
    reader_leave(reader, length);
    length = reader_enter(reader, "rules");
    check_items(reader, rules, config, check_rule_at, config->rules->len);
    check_names(reader, rules, config->rules, rule_name);
    reader_leave(reader, length);
    if (config->acknowledge.texts->len && !config->relay.server)
        fault_at(reader, reader_find(reader, root, "acknowledge"), "texts",
                 "needs relay.server, which is not given");
    if (is_given(reader, root, "relay"))
        check_relay(reader, reader_find(reader, root, "relay"), &config->relay);
}
