/* postroom explain: the very same sorter, told to a person. Writes nothing. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "cli/mbox.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/reasons.h"
#include "cli/sender.h"
#include "event/event.h"
#include "sorters/sorters.h"

enum {
    MOST_FILE_BYTES = 1 << 30
};

typedef struct Explainer {
    const CommonOptions *options;
    SortSettings *settings;
    Sorters *sorters;
    const char *language; /* of the reasons */
    int code;
} Explainer;

static void
print_texts(const char *title, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        print_field(i ? "" : title, texts->pdata[i]);
}

static void
print_reasons(const Classification *classification)
{
    for (guint i = 0; i < MIN(list_length(classification->reasons), 3); i++) {
        const Reason *reason = classification->reasons->pdata[i];

        print_field(i ? "" : "because", reason->text);
    }
}

static void
print_account(const char *file, const Facts *facts)
{
    const Message *message = &facts->message;
    const Classification *label = &facts->opinion.classification;
    g_autofree char *from =
        g_strdup_printf("%s <%s>", message->from.name ? message->from.name : "",
                        message->from.address ? message->from.address : "");
    g_autofree char *judged =
        g_strdup_printf(_("%s (confidence %.2f%s)"), label_name(label->label),
                        label->confidence, label->review ? _(", needs a look") : "");

    print_field("file", file);
    print_field("from", from);
    print_field("subject", message->subject);
    sender_print(&facts->verdict);
    print_field("label", judged);
    print_reasons(label);
    print_texts("phishing", facts->opinion.phishing.signals);
    print_texts("defects", message->defects);
    (void)putchar('\n');
}

static void
finish_facts(const Explainer *explainer, Facts *facts, GBytes *mail)
{
    gsize size;
    const void *bytes = g_bytes_get_data(mail, &size);

    facts->message.sha256 = digest_sha256_hex(bytes, size);
    reasons_translate(&facts->opinion.classification, explainer->language);
    reasons_translate_texts(facts->opinion.phishing.signals, explainer->language);
}

static void
explain_mail(Explainer *explainer, const char *file, GBytes *mail)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Facts) facts = sorters_finish(
        sorters_begin(explainer->sorters, mail, explainer->settings), &error);
    g_autoptr(Facts) nothing = facts_new();
    const Facts *told = facts ? facts : nothing;

    if (facts)
        finish_facts(explainer, facts, mail);
    else
        explainer->code = EX_DATAERR;
    if (explainer->options->json) {
        g_autofree char *line =
            event_explained(file, &explainer->settings->origin, told,
                            facts ? NULL : "sorter", facts ? NULL : error->message);
        g_autofree char *safe = print_safe_json(line);

        (void)puts(safe);
    } else if (facts) {
        print_account(file, facts);
    } else {
        print_field("file", file);
        print_field("held", error->message);
    }
    /* Who reads mail after mail need not wait for a full buffer; print_end tells
     * whether it worked. */
    (void)fflush(stdout);
}

static void
explain_file(Explainer *explainer, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mails = mbox_read(file, MOST_FILE_BYTES, &error);

    if (!mails) {
        explainer->code = options_fail(error);
        return;
    }
    for (guint i = 0; i < mails->len; i++)
        explain_mail(explainer, file, mails->pdata[i]);
}

/* As the house does that the configuration names. */
static bool
teach(const CommonOptions *options, Sorters *sorters, GError **error)
{
    g_autoptr(Lessons) lessons =
        options_read_lessons(options, sorters_lesson_version());
    LearnReport report;
    bool done = sorters_teach(sorters, lessons, &report, error);

    learn_report_clear(&report);
    return done;
}

static int
explain_all(Explainer *explainer)
{
    g_autoptr(GError) error = NULL;
    const SortersSettings sorting = {.count = 1};
    g_autoptr(Resolver) resolver = options_open_resolver(explainer->options, &error);
    g_autoptr(Sorters) sorters =
        resolver ? sorters_new(&sorting, resolver, &error) : NULL;
    char *const *files = explainer->options->rest;
    int written;

    if (!sorters || !teach(explainer->options, sorters, &error))
        return options_fail(error);
    explainer->sorters = sorters;
    if (!*files)
        explain_file(explainer, "-");
    for (; *files; files++)
        explain_file(explainer, *files);
    written = print_end();
    return explainer->code ? explainer->code : written;
}

int
cli_explain(int argc, char **argv)
{
    g_autofree char *mailbox = NULL;
    g_autofree char *received_at = NULL;
    g_autofree char *language = NULL;
    const GOptionEntry own[] = {{"mailbox", 0, 0, G_OPTION_ARG_STRING, &mailbox,
                                 "judge as mail of this configured mailbox", "NAME"},
                                {"received-at", 0, 0, G_OPTION_ARG_STRING, &received_at,
                                 "when it arrived, ISO 8601", "TIME"},
                                {"lang", 0, 0, G_OPTION_ARG_STRING, &language,
                                 "language of the reasons, default by locale", "en|es"},
                                G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(SortSettings) settings = NULL;
    Explainer explainer = {.options = &options};
    int code;

    if (!options_parse(&options, argc, argv, "[FILE...|-]",
                       "Says what the sorter finds in mail, and why. Writes nothing.",
                       own, &code))
        return code;
    settings = options_sort_settings(&options, "explain", mailbox, &code);
    if (!settings)
        return code;
    if (received_at && !clock_parse(received_at, &settings->origin.received_at))
        return options_usage("explain", "--received-at is not an ISO 8601 time");
    explainer.language = reasons_language(language);
    if (!explainer.language)
        return options_usage("explain", "--lang is en or es");
    if (!options.rest[0] && isatty(STDIN_FILENO)) /* who typed it would wait for ever */
        return options_usage("explain", "name a file, or - for a mail that you type");
    explainer.settings = settings;
    return explain_all(&explainer);
}
