#include "cli/table.h"

#include <limits.h>
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
    LEAST_TEXT = 12,   /* columns of a text that is cut */
};

char *
table_duration(const char *text)
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

static bool
is_time(const char *name)
{
    return g_str_equal(name, "at") || g_str_has_suffix(name, "_at") ||
           g_str_has_suffix(name, "_since");
}

static char *
cell_text(const char *name, const char *text)
{
    if (!text)
        return g_strdup("");
    if (g_str_has_suffix(name, "_json"))
        return joined(text);
    if (is_time(name))
        return short_time(text);
    if (strstr(name, "seconds"))
        return table_duration(text);
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

size_t
table_line_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return PIPE_WIDTH;
}

/* A column on its way to the terminal. */
typedef struct Strip {
    const TableColumn *shown;
    guint column; /* of the StoreTable */
    GPtrArray *cells;
    size_t width, least;
    bool is_right, is_empty;
} Strip;

static void
fill_strip(Strip *strip, const StoreTable *table)
{
    const TableColumn *shown = strip->shown;

    strip->column = records_column(table, shown->name);
    strip->is_right = table->numeric->data[strip->column] && table->rows->len;
    strip->is_empty = table->rows->len > 0;
    g_ptr_array_add(strip->cells,
                    g_strdup(_(shown->title ? shown->title : shown->name)));
    for (guint row = 0; row < table->rows->len; row++) {
        const GPtrArray *values = table->rows->pdata[row];
        char *text = cell_text(shown->name, values->pdata[strip->column]);

        strip->is_empty = strip->is_empty && !*text;
        g_ptr_array_add(strip->cells, text);
    }
    for (guint i = 0; i < strip->cells->len; i++)
        strip->width = MAX(strip->width, print_width(strip->cells->pdata[i]));
    if (shown->most) /* a heading may be longer in another language */
        strip->width =
            MIN(strip->width, MAX(shown->most, print_width(strip->cells->pdata[0])));
    strip->least = strip->is_right || is_time(shown->name)
                       ? strip->width
                       : MIN(strip->width, LEAST_TEXT);
}

static Strip *
new_strip(const TableColumn *shown, const StoreTable *table)
{
    Strip *strip = g_new0(Strip, 1);

    strip->shown = shown;
    strip->cells = g_ptr_array_new_with_free_func(g_free);
    fill_strip(strip, table);
    return strip;
}

static void
free_strip(gpointer strip)
{
    g_ptr_array_unref(((Strip *)strip)->cells);
    g_free(strip);
}

/* With every column as narrow (`least`) or as wide as it is now. */
static size_t
width_of(const GPtrArray *strips, bool least)
{
    size_t sum = strips->len ? GAP * (strips->len - 1) : 0;

    for (guint i = 0; i < strips->len; i++) {
        const Strip *strip = strips->pdata[i];

        sum += least ? strip->least : strip->width;
    }
    return sum;
}

/* What a narrow terminal does without: what says nothing, then the dearest by `drop`.
 */
static bool
drop_one(GPtrArray *strips)
{
    guint worst = 0;
    int most = 0;

    for (guint i = 0; i < strips->len; i++) {
        const Strip *strip = strips->pdata[i];
        int drop = strip->shown->drop && strip->is_empty ? INT_MAX : strip->shown->drop;

        if (drop > most) {
            most = drop;
            worst = i;
        }
    }
    if (most)
        g_ptr_array_remove_index(strips, worst);
    return most > 0;
}

static void
fit(GPtrArray *strips, size_t line)
{
    while (width_of(strips, true) > line && drop_one(strips))
        continue;
    while (width_of(strips, false) > line) {
        Strip *widest = NULL;

        for (guint i = 0; i < strips->len; i++) {
            Strip *strip = strips->pdata[i];

            if (strip->width > strip->least &&
                (!widest || strip->width >= widest->width))
                widest = strip;
        }
        if (!widest)
            return;
        widest->width--;
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

static void
print_line(const GPtrArray *strips, guint line)
{
    for (guint i = 0; i < strips->len; i++) {
        const Strip *strip = strips->pdata[i];
        char **text = (char **)&strip->cells->pdata[line];

        *text = cut(*text, strip->width);
        print_cell(*text, strip->width, strip->is_right, i + 1 == strips->len);
    }
    (void)putchar('\n');
}

void
table_print(const StoreTable *table, const TableColumn *shown)
{
    GPtrArray *strips = g_ptr_array_new_with_free_func(free_strip);

    for (; shown->name; shown++)
        g_ptr_array_add(strips, new_strip(shown, table));
    fit(strips, table_line_width());
    for (guint line = 0; line <= table->rows->len; line++)
        print_line(strips, line);
    g_ptr_array_unref(strips);
}

static char *
field_text(const char *name, const char *value)
{
    g_autofree char *time = NULL;

    if (value && strstr(name, "seconds"))
        return table_duration(value);
    if (!value || !is_time(name))
        return g_strdup(value);
    time = short_time(value);
    return g_strconcat(time, " UTC", NULL);
}

void
table_print_fields(const StoreTable *table, guint row, const TableColumn *shown)
{
    for (; shown->name; shown++) {
        const char *value = records_value(table, row, shown->name);
        g_autofree char *text = field_text(shown->name, value);

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
