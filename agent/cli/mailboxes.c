/* postroom mailboxes: does the collecting work? */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/listing.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/verb.h"
#include "daemon/daemon.h"

static const TableColumn mailbox_columns[] = {{"mailbox", NULL, 24, 0},
                                              {"state", NULL, 8, 0},
                                              {"messages", NULL, 9, 0},
                                              {"held", NULL, 6, 0},
                                              {"holes", NULL, 6, 0},
                                              {"seconds_since_success", "lag", 8, 0},
                                              {"failures", NULL, 8, 1},
                                              {"last_error", "last error", 0, 0},
                                              {0}};

/* The record keeps what once was collected; it is behind no more. */
static void
mark_removed(const Config *config, StoreTable *records)
{
    guint state = records_column(records, "state");
    guint lag = records_column(records, "seconds_since_success");

    for (guint i = 0; i < records->rows->len; i++) {
        GPtrArray *row = records->rows->pdata[i];

        if (config_find_mailbox(config, records_value(records, i, "mailbox")))
            continue;
        g_free(row->pdata[state]);
        row->pdata[state] = g_strdup("removed");
        g_clear_pointer(&row->pdata[lag], g_free);
    }
}

static int
list_mailboxes(void *self, char *const *arguments)
{
    const CommonOptions *options = self;
    g_autoptr(StoreTable) records = NULL;
    g_autoptr(Config) config = NULL;
    int code;

    (void)arguments;
    config = options_load_config(options, &code);
    if (!config)
        return code;
    records = listing_read(options, store_read_mailboxes, &code);
    if (!records)
        return code;
    mark_removed(config, records);
    return listing_show(options, records, mailbox_columns);
}

static const TableColumn folder_columns[] = {{"mailbox", NULL, 24, 0},
                                             {"role", NULL, 8, 0},
                                             {"messages", NULL, 9, 0},
                                             {"folder", NULL, 0, 0},
                                             {0}};

typedef struct Trial {
    const char *mailbox;
    StoreTable *folders;
} Trial;

static void
add_folder(FolderRole role, const char *folder, int64_t mails, void *self)
{
    static const char *const roles[] = {
        [FOLDER_INBOX] = "inbox", [FOLDER_JUNK] = "junk", [FOLDER_SENT] = "sent"};
    const Trial *trial = self;
    g_autofree char *count = g_strdup_printf("%" G_GINT64_FORMAT, mails);
    const char *const values[] = {trial->mailbox, roles[role], count, folder, NULL};

    records_add(trial->folders, values);
}

static int
try_mailbox(void *self, char *const *arguments)
{
    static const char *const columns[] = {"mailbox", "role", "messages", "folder",
                                          NULL};
    const CommonOptions *options = self;
    g_autoptr(StoreTable) folders = records_new(columns, "messages");
    g_autoptr(Config) config = NULL;
    g_autoptr(GError) error = NULL;
    Trial trial = {arguments[0], folders};
    const MailboxConfig *mailbox;
    int code;

    config = options_load_config(options, &code);
    if (!config)
        return code;
    mailbox = options_find_mailbox(config, "mailboxes", arguments[0]);
    if (!mailbox)
        return EX_USAGE;
    if (!daemon_try_mailbox(config, mailbox, add_folder, &trial, &error)) {
        g_prefix_error(&error, "mailbox '%s': ", mailbox->name);
        code = options_fail(error);
        return code == EX_TEMPFAIL ? EX_UNAVAILABLE : code;
    }
    if (options->json)
        table_print_json(folders);
    else
        table_print(folders, folder_columns);
    return print_end();
}

/* ---- rescan and backfill ---- */

typedef struct MailboxOptions {
    CommonOptions common; /* first: every verb gets these */
    char *since;
    gboolean notify;
} MailboxOptions;

enum {
    BAR_COLUMNS = 30
};

/* A bar for whoever sits in front of it, on stderr, drawn a hundred times at most. */
static void
draw_bar(const char *folder, int64_t done, int64_t all, void *self)
{
    int64_t *drawn = self;
    int64_t percent = all ? done * 100 / all : 100;
    g_autofree char *name = print_safe(folder);
    g_autofree char *bar = g_strnfill((gsize)(percent * BAR_COLUMNS / 100), '#');

    if (percent == *drawn)
        return;
    *drawn = percent;
    (void)fprintf(stderr, "\r%-16s [%-*s] %3d %%", name, BAR_COLUMNS, bar,
                  (int)percent);
    if (done == all)
        (void)fputc('\n', stderr);
}

static const TableColumn rescan_columns[] = {
    {"mailbox", NULL, 24, 0}, {"filed", NULL, 8, 0}, {"copies", NULL, 8, 0},
    {"held", NULL, 8, 0},     {"holes", NULL, 0, 0}, {0}};

static int
print_rescanned(const MailboxOptions *options, const char *mailbox,
                const DaemonRescanned *done)
{
    static const char *const columns[] = {"mailbox", "filed", "copies",
                                          "held",    "holes", NULL};
    g_autoptr(StoreTable) table = records_new(columns, "filed copies held holes");
    g_autofree char *filed = g_strdup_printf("%" G_GINT64_FORMAT, done->filed);
    g_autofree char *copies = g_strdup_printf("%" G_GINT64_FORMAT, done->copies);
    g_autofree char *held = g_strdup_printf("%" G_GINT64_FORMAT, done->held);
    g_autofree char *holes = g_strdup_printf("%" G_GINT64_FORMAT, done->holes);
    const char *const values[] = {mailbox, filed, copies, held, holes, NULL};

    records_add(table, values);
    if (options->common.json)
        table_print_json(table);
    else
        table_print(table, rescan_columns);
    return print_end();
}

static int
look_again(const MailboxOptions *options, const char *name, DaemonRescan *wish)
{
    g_autoptr(Config) config = NULL;
    g_autoptr(GError) error = NULL;
    DaemonRescanned done = {0};
    const MailboxConfig *mailbox;
    int64_t drawn = -1;
    int code;

    config = options_load_config(&options->common, &code);
    if (!config)
        return code;
    mailbox = options_find_mailbox(config, "mailboxes", name);
    if (!mailbox)
        return EX_USAGE;
    log_configure(LEVEL_WARNING, config->log_format);
    wish->resolver = options->common.resolver;
    wish->progress = isatty(STDERR_FILENO) ? draw_bar : NULL;
    wish->self = &drawn;
    if (daemon_rescan(config, mailbox, wish, &done, &error))
        return print_rescanned(options, mailbox->name, &done);
    g_prefix_error(&error, "mailbox '%s': ", mailbox->name);
    return options_fail(error);
}

static int
rescan(void *self, char *const *arguments)
{
    return look_again(self, arguments[0], &(DaemonRescan){.since = TIME_NONE});
}

static int
backfill(void *self, char *const *arguments)
{
    const MailboxOptions *options = self;
    DaemonRescan wish = {
        .takes_history = true, .since = TIME_NONE, .notify = options->notify};

    if (!options->since)
        return options_usage("mailboxes", "backfill needs --since");
    if (!clock_parse(options->since, &wish.since))
        return options_usage("mailboxes", "--since is a date or a time, ISO 8601");
    return look_again(options, arguments[0], &wish);
}

static const Verb mailbox_verbs[] = {{"list", NULL, 0, list_mailboxes},
                                     {"test", "NAME", 1, try_mailbox},
                                     {"rescan", "NAME", 1, rescan},
                                     {"backfill", "NAME", 1, backfill},
                                     {0}};

int
cli_mailboxes(int argc, char **argv)
{
    MailboxOptions options = {0};
    const GOptionEntry own[] = {{"since", 0, 0, G_OPTION_ARG_STRING, &options.since,
                                 "of backfill: how old mail may be", "DATE"},
                                {"notify", 0, 0, G_OPTION_ARG_NONE, &options.notify,
                                 "of backfill: webhooks hear of it, too", NULL},
                                G_OPTION_ENTRY_NULL};
    int code;

    if (options_parse(&options.common, argc, argv,
                      "[list|test NAME|rescan NAME|backfill NAME]",
                      "State, lag and last error of each mailbox; logs in to one and "
                      "opens what would be collected; looks one through for what was "
                      "missed, or for what lay there before.",
                      own, &code))
        code = verb_run("mailboxes", options.common.rest, mailbox_verbs, &options);
    options_clear(&options.common);
    g_free(options.since);
    return code;
}
