#include "cli/table.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/print.h"
#include "cli/records.h"
#include "event/event.h"

enum {
    GAP = 2,
    PIPE_WIDTH = 2000, /* no terminal: nothing but the absurd is cut */
    LEAST_REST = 20,
    MOST_COLUMNS = 16,
};

static char *
duration(const char *text)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t seconds = g_ascii_strtoll(text, NULL, 10);

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (ABS(seconds) >= units[i].seconds)
            return g_strdup_printf("%" G_GINT64_FORMAT " %s",
                                   seconds / units[i].seconds, units[i].unit);
    return g_strdup("0 s");
}

/* "2026-11-23T10:00:00.123Z" as "2026-11-23 10:00". */
static char *
short_time(const char *text)
{
    char *time = g_strndup(text, strlen("2026-11-23T10:00"));

    return g_strdelimit(time, "T", ' ');
}

/* The texts of a JSON list, side by side. */
static char *
joined(const char *json)
{
    g_autoptr(GPtrArray) texts = event_read_texts(json, NULL);
    g_autofree char *all = NULL;

    g_ptr_array_add(texts, NULL);
    all = g_strjoinv(", ", (char **)texts->pdata);
    return print_safe(all);
}

static char *
cell_text(const char *name, const char *text)
{
    if (!text)
        return g_strdup("");
    if (g_str_has_suffix(name, "_json"))
        return joined(text);
    if (g_str_has_suffix(name, "_at"))
        return short_time(text);
    if (strstr(name, "seconds"))
        return duration(text);
    return print_safe(text);
}

/* At most `most` columns wide; what is cut is marked. */
static char *
cut(char *text, size_t most)
{
    GString *kept;
    size_t width = 0;

    if (print_width(text) <= most)
        return text;
    kept = g_string_new(NULL);
    for (const char *at = text; *at; at = g_utf8_find_next_char(at, NULL)) {
        gunichar letter = g_utf8_get_char(at);

        width += g_unichar_iszerowidth(letter) ? 0 : g_unichar_iswide(letter) ? 2 : 1;
        if (width >= most)
            break;
        g_string_append_unichar(kept, letter);
    }
    g_string_append(kept, "…");
    g_free(text);
    return g_string_free(kept, FALSE);
}

static size_t
line_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return PIPE_WIDTH;
}

/* The cells as texts: rows after one another, `shown` columns each. */
typedef struct Grid {
    GPtrArray *cells;
    guint columns[MOST_COLUMNS]; /* of the StoreTable */
    size_t widths[MOST_COLUMNS];
    size_t count;
} Grid;

static void
add_cell(Grid *grid, size_t column, char *text)
{
    grid->widths[column] = MAX(grid->widths[column], print_width(text));
    g_ptr_array_add(grid->cells, text);
}

static void
fill_grid(Grid *grid, const StoreTable *table, const TableColumn *shown)
{
    size_t line = line_width();
    size_t used = 0;

    for (size_t i = 0; i < grid->count; i++) {
        grid->columns[i] = records_column(table, shown[i].name);
        add_cell(grid, i, g_strdup(_(shown[i].title ? shown[i].title : shown[i].name)));
    }
    for (guint row = 0; row < table->rows->len; row++) {
        const GPtrArray *values = table->rows->pdata[row];

        for (size_t i = 0; i < grid->count; i++)
            add_cell(grid, i,
                     cell_text(shown[i].name, values->pdata[grid->columns[i]]));
    }
    for (size_t i = 0; i < grid->count; i++)
        if (shown[i].most)
            used += MIN(grid->widths[i], shown[i].most) + GAP;
    for (size_t i = 0; i < grid->count; i++) {
        size_t rest = line > used + LEAST_REST ? line - used : LEAST_REST;

        grid->widths[i] = MIN(grid->widths[i], shown[i].most ? shown[i].most : rest);
    }
}

static void
print_cell(const char *text, size_t width, bool is_right, bool is_last)
{
    int pad = (int)(width - print_width(text));

    if (is_right)
        (void)printf("%*s%s", pad, "", text);
    else
        (void)printf("%s%*s", text, is_last ? 0 : pad, "");
    (void)printf("%*s", is_last ? 0 : GAP, "");
}

void
table_print(const StoreTable *table, const TableColumn *shown)
{
    Grid grid = {.cells = g_ptr_array_new_with_free_func(g_free)};

    while (shown[grid.count].name)
        grid.count++;
    g_assert(grid.count > 0 && grid.count <= MOST_COLUMNS);
    fill_grid(&grid, table, shown);
    for (guint i = 0; i < grid.cells->len; i++) {
        size_t column = i % grid.count;
        bool is_right = table->numeric->data[grid.columns[column]] && table->rows->len;

        grid.cells->pdata[i] = cut(grid.cells->pdata[i], grid.widths[column]);
        print_cell(grid.cells->pdata[i], grid.widths[column], is_right,
                   column + 1 == grid.count);
        if (column + 1 == grid.count)
            (void)putchar('\n');
    }
    g_ptr_array_unref(grid.cells);
}

void
table_print_fields(const StoreTable *table, guint row, const TableColumn *shown)
{
    for (; shown->name; shown++) {
        const char *value = records_value(table, row, shown->name);
        g_autofree char *text =
            value && strstr(shown->name, "seconds") ? duration(value) : g_strdup(value);

        if (text && *text)
            print_field(shown->title ? shown->title : shown->name, text);
    }
}

void
table_print_json(const StoreTable *table)
{
    for (guint row = 0; row < table->rows->len; row++) {
        g_autofree char *record = records_json(table, row);
        g_autofree char *line = print_safe_json(record);

        (void)puts(line);
    }
}
