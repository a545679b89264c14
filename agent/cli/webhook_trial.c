#include "cli/webhook_trial.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"
#include "daemon/daemon.h"
#include "deliver/deliver.h"

static const WebhookConfig *
find_webhook(const Config *config, const char *name)
{
    g_autofree char *trouble = NULL;

    for (guint i = 0; i < config->webhooks->len; i++) {
        const WebhookConfig *webhook = config->webhooks->pdata[i];

        if (g_str_equal(webhook->name, name))
            return webhook;
    }
    trouble =
        g_strdup_printf("no webhook '%s' is configured in %s", name, config->file);
    (void)options_usage("webhooks", trouble);
    return NULL;
}

static const TableColumn trial_fields[] = {
    {"webhook", NULL, 0, 0},     {"outcome", NULL, 0, 0},
    {"status", NULL, 0, 0},      {"because", NULL, 0, 0},
    {"duration_ms", "ms", 0, 0}, {"response", NULL, 0, 0},
    {"event_id", "id", 0, 0},    {"timestamp", NULL, 0, 0},
    {"signature", NULL, 0, 0},   {"public_keys", "public key", 0, 0},
    {"body", NULL, 0, 0},        {0}};

static StoreTable *
records_of(const WebhookConfig *webhook, const DaemonWebhookTrial *trial)
{
    static const char *const columns[] = {
        "webhook",  "outcome",   "status",    "because",     "duration_ms", "response",
        "event_id", "timestamp", "signature", "public_keys", "body",        NULL};
    const DeliverOutcome *outcome = trial->outcome;
    StoreTable *table = records_new(columns, "status duration_ms timestamp");
    g_autofree char *status = g_strdup_printf("%d", (int)outcome->http_status);
    g_autofree char *ms = g_strdup_printf("%d", (int)outcome->duration_ms);
    g_autofree char *when = g_strdup_printf("%" G_GINT64_FORMAT, trial->timestamp_s);
    g_autoptr(GString) keys = g_string_new(NULL);

    for (guint i = 0; i < trial->public_keys->len; i++)
        g_string_append_printf(keys, "%s%s", i ? " " : "",
                               (const char *)trial->public_keys->pdata[i]);
    records_add(table,
                (const char *const[]){
                    webhook->name,
                    outcome->verdict == OUTCOME_DELIVERED ? "delivered" : "failed",
                    status, outcome->because, ms, outcome->response, trial->event_id,
                    when, trial->signature, keys->str, trial->body, NULL});
    return table;
}

/* What a developer can do by hand, with the tools that are there. */
static void
print_recipe(void)
{
    (void)puts(_(
        "\nTo verify: base64 of HMAC-SHA256 over 'id.timestamp.body', keyed with the\n"
        "base64-decoded secret behind 'whsec_', must be one of the signatures behind\n"
        "'v1,'. With the secret in $SECRET, and id, timestamp and body as above:\n\n"
        "    key=$(printf %s \"${SECRET#whsec_}\" | base64 -d | od -An -tx1 | tr -d ' "
        "\\n')\n"
        "    printf %s \"$ID.$TIMESTAMP.$BODY\" |\n"
        "        openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -binary | "
        "base64\n\n"
        "docs/webhooks.md has the same in Node, Python and PHP."));
}

int
webhook_trial_run(const CommonOptions *options, const char *name)
{
    g_auto(DaemonWebhookTrial) trial = {0};
    g_autoptr(Config) config = NULL;
    g_autoptr(StoreTable) record = NULL;
    g_autoptr(GError) error = NULL;
    const WebhookConfig *webhook;
    int code;

    config = options_load_config(options, &code);
    if (!config)
        return code;
    webhook = find_webhook(config, name);
    if (!webhook)
        return EX_USAGE;
    deliver_init();
    if (!daemon_try_webhook(webhook, &trial, &error))
        return options_fail(error);
    record = records_of(webhook, &trial);
    if (options->json)
        table_print_json(record);
    else
        table_print_fields(record, 0, trial_fields);
    if (!options->json)
        print_recipe();
    code = print_end();
    return code || trial.outcome->verdict == OUTCOME_DELIVERED ? code : EX_UNAVAILABLE;
}
