/* postroom stats: the numbers of the last days, as bars. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"

enum {
    USUALLY_DAYS = 30,
    BAR = 40, /* columns of the longest */
    VALUE = 8,
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

static char *
value_text(const char *figure, int64_t value)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, value);

    return strstr(figure, "seconds") ? table_duration(digits)
                                     : g_steal_pointer(&digits);
}

/* What is left of the line behind the name and the number, and no more than is seen at
 * a glance. */
static int64_t
bar_width(size_t name)
{
    size_t used = 2 + name + 2 + VALUE + 2;
    size_t line = table_line_width();

    return CLAMP((int64_t)line - (int64_t)used, 1, BAR);
}

static void
print_bar(const char *name, size_t width, const char *value, int64_t length)
{
    g_autofree char *safe = print_safe(name);

    (void)printf("  %s%*s  %*s  ", safe, (int)(width - MIN(width, print_width(safe))),
                 "", VALUE, value);
    for (int i = 0; i < length; i++)
        (void)fputs("█", stdout);
    (void)putchar('\n');
}

static void
print_figure(const StoreTable *stats, guint first, guint end)
{
    const char *figure = records_value(stats, first, "figure");
    g_autofree char *title = NULL;
    int64_t most = 0;
    size_t width = 0;

    title = g_strndup(figure, strstr(figure, " seconds")
                                  ? strlen(figure) - strlen(" seconds")
                                  : strlen(figure));
    (void)printf("%s%s\n", first ? "\n" : "", _(title));
    for (guint row = first; row < end; row++) {
        g_autofree char *safe = print_safe(records_value(stats, row, "name"));

        most = MAX(most, value_at(stats, row));
        width = MAX(width, print_width(safe));
    }
    for (guint row = first; row < end; row++) {
        g_autofree char *value = value_text(figure, value_at(stats, row));

        print_bar(records_value(stats, row, "name"), width, value,
                  most ? value_at(stats, row) * bar_width(width) / most : 0);
    }
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
