/* postroom campaign: what other programs sent in our name, and what came of it. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "base/fault.h"
#include "cli/csv_file.h"
#include "cli/listing.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/verb.h"

enum {
    MAILS_AN_ORDER = 200
};

static const TableColumn campaign_columns[] = {{"id", "campaign", 32, 0},
                                               {"sent", NULL, 9, 0},
                                               {"replies", NULL, 8, 0},
                                               {"interested", NULL, 10, 2},
                                               {"unsubscribes", "unsubscribed", 12, 1},
                                               {"complaints", NULL, 10, 0},
                                               {"bounces", NULL, 8, 0},
                                               {"first_sent_at", "first sent", 0, 3},
                                               {0}};

static StoreTable *
read_all(StoreReader *reader, GError **error)
{
    return store_read_campaigns(reader, NULL, error);
}

static int
list_campaigns(void *self, char *const *arguments)
{
    (void)arguments;
    return listing_print(self, read_all, campaign_columns);
}

static int
show_campaign(void *self, char *const *arguments)
{
    const CommonOptions *options = self;
    int code;
    g_autoptr(StoreReader) reader = options_open_reader(options, &code);
    g_autoptr(StoreTable) campaign = NULL;
    g_autoptr(GError) error = NULL;

    if (!reader)
        return code;
    campaign = store_read_campaigns(reader, arguments[0], &error);
    if (campaign && campaign->rows->len == 0)
        g_set_error(&error, FAULT, FAULT_MESSAGE, "there is no campaign '%s'",
                    arguments[0]);
    if (error)
        return options_fail(error);
    if (options->json)
        table_print_json(campaign);
    else
        table_print_fields(campaign, 0, campaign_columns);
    return print_end();
}

static const char *const of_campaign[] = {"campaign", "campaign_id", "id", NULL};
static const char *const of_mail[] = {"message_id", "messageid", NULL};
static const char *const of_recipient[] = {"recipient", "address", "email", "to", NULL};
static const char *const of_token[] = {"token", "unsubscribe_token", NULL};
static const char *const of_time[] = {"sent_at", "sent", "date", NULL};

/* "spring.csv" is the campaign "spring" where no column says otherwise. */
static char *
campaign_of(const CsvFile *csv, guint row, const char *file)
{
    const char *named = csv_file_value(csv, row, of_campaign);
    g_autofree char *base = NULL;
    char *dot;

    if (named)
        return g_strdup(named);
    base = g_path_get_basename(file);
    dot = strrchr(base, '.');
    return dot > base ? g_strndup(base, (gsize)(dot - base)) : g_strdup(base);
}

static bool
check_row(const CsvFile *csv, guint row, GError **error)
{
    const char *recipient = csv_file_value(csv, row, of_recipient);
    const char *sent = csv_file_value(csv, row, of_time);
    int64_t time;

    if (!recipient && !csv_file_value(csv, row, of_mail) &&
        !csv_file_value(csv, row, of_token))
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "neither message_id nor recipient nor token");
    else if (recipient && !strchr(recipient, '@'))
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is no address", recipient);
    else if (sent && !clock_parse(sent, &time))
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is not an ISO 8601 date or time",
                    sent);
    else
        return true;
    return false;
}

/* All or nothing, as far as the file can tell. */
static CsvFile *
read_mails(const char *file, GError **error)
{
    g_autoptr(CsvFile) csv = csv_file_read(file, error);

    for (guint row = 0; csv && row < csv->rows->len; row++)
        if (!check_row(csv, row, error)) {
            g_prefix_error(error, "%s:%u: ", file,
                           g_array_index(csv->lines, guint, row));
            return NULL;
        }
    return g_steal_pointer(&csv);
}

static void
add_mail(GStrvBuilder *words, const CsvFile *csv, guint row)
{
    const char *const *const columns[] = {of_mail, of_recipient, of_token, of_time};

    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        const char *value = csv_file_value(csv, row, columns[i]);
        g_autofree char *word = g_strdup(value ? value : "");

        if (i == 0 && *word == '<') /* the database has ids without brackets */
            memmove(word, word + 1, strlen(word));
        if (i == 0 && g_str_has_suffix(word, ">"))
            word[strlen(word) - 1] = '\0';
        g_strv_builder_add(words, word);
    }
}

/* The mails of one campaign from `row` on, as many as one order takes. */
static guint
fill_order(GStrvBuilder *words, const CsvFile *csv, guint row, const char *file)
{
    g_autofree char *campaign = campaign_of(csv, row, file);
    guint end = row;

    g_strv_builder_add_many(words, "campaign import", campaign, NULL);
    while (end < csv->rows->len && end - row < MAILS_AN_ORDER) {
        g_autofree char *next = campaign_of(csv, end, file);

        if (!g_str_equal(next, campaign))
            break;
        add_mail(words, csv, end++);
    }
    return end;
}

static int
import_mails(const CommonOptions *options, const CsvFile *csv, const char *file,
             int64_t *added)
{
    guint row = 0;

    while (row < csv->rows->len) {
        g_autoptr(GStrvBuilder) words = g_strv_builder_new();
        g_autofree char *answer = NULL;
        g_auto(GStrv) order = NULL;
        int code;

        row = fill_order(words, csv, row, file);
        order = g_strv_builder_end(words);
        code = order_run(options, (const char *const *)order, &answer);
        if (code)
            return code;
        *added += g_ascii_strtoll(answer, NULL, 10);
    }
    return EX_OK;
}

static int
import_campaign(void *self, char *const *arguments)
{
    static const char *const columns[] = {"file", "mails", "added", NULL};
    const CommonOptions *options = self;
    g_autoptr(GError) error = NULL;
    g_autoptr(CsvFile) csv = read_mails(arguments[0], &error);
    g_autoptr(StoreTable) outcome = records_new(columns, "mails");
    g_autofree char *mails = NULL;
    g_autofree char *new_ones = NULL;
    int64_t added = 0;
    int code;

    if (!csv)
        return options_fail(error);
    code = import_mails(options, csv, arguments[0], &added);
    if (code)
        return code;
    mails = g_strdup_printf("%u", csv->rows->len);
    new_ones = g_strdup_printf("%" G_GINT64_FORMAT, added);
    outcome->numeric->data[2] = 1;
    records_add(outcome, (const char *const[]){arguments[0], mails, new_ones, NULL});
    if (options->json)
        table_print_json(outcome);
    else
        (void)printf(_("%s mails read, %s of them new\n"), mails, new_ones);
    return print_end();
}

static const Verb campaign_verbs[] = {{"list", NULL, 0, list_campaigns},
                                      {"show", "ID", 1, show_campaign},
                                      {"import", "FILE", 1, import_campaign},
                                      {0}};

int
cli_campaign(int argc, char **argv)
{
    g_auto(CommonOptions) options = {0};
    int code;

    if (!options_parse(&options, argc, argv, "[list|show ID|import FILE]",
                       "Campaigns and what came of them; registers what was sent: "
                       "columns campaign, message_id, recipient, token, sent_at.",
                       NULL, &code))
        return code;
    return verb_run("campaign", options.rest, campaign_verbs, &options);
}
