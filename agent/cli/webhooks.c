/* postroom webhooks: do the others hear us? */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "cli/listing.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/verb.h"
#include "cli/webhook_trial.h"

enum {
    MOST_IDS = 500 /* of one order, which is one transaction */
};

static const TableColumn webhook_columns[] = {
    {"webhook", NULL, 24, 0},
    {"state", NULL, 8, 0},
    {"waiting", NULL, 8, 0},
    {"delivered", NULL, 9, 0},
    {"dead", NULL, 8, 0},
    {"oldest_waiting_at", "waiting since", 16, 2},
    {"last_success_at", "last success", 16, 1},
    {"last_error", "last error", 0, 0},
    {0}};

static const TableColumn dead_columns[] = {{"settled_at", "given up", 16, 0},
                                           {"webhook", NULL, 24, 0},
                                           {"type", NULL, 20, 0},
                                           {"ticket", NULL, 8, 0},
                                           {"attempts", NULL, 8, 0},
                                           {"event_id", "event", 36, 0},
                                           {"last_error", "last error", 0, 0},
                                           {0}};

static int
list_webhooks(void *self, char *const *arguments)
{
    (void)arguments;
    return listing_print(self, store_read_webhooks, webhook_columns);
}

static int
list_dead_letters(void *self, char *const *arguments)
{
    (void)arguments;
    return listing_print(self, store_read_dead_letters, dead_columns);
}

typedef struct WebhookOptions {
    CommonOptions common; /* first: every verb gets these */
    char *since, *until, *webhook;
    gboolean dry_run;
} WebhookOptions;

static int
try_webhook(void *self, char *const *arguments)
{
    return webhook_trial_run(self, arguments[0]);
}

static int
enable_webhook(void *self, char *const *arguments)
{
    const char *const words[] = {"webhooks enable", arguments[0], NULL};
    g_autofree char *answer = NULL;
    int code = order_run(self, words, &answer);

    return code ? code : listing_print(self, store_read_webhooks, webhook_columns);
}

/* "EVENTS DELIVERIES" */
static int
print_replayed(const WebhookOptions *options, const char *answer)
{
    static const char *const columns[] = {"events", "deliveries", "dry_run", NULL};
    g_autoptr(StoreTable) told = records_new(columns, "events deliveries dry_run");
    g_auto(GStrv) counts = g_strsplit(answer, " ", 2);

    if (g_strv_length(counts) != 2)
        return EX_SOFTWARE;
    records_add(told, (const char *const[]){counts[0], counts[1],
                                            options->dry_run ? "true" : "false", NULL});
    if (options->common.json)
        table_print_json(told);
    else
        (void)printf(options->dry_run
                         ? _("%s deliveries of %s events would be sent again\n")
                         : _("%s deliveries of %s events are sent again\n"),
                     counts[1], counts[0]);
    return print_end();
}

static bool
is_time(const char *text)
{
    int64_t time;

    return !text || clock_parse(text, &time);
}

static int
replay(void *self, char *const *arguments)
{
    const WebhookOptions *options = self;
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *answer = NULL;
    int code;

    if (!options->since && !*arguments)
        return options_usage("webhooks", "'replay' takes event ids, or --since");
    if (options->since && *arguments)
        return options_usage("webhooks", "'replay' takes either event ids or --since");
    if (!is_time(options->since) || !is_time(options->until))
        return options_usage("webhooks",
                             "--since and --until are dates or times, ISO 8601");
    if (options->until && !options->since)
        return options_usage("webhooks", "--until needs --since");
    if (g_strv_length((char **)(uintptr_t)arguments) > MOST_IDS)
        return options_usage("webhooks", "'replay' takes 500 event ids at a time");
    g_ptr_array_add(words, (gpointer)(uintptr_t) "webhooks replay");
    g_ptr_array_add(words, options->since ? options->since : (gpointer)(uintptr_t) "");
    g_ptr_array_add(words, options->until ? options->until : (gpointer)(uintptr_t) "");
    g_ptr_array_add(words,
                    options->webhook ? options->webhook : (gpointer)(uintptr_t) "");
    g_ptr_array_add(words, (gpointer)(uintptr_t)(options->dry_run ? "dry" : ""));
    for (; *arguments; arguments++)
        g_ptr_array_add(words, *arguments);
    g_ptr_array_add(words, NULL);
    code = order_run(&options->common, (const char *const *)words->pdata, &answer);
    return code ? code : print_replayed(options, answer);
}

static const Verb webhook_verbs[] = {
    {"list", NULL, 0, list_webhooks},        {"dead", NULL, 0, list_dead_letters},
    {"test", "NAME", 1, try_webhook},        {"enable", "NAME", 1, enable_webhook},
    {"replay", "[ID]...", VERB_ANY, replay}, {0}};

int
cli_webhooks(int argc, char **argv)
{
    WebhookOptions options = {0};
    const GOptionEntry own[] = {{"since", 0, 0, G_OPTION_ARG_STRING, &options.since,
                                 "of replay: all events since then", "DATE"},
                                {"until", 0, 0, G_OPTION_ARG_STRING, &options.until,
                                 "of replay: and before then", "DATE"},
                                {"webhook", 0, 0, G_OPTION_ARG_STRING, &options.webhook,
                                 "of replay: to this one only", "NAME"},
                                {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run,
                                 "of replay: count, and send nothing", NULL},
                                G_OPTION_ENTRY_NULL};
    int code;

    if (options_parse(&options.common, argc, argv,
                      "[list|dead|test NAME|enable NAME|replay [ID]...]",
                      "Health of each webhook and what waits for it; the deliveries "
                      "that were given up. Posts a signed test event, lets a disabled "
                      "webhook have deliveries again, sends events once more.",
                      own, &code))
        code = verb_run("webhooks", options.common.rest, webhook_verbs, &options);
    options_clear(&options.common);
    g_free(options.since);
    g_free(options.until);
    g_free(options.webhook);
    return code;
}
