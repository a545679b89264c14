/* postroom stats: the numbers of the last days, as bars. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"

enum {
    USUALLY_DAYS = 30,
    BAR = 40, /* columns of the longest */
};

static int64_t
value_at(const StoreTable *stats, guint row)
{
    return g_ascii_strtoll(records_value(stats, row, "value"), NULL, 10);
}

/* The records of one figure stand together: from `first` up to the answer. */
static guint
end_of_figure(const StoreTable *stats, guint first)
{
    const char *figure = records_value(stats, first, "figure");
    guint end = first;

    while (end < stats->rows->len &&
           g_str_equal(records_value(stats, end, "figure"), figure))
        end++;
    return end;
}

static void
print_bar(const char *name, size_t width, int64_t value, int64_t most)
{
    g_autofree char *safe = print_safe(name);
    int length = most > 0 ? (int)(value * BAR / most) : 0;

    (void)printf("  %s%*s  %10" G_GINT64_FORMAT "  ", safe,
                 (int)(width - MIN(width, print_width(safe))), "", value);
    for (int i = 0; i < length; i++)
        (void)fputs("█", stdout);
    (void)putchar('\n');
}

static void
print_figure(const StoreTable *stats, guint first, guint end)
{
    int64_t most = 0;
    size_t width = 0;

    (void)printf("%s%s\n", first ? "\n" : "", records_value(stats, first, "figure"));
    for (guint row = first; row < end; row++) {
        g_autofree char *safe = print_safe(records_value(stats, row, "name"));

        most = MAX(most, value_at(stats, row));
        width = MAX(width, print_width(safe));
    }
    for (guint row = first; row < end; row++)
        print_bar(records_value(stats, row, "name"), width, value_at(stats, row), most);
}

int
cli_stats(int argc, char **argv)
{
    gint64 days = USUALLY_DAYS;
    const GOptionEntry own[] = {
        {"days", 0, 0, G_OPTION_ARG_INT64, &days, "how far back (30)", "N"},
        G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) stats = NULL;
    g_autoptr(GError) error = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "",
                       "Messages by label and day, tickets by status, first response, "
                       "top senders.",
                       own, &code))
        return code;
    if (*options.rest || days < 1 || days > 36500)
        return options_usage("stats", "takes --days N and no further word");
    reader = options_open_reader(&options, &code);
    if (!reader)
        return code;
    stats = store_read_stats(reader, days, &error);
    if (!stats)
        return options_fail(error);
    if (options.json)
        table_print_json(stats);
    for (guint at = 0; !options.json && at < stats->rows->len;) {
        guint end = end_of_figure(stats, at);

        print_figure(stats, at, end);
        at = end;
    }
    return print_end();
}
