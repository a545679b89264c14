/* postroom auth: one mechanism alone, for people who debug mail. The judging is done by
 * a sorter, as for all mail. */
#include "cli/cli.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/fault.h"
#include "cli/mbox.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/tried.h"
#include "event/event.h"
#include "sorters/sorters.h"

enum {
    MOST_FILE_BYTES = 1 << 30
};

/* What the options say, as bytes: addresses may hold anything. */
typedef struct AuthOptions {
    CommonOptions common;
    char *mailbox, *received_at, *profile;
    char *ip, *helo, *from, *author;
    char **dkim, **spf, **hosts, **networks, **servers, **sealers;
} AuthOptions;

typedef struct Bench {
    const AuthOptions *options;
    SortSettings *settings;
    Trial *trial;
    Sorters *sorters;
    int code;
} Bench;

static void
auth_options_clear(AuthOptions *options)
{
    char **texts[] = {&options->mailbox, &options->received_at, &options->profile,
                      &options->ip,      &options->helo,        &options->from,
                      &options->author};
    char ***lists[] = {&options->dkim,     &options->spf,     &options->hosts,
                       &options->networks, &options->servers, &options->sealers};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_clear_pointer(texts[i], g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_strfreev);
    options_clear(&options->common);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AuthOptions, auth_options_clear)

static bool
parse_options(AuthOptions *options, int argc, char **argv, int *code)
{
    const GOptionEntry own[] = {
        {"ip", 0, 0, G_OPTION_ARG_FILENAME, &options->ip, "spf: who connected",
         "ADDRESS"},
        {"helo", 0, 0, G_OPTION_ARG_FILENAME, &options->helo, "spf: its greeting",
         "NAME"},
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &options->from,
         "spf: the envelope sender; empty or <>: none", "ADDR"},
        {"author", 0, 0, G_OPTION_ARG_FILENAME, &options->author,
         "dmarc: the domain of From", "DOMAIN"},
        {"dkim", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->dkim,
         "dmarc: a domain whose signature passed", "D"},
        {"spf", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->spf,
         "dmarc: a domain SPF passed for", "D"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &options->profile,
         "results: rfc8601, gmail, m365 or none", "P"},
        {"mailbox", 0, 0, G_OPTION_ARG_STRING, &options->mailbox,
         "results, arc: the border of this configured mailbox", "NAME"},
        {"host", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->hosts,
         "results: a host of the border", "NAME"},
        {"network", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->networks,
         "results: a network inside the border", "CIDR"},
        {"authserv-id", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->servers,
         "results: whom to believe", "ID"},
        {"sealer", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->sealers,
         "arc: whose seal to believe", "D"},
        {"received-at", 0, 0, G_OPTION_ARG_STRING, &options->received_at,
         "dkim: when the mail arrived, ISO 8601", "TIME"},
        G_OPTION_ENTRY_NULL};

    return options_parse(
        &options->common, argc, argv, "spf|dkim|arc|dmarc|results [FILE...|-]",
        "Judges one mechanism alone, for people who debug mail.", own, code);
}

/* What travels to a sorter is UTF-8. */
static char *
valid_text(const char *text)
{
    return g_utf8_make_valid(text ? text : "", -1);
}

static void
add_texts(GPtrArray **list, char *const *texts)
{
    for (; texts && *texts; texts++)
        texts_append(list, valid_text(*texts));
}

/* `<user@example.org>` as in a mail's own fields, or without the brackets. */
static char *
bare_address(const char *text)
{
    g_autofree char *address = g_strstrip(valid_text(text));
    size_t size = strlen(address);

    if (size >= 2 && address[0] == '<' && address[size - 1] == '>')
        return g_strndup(address + 1, size - 2);
    return g_steal_pointer(&address);
}

static bool
is_address(const char *text)
{
    struct in6_addr parsed;

    return inet_pton(AF_INET, text, &parsed) == 1 ||
           inet_pton(AF_INET6, text, &parsed) == 1;
}

static const char *
fill_spf(const AuthOptions *options, Trial *trial)
{
    if (!options->ip || !is_address(options->ip))
        return "spf needs --ip with an IP address";
    if (!options->helo && !options->from)
        return "spf needs --helo or --from";
    trial->ip = valid_text(options->ip);
    trial->helo = g_strstrip(valid_text(options->helo));
    trial->mail_from = bare_address(options->from);
    return NULL;
}

static const char *
fill_dmarc(const AuthOptions *options, Trial *trial)
{
    if (!options->author || !*options->author)
        return "dmarc needs --author with a domain";
    trial->author = bare_address(options->author);
    add_texts(&trial->dkim_domains, options->dkim);
    add_texts(&trial->spf_domains, options->spf);
    return NULL;
}

/* NULL, or what is wrong with the options. */
static const char *
fill_trial(const AuthOptions *options, Trial *trial)
{
    static const struct {
        const char *name;
        TrialMechanism mechanism;
        const char *(*fill)(const AuthOptions *options, Trial *trial);
    } mechanisms[] = {{"spf", TRIAL_SPF, fill_spf},
                      {"dkim", TRIAL_DKIM, NULL},
                      {"arc", TRIAL_ARC, NULL},
                      {"dmarc", TRIAL_DMARC, fill_dmarc},
                      {"results", TRIAL_RESULTS, NULL}};
    const char *named = options->common.rest[0];

    for (size_t i = 0; named && i < G_N_ELEMENTS(mechanisms); i++) {
        if (!g_str_equal(named, mechanisms[i].name))
            continue;
        trial->mechanism = mechanisms[i].mechanism;
        if (mechanisms[i].fill && options->common.rest[1])
            return "spf and dmarc read no file";
        return mechanisms[i].fill ? mechanisms[i].fill(options, trial) : NULL;
    }
    return "name a mechanism: spf, dkim, arc, dmarc or results";
}

static const char *
fill_settings(const AuthOptions *options, SortSettings *settings)
{
    Border *border = &settings->border;

    if (options->profile &&
        !border_profile_from_name(options->profile, &border->profile))
        return "--profile is rfc8601, gmail, m365 or none";
    if (options->received_at &&
        !clock_parse(options->received_at, &settings->origin.received_at))
        return "--received-at is not an ISO 8601 time";
    add_texts(&border->hosts, options->hosts);
    add_texts(&border->networks, options->networks);
    add_texts(&border->authserv_ids, options->servers);
    add_texts(&border->arc_sealers, options->sealers);
    return NULL;
}

static void
print_report(const Bench *bench, const TrialReport *report)
{
    TrialMechanism mechanism = bench->trial->mechanism;
    g_autoptr(GPtrArray) lines = NULL;

    if (!bench->options->common.json) {
        tried_print(mechanism, report);
        return;
    }
    lines = event_tried(mechanism, report);
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *safe = print_safe_json(lines->pdata[i]);

        (void)puts(safe);
    }
}

static void
try_mail(Bench *bench, GBytes *mail)
{
    g_autoptr(GError) error = NULL;
    TrialReport *report =
        sorters_try(bench->sorters, mail, bench->settings, bench->trial, &error);

    if (report)
        print_report(bench, report);
    else
        bench->code = options_fail(error);
    shape_free(&trial_report_shape, report);
}

static void
try_file(Bench *bench, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mails = mbox_read(file, MOST_FILE_BYTES, &error);

    if (!mails) {
        bench->code = options_fail(error);
        return;
    }
    for (guint i = 0; i < mails->len; i++)
        try_mail(bench, mails->pdata[i]);
}

static int
try_all(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    const SortersSettings sorting = {.count = 1};
    g_autoptr(Resolver) resolver =
        options_open_resolver(&bench->options->common, &error);
    g_autoptr(Sorters) sorters =
        resolver ? sorters_new(&sorting, resolver, &error) : NULL;
    TrialMechanism mechanism = bench->trial->mechanism;
    char *const *files = bench->options->common.rest + 1;
    int written;

    if (!sorters)
        return options_fail(error);
    bench->sorters = sorters;
    if (mechanism == TRIAL_SPF || mechanism == TRIAL_DMARC) {
        g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);

        try_mail(bench, nothing);
    } else if (!*files) {
        try_file(bench, "-");
    }
    for (; *files; files++)
        try_file(bench, *files);
    written = print_end();
    return bench->code ? bench->code : written;
}

int
cli_auth(int argc, char **argv)
{
    g_auto(AuthOptions) options = {0};
    g_autoptr(SortSettings) settings = NULL;
    Trial trial;
    Bench bench = {.options = &options, .trial = &trial};
    const char *trouble;
    int code = EX_OK;

    if (!parse_options(&options, argc, argv, &code))
        return code;
    shape_init(&trial_shape, &trial);
    trouble = fill_trial(&options, &trial);
    if (!trouble)
        settings =
            options_sort_settings(&options.common, "auth", options.mailbox, &code);
    if (settings)
        trouble = fill_settings(&options, settings);
    bench.settings = settings;
    if (trouble)
        code = options_usage("auth", trouble);
    else if (settings)
        code = try_all(&bench);
    shape_clear(&trial_shape, &trial);
    return code;
}
