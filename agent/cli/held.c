/* postroom held: mail that no sorter could read. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "cli/listing.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/verb.h"

static const TableColumn held_columns[] = {
    {"id", NULL, 8, 0},      {"state", NULL, 8, 0},          {"mailbox", NULL, 24, 0},
    {"folder", NULL, 16, 2}, {"size_bytes", "bytes", 12, 3}, {"held_at", "held", 16, 0},
    {"stage", NULL, 12, 0},  {"because", NULL, 0, 0},        {0}};

static const TableColumn held_fields[] = {{"id", "held mail", 0, 0},
                                          {"state", NULL, 0, 0},
                                          {"mailbox", NULL, 0, 0},
                                          {"folder", NULL, 0, 0},
                                          {"uid", NULL, 0, 0},
                                          {"stage", NULL, 0, 0},
                                          {"because", NULL, 0, 0},
                                          {"size_bytes", "bytes", 0, 0},
                                          {"received_at", "received", 0, 0},
                                          {"held_at", "held", 0, 0},
                                          {"sha256", NULL, 0, 0},
                                          {0}};

static int
list_held(void *self, char *const *arguments)
{
    (void)arguments;
    return listing_print(self, store_read_held, held_columns);
}

static int
show_held(void *self, char *const *arguments)
{
    const CommonOptions *options = self;
    g_autoptr(StoreTable) held = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    int64_t number;
    int code = EX_USAGE;

    if (!verb_number("held", arguments[0], &number))
        return code;
    held = listing_read(options, store_read_held, &code);
    if (!held)
        return code;
    id = g_strdup_printf("%" G_GINT64_FORMAT, number);
    records_keep(held, "id", id);
    if (held->rows->len == 0) {
        g_set_error(&error, FAULT, FAULT_MESSAGE, "there is no held mail %s", id);
        return options_fail(error);
    }
    if (options->json)
        table_print_json(held);
    else
        table_print_fields(held, 0, held_fields);
    return print_end();
}

static int
show_raw_held(void *self, char *const *arguments)
{
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(GBytes) mail = NULL;
    g_autoptr(GError) error = NULL;
    int64_t id;
    int code = EX_USAGE;

    if (!verb_number("held", arguments[0], &id))
        return code;
    reader = options_open_reader(self, &code);
    if (!reader)
        return code;
    mail = store_read_raw(reader, id, true, &error);
    if (!mail)
        return options_fail(error);
    print_mail(mail);
    return print_end();
}

static int
settle_held(const CommonOptions *options, const char *verb, char *const *arguments)
{
    static const char *const columns[] = {"held", "message", NULL};
    const char *const words[] = {verb, arguments[0], NULL};
    g_autoptr(StoreTable) outcome = records_new(columns, "held");
    g_autofree char *answer = NULL;
    int64_t number;
    int code = EX_USAGE;

    if (!verb_number("held", arguments[0], &number))
        return code;
    code = order_run(options, words, &answer);
    if (code)
        return code;
    outcome->numeric->data[1] = 1;
    records_add(outcome, (const char *const[]){arguments[0], answer, NULL});
    if (!*answer) /* it became none */
        g_clear_pointer(&((GPtrArray *)outcome->rows->pdata[0])->pdata[1], g_free);
    if (options->json)
        table_print_json(outcome);
    else if (*answer)
        (void)printf(_("held mail %s is message %s now\n"), arguments[0], answer);
    else
        (void)printf(_("held mail %s was dropped\n"), arguments[0]);
    return print_end();
}

static int
release_held(void *self, char *const *arguments)
{
    return settle_held(self, "held release", arguments);
}

static int
retry_held(void *self, char *const *arguments)
{
    return settle_held(self, "held retry", arguments);
}

static int
drop_held(void *self, char *const *arguments)
{
    return settle_held(self, "held drop", arguments);
}

static const Verb held_verbs[] = {{"list", NULL, 0, list_held},
                                  {"show", "ID", 1, show_held},
                                  {"raw", "ID", 1, show_raw_held},
                                  {"release", "ID", 1, release_held},
                                  {"retry", "ID", 1, retry_held},
                                  {"drop", "ID", 1, drop_held},
                                  {0}};

int
cli_held(int argc, char **argv)
{
    g_auto(CommonOptions) options = {0};
    int code;

    if (!options_parse(&options, argc, argv,
                       "[list|show ID|raw ID|release ID|retry ID|drop ID]",
                       "Mail that no sorter could read, and its bytes as they came; "
                       "sorts it again, files it as it is, or forgets it.",
                       NULL, &code))
        return code;
    return verb_run("held", options.rest, held_verbs, &options);
}
