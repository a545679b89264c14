/* postroom search: words in what people wrote. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/table.h"

enum {
    USUALLY = 20
};

static const TableColumn found_columns[] = {{"message", NULL, 8, 0},
                                            {"ticket", NULL, 8, 0},
                                            {"received_at", "received", 16, 1},
                                            {"sender", NULL, 32, 0},
                                            {"subject", NULL, 40, 0},
                                            {"snippet", "words", 0, 0},
                                            {0}};

/* Nobody takes a part for the whole. */
static void
tell_reach(const StoreSearched *searched)
{
    if (searched->lag)
        (void)fprintf(stderr,
                      _("postroom: the %ld newest messages are not in the index yet\n"),
                      (long)searched->lag);
    if (searched->newest)
        (void)fprintf(
            stderr,
            _("postroom: too much is found; only the %ld newest messages were "
              "looked at. More words, or more letters before a *, find older "
              "ones\n"),
            (long)searched->newest);
}

static int
search(const CommonOptions *options, const char *words, int64_t most)
{
    StoreSearched searched;
    int code;
    g_autoptr(StoreReader) reader = options_open_reader(options, &code);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTable) found = NULL;

    if (!reader)
        return code;
    found = store_read_search(reader, words, most, &searched, &error);
    if (!found)
        return options_fail(error);
    tell_reach(&searched);
    if (options->json)
        table_print_json(found);
    else
        table_print(found, found_columns);
    return print_end();
}

int
cli_search(int argc, char **argv)
{
    gint64 most = USUALLY;
    const GOptionEntry own[] = {
        {"limit", 0, 0, G_OPTION_ARG_INT64, &most, "how many at most (20)", "N"},
        G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autofree char *words = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "WORDS",
                       "Messages that have all the words in their subject or in what "
                       "was written in them, the best first. 'invoic*' finds what "
                       "begins like it.",
                       own, &code))
        return code;
    words = g_strjoinv(" ", options.rest);
    if (!*g_strstrip(words))
        return options_usage("search", "wants words to look for");
    if (most < 1)
        return options_usage("search", "--limit is not a number from 1");
    return search(&options, words, most);
}
