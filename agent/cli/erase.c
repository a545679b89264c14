/* postroom erase: forgets a person. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"

enum {
    NUMBERS = 4
};

/* Copies that were made before hold what was erased now. */
static void
warn_of_copies(const CommonOptions *options)
{
    int code;
    g_autoptr(Config) config = options_load_config(options, &code);
    g_autoptr(GError) unread = NULL; /* then nobody could have put a copy there */
    g_autoptr(GDir) folder = config ? g_dir_open(config->state, 0, &unread) : NULL;
    const char *name;

    while (folder && (name = g_dir_read_name(folder)))
        if (g_str_has_prefix(name, "postroom.db.before-"))
            (void)fprintf(stderr,
                          _("postroom: an older copy may still hold it: %s/%s\n"),
                          config->state, name);
}

int
cli_erase(int argc, char **argv)
{
    static const char *const columns[] = {"address",  "tickets", "messages",
                                          "mentions", "held",    NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(StoreTable) outcome = records_new(columns, "tickets");
    g_autofree char *answer = NULL;
    g_auto(GStrv) numbers = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "ADDRESS",
                       "Erases a person: tickets, mail from and to the address, and "
                       "the address wherever else it stands. What lies on mail "
                       "servers, and backups, stay as they are.",
                       NULL, &code))
        return code;
    if (!options.rest[0] || options.rest[1])
        return options_usage("erase", "wants one address");
    code = order_run(&options, (const char *const[]){"erase", options.rest[0], NULL},
                     &answer);
    if (code)
        return code;
    numbers = g_strsplit(answer, " ", NUMBERS);
    for (guint i = 1; i <= NUMBERS; i++)
        outcome->numeric->data[i] = 1;
    records_add(outcome, (const char *const[]){options.rest[0], numbers[0], numbers[1],
                                               numbers[2], numbers[3], NULL});
    if (options.json)
        table_print_json(outcome);
    else
        (void)printf(
            _("erased: %s tickets, %s messages, %s mentions in others' mail, %s "
              "held mails\n"),
            numbers[0], numbers[1], numbers[2], numbers[3]);
    warn_of_copies(&options);
    return print_end();
}
