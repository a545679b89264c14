#include "cli/options.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "cli/lessons.h"
#include "sorters/sorters.h"

#define TEXTS "postroom" /* the domain of gettext */

void
options_clear(CommonOptions *options)
{
    g_free(options->config_file);
    g_free(options->resolver);
    g_strfreev(options->rest);
    memset(options, 0, sizeof *options);
}

int
options_fail(const GError *error)
{
    (void)fprintf(stderr, "postroom: %s\n", error->message);
    return fault_exit_code(error);
}

int
options_usage(const char *command, const char *trouble)
{
    (void)fprintf(stderr, _("postroom %s: %s (see 'postroom %s --help')\n"), command,
                  _(trouble), command);
    return EX_USAGE;
}

/* GLib ends the process after printing help unless it is asked for here. */
static bool
asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* These print no records. */
static bool
has_json(const char *command)
{
    static const char *const without[] = {"run", "init", "check", NULL};

    return !g_strv_contains(without, command);
}

bool
options_parse(CommonOptions *options, int argc, char **argv, const char *synopsis,
              const char *summary, const GOptionEntry *own, int *exit_code)
{
    gboolean json = FALSE;
    const GOptionEntry common[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_file,
         N_("the configuration file"), "FILE"},
        {"resolver", 0, 0, G_OPTION_ARG_STRING, &options->resolver,
         N_("DNS server, or 'none'"), "ADDR@PORT"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->rest, NULL,
         NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry records[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_("one JSON object a line"), NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(synopsis);
    g_autofree char *name = g_strconcat("postroom ", argv[0], NULL);
    g_autofree char *lesson = lesson_of(argv[0]);
    g_autoptr(GError) error = NULL;

    g_set_prgname(name);
    g_option_context_set_summary(context, _(summary));
    g_option_context_set_description(context, lesson);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, common, TEXTS);
    if (has_json(argv[0]))
        g_option_context_add_main_entries(context, records, TEXTS);
    if (own)
        g_option_context_add_main_entries(context, own, TEXTS);
    if (asks_help(argc, argv)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);

        (void)fputs(help, stdout);
        *exit_code = EX_OK;
        return false;
    }
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        *exit_code = options_usage(argv[0], error->message);
        return false;
    }
    options->json = json;
    if (!options->rest)
        options->rest = g_new0(char *, 1);
    return true;
}

/* The file the user named, else the first that is there. */
static char *
find_config(const CommonOptions *options)
{
    const char *named =
        options->config_file ? options->config_file : g_getenv("POSTROOM_CONFIG");

    if (named && *named)
        return g_strdup(named);
    if (access("postroom.yaml", F_OK) == 0)
        return g_strdup("postroom.yaml");
    return g_strdup("/etc/postroom/postroom.yaml");
}

Config *
options_load_config(const CommonOptions *options, int *exit_code)
{
    g_autofree char *file = find_config(options);
    g_autoptr(GError) error = NULL;
    Config *config = config_load(file, &error);

    if (!config) {
        (void)fprintf(stderr, "%s\n", error->message);
        *exit_code = fault_exit_code(error);
        return NULL;
    }
    log_configure(config->log_level, config->log_format);
    log_show_addresses(config->log_addresses);
    return config;
}

const MailboxConfig *
options_find_mailbox(const Config *config, const char *command, const char *name)
{
    g_autofree char *trouble = NULL;

    for (guint i = 0; i < config->mailboxes->len; i++) {
        const MailboxConfig *mailbox = config->mailboxes->pdata[i];

        if (g_str_equal(mailbox->name, name))
            return mailbox;
    }
    trouble =
        g_strdup_printf(_("no mailbox '%s' is configured in %s"), name, config->file);
    (void)options_usage(command, trouble);
    return NULL;
}

static bool
has_config(const CommonOptions *options)
{
    return options->config_file || g_getenv("POSTROOM_CONFIG") ||
           access("postroom.yaml", F_OK) == 0 ||
           access("/etc/postroom/postroom.yaml", F_OK) == 0;
}

SortSettings *
options_sort_settings(const CommonOptions *options, const char *command,
                      const char *name, int *exit_code)
{
    g_autoptr(Config) config = NULL;
    const MailboxConfig *mailbox = NULL;

    if (!name && !has_config(options))
        return sort_settings_new();
    config = options_load_config(options, exit_code);
    if (!config)
        return NULL;
    if (name && !(mailbox = options_find_mailbox(config, command, name))) {
        *exit_code = EX_USAGE;
        return NULL;
    }
    if (!name && config->mailboxes->len == 1)
        mailbox = config->mailboxes->pdata[0];
    return config_sort_settings(config, mailbox);
}

struct Resolver *
options_open_resolver(const CommonOptions *options, GError **error)
{
    ResolverSettings asking = {.server = options->resolver};
    g_autofree char *file = find_config(options);
    g_autoptr(Config) config = NULL;

    if (has_config(options)) {
        config = config_load(file, error);
        if (!config)
            return NULL;
        asking = config_resolver_settings(config, options->resolver);
    }
    return resolver_new(&asking, error);
}

StoreReader *
options_open_reader(const CommonOptions *options, int *exit_code)
{
    g_autoptr(Config) config = options_load_config(options, exit_code);
    g_autoptr(GError) error = NULL;
    StoreReader *reader;

    if (!config)
        return NULL;
    reader = store_reader_open(config->state, &error);
    if (!reader)
        *exit_code = options_fail(error);
    return reader;
}

Lessons *
options_read_lessons(const CommonOptions *options, int64_t made_for)
{
    g_autofree char *file = find_config(options);
    g_autoptr(GError) none = NULL; /* no house, nothing taught */
    g_autoptr(Config) config = has_config(options) ? config_load(file, &none) : NULL;
    g_autoptr(StoreReader) reader =
        config ? store_reader_open(config->state, &none) : NULL;
    Lessons *lessons = reader ? store_reader_lessons(reader, made_for, &none) : NULL;

    return lessons ? lessons : lessons_new();
}
