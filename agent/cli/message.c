/* postroom message: one mail, as we understood it or as it came. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/reasons.h"
#include "cli/records.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "event/event.h"
#include "sorters/sorters.h"

static const TableColumn place[] = {{"id", "message", 0, 0},
                                    {"ticket", NULL, 0, 0},
                                    {"mailbox", NULL, 0, 0},
                                    {"folder", NULL, 0, 0},
                                    {0}};

static const TableColumn headers[] = {{"recipients", "to", 0, 0},
                                      {"copies", "cc", 0, 0},
                                      {"subject", NULL, 0, 0},
                                      {"date_at", "date", 0, 0},
                                      {"received_at", "received", 0, 0},
                                      {"message_id", "message-id", 0, 0},
                                      {"in_reply_to", "in reply to", 0, 0},
                                      {0}};

static const TableColumn route[] = {{"campaign", NULL, 0, 0},
                                    {"automatic_because", "automatic", 0, 0},
                                    {"thread_because", "joined because", 0, 0},
                                    {"department", NULL, 0, 0},
                                    {"language", NULL, 0, 0},
                                    {"spam_score", "spam score", 0, 0},
                                    {"phishing_score", "phishing score", 0, 0},
                                    {0}};

static const TableColumn attachment_columns[] = {{"n", NULL, 4, 0},
                                                 {"size_bytes", "bytes", 12, 0},
                                                 {"content_type", "type", 32, 0},
                                                 {"risk_json", "risk", 24, 0},
                                                 {"filename", NULL, 0, 0},
                                                 {0}};

/* Each of a JSON list's texts on a line; `key` as for event_read_texts. */
static void
print_list(const char *title, const char *json, const char *key)
{
    g_autoptr(GPtrArray) texts = event_read_texts(json, key);

    for (guint i = 0; i < texts->len; i++)
        print_field(i ? "" : title, texts->pdata[i]);
}

/* An address that is missing or hides in the name shows as such. */
static void
print_author(const StoreTable *message)
{
    const char *name = records_value(message, 0, "sender_name");
    const char *address = records_value(message, 0, "sender");
    g_autofree char *from = g_strdup_printf(
        "%s%s<%s>", name ? name : "", name && *name ? " " : "", address ? address : "");

    print_field("from", from);
}

/* The reasons as they were written down, or in the reader's language. */
static void
print_reasons(const StoreTable *message)
{
    const char *json = records_value(message, 0, "reasons_json");
    g_autoptr(GPtrArray) signals = event_read_texts(json, "signal");
    g_autoptr(GPtrArray) texts = event_read_texts(json, "text");
    const char *language = reasons_language(NULL);
    const char *name = records_value(message, 0, "label");
    Label label = LABEL_OTHER;

    if (!name || !label_from_name(name, &label) || signals->len != texts->len)
        language = "en";
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *text =
            reasons_text(signals->pdata[i], texts->pdata[i], label, language);

        print_field(i ? "" : "  because", text);
    }
}

static void
print_judgement(const StoreTable *message)
{
    const char *domain = records_value(message, 0, "author_domain");
    const char *sublabel = records_value(message, 0, "sublabel");
    const char *confidence = records_value(message, 0, "confidence");
    bool review = g_strcmp0(records_value(message, 0, "review"), "1") == 0;
    g_autofree char *verdict =
        g_strdup_printf("%s%s%s", records_value(message, 0, "verdict"),
                        domain ? _(", author domain ") : "", domain ? domain : "");
    g_autofree char *label = g_strdup_printf(
        _("%s%s%s (confidence %.2f%s)"), records_value(message, 0, "label"),
        sublabel ? ", " : "", sublabel ? sublabel : "",
        confidence ? g_ascii_strtod(confidence, NULL) : 0,
        review ? _(", needs a look") : "");

    print_field("verdict", verdict);
    print_list("  because", records_value(message, 0, "verdict_because_json"), NULL);
    print_field("label", label);
    print_reasons(message);
    table_print_fields(message, 0, route);
    print_list("rules", records_value(message, 0, "rules_json"), NULL);
    print_list("defects", records_value(message, 0, "defects_json"), NULL);
}

/* What its author wrote; the whole text where nothing could be told apart. */
static void
print_words(const StoreTable *message)
{
    const char *reply = records_value(message, 0, "reply_text");
    const char *text = records_value(message, 0, "text");
    const char *words = reply && *reply ? reply : text;

    if (!words || !*words)
        return;
    (void)putchar('\n');
    print_text("    ", words);
    if (g_strcmp0(records_value(message, 0, "is_truncated"), "1") == 0)
        (void)puts(_("\n(the text is longer: see 'message raw')"));
}

static void
print_message(const StoreTable *message, const StoreTable *attachments)
{
    table_print_fields(message, 0, place);
    print_author(message);
    table_print_fields(message, 0, headers);
    (void)putchar('\n');
    print_judgement(message);
    if (attachments->rows->len > 0) {
        (void)putchar('\n');
        table_print(attachments, attachment_columns);
    }
    print_words(message);
}

/* False: printed, `code` is set. */
static bool
read_message(StoreReader *reader, int64_t id, StoreTable **message,
             StoreTable **attachments, int *code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTable) found = store_read_message(reader, id, &error);

    if (found && found->rows->len == 0)
        g_set_error(&error, FAULT, FAULT_MESSAGE,
                    "there is no message %" G_GINT64_FORMAT, id);
    if (!error)
        *attachments = store_read_attachments(reader, id, &error);
    if (error) {
        *code = options_fail(error);
        return false;
    }
    *message = g_steal_pointer(&found);
    return true;
}

static int
show_message(void *self, char *const *arguments)
{
    const CommonOptions *options = self;
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) message = NULL;
    g_autoptr(StoreTable) attachments = NULL;
    int64_t id;
    int code = EX_USAGE;

    if (!verb_number("message", arguments[0], &id))
        return code;
    reader = options_open_reader(options, &code);
    if (!reader || !read_message(reader, id, &message, &attachments, &code))
        return code;
    if (options->json) {
        records_nest(message, "attached", attachments);
        table_print_json(message);
    } else {
        print_message(message, attachments);
    }
    return print_end();
}

static int
show_raw(void *self, char *const *arguments)
{
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(GBytes) mail = NULL;
    g_autoptr(GError) error = NULL;
    int64_t id;
    int code = EX_USAGE;

    if (!verb_number("message", arguments[0], &id))
        return code;
    reader = options_open_reader(self, &code);
    if (!reader)
        return code;
    mail = store_read_raw(reader, id, false, &error);
    if (!mail)
        return options_fail(error);
    print_mail(mail);
    return print_end();
}

/* The part number of attachment `n`; owned. */
static char *
find_part(const StoreTable *attachments, const char *id, const char *n, GError **error)
{
    for (guint row = 0; row < attachments->rows->len; row++)
        if (g_strcmp0(records_value(attachments, row, "n"), n) == 0)
            return g_strdup(records_value(attachments, row, "part"));
    g_set_error(error, FAULT, FAULT_MESSAGE,
                "message %s has %u attachments, no number %s", id,
                attachments->rows->len, n);
    return NULL;
}

/* Mail is opened in a sorter only, an attachment's bytes too. */
static GBytes *
decode_part(const Config *config, GBytes *mail, const char *part, GError **error)
{
    const SortersSettings one = {.count = 1};
    g_autoptr(SortSettings) settings = config_sort_settings(config, NULL);
    g_autoptr(Resolver) resolver =
        resolver_new(&(ResolverSettings){.server = "none"}, error);
    g_autoptr(Sorters) sorters = resolver ? sorters_new(&one, resolver, error) : NULL;

    return sorters ? sorters_attachment(sorters, mail, settings, part, error) : NULL;
}

static GBytes *
read_attachment(const Config *config, StoreReader *reader,
                const StoreTable *attachments, char *const *arguments, GError **error)
{
    g_autofree char *part = find_part(attachments, arguments[0], arguments[1], error);
    g_autoptr(GBytes) mail = NULL;

    if (!part)
        return NULL;
    mail =
        store_read_raw(reader, g_ascii_strtoll(arguments[0], NULL, 10), false, error);
    return mail ? decode_part(config, mail, part, error) : NULL;
}

static int
show_attachment(void *self, char *const *arguments)
{
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) message = NULL;
    g_autoptr(StoreTable) attachments = NULL;
    g_autoptr(Config) config = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    int64_t id;
    int64_t n;
    int code = EX_USAGE;

    if (!verb_number("message", arguments[0], &id) ||
        !verb_number("message", arguments[1], &n))
        return code;
    if (isatty(STDOUT_FILENO))
        return options_usage("message", "an attachment is not for a terminal: send it "
                                        "to a file, '> FILE'");
    config = options_load_config(self, &code);
    reader = config ? options_open_reader(self, &code) : NULL;
    if (!reader || !read_message(reader, id, &message, &attachments, &code))
        return code;
    bytes = read_attachment(config, reader, attachments, arguments, &error);
    if (!bytes)
        return options_fail(error);
    print_bytes(bytes);
    return print_end();
}

static const Verb message_verbs[] = {{"show", "ID", 1, show_message},
                                     {"raw", "ID", 1, show_raw},
                                     {"attachment", "ID N", 2, show_attachment},
                                     {0}};

int
cli_message(int argc, char **argv)
{
    g_auto(CommonOptions) options = {0};
    int code;

    if (!options_parse(&options, argc, argv, "show ID|raw ID|attachment ID N",
                       "Shows a message with all that was found in it, its bytes as "
                       "they came, or the bytes of its attachment N.",
                       NULL, &code))
        return code;
    return verb_run("message", options.rest, message_verbs, &options);
}
