#include "cli/csv_file.h"

#include <stdbool.h>
#include <string.h>

#include "base/fault.h"

enum {
    MOST_BYTES = 512 << 20
};

typedef struct Reading {
    const char *at;
    char separator;
    guint line;
} Reading;

static void
free_row(gpointer row)
{
    g_ptr_array_unref(row);
}

static bool
ends_value(const Reading *reading)
{
    char c = *reading->at;

    return c == '\0' || c == '\n' || c == '\r' || c == reading->separator;
}

static char *
read_value(Reading *reading)
{
    GString *value = g_string_new(NULL);
    bool is_quoted = *reading->at == '"';

    if (is_quoted)
        reading->at++;
    while (*reading->at && (is_quoted || !ends_value(reading))) {
        if (is_quoted && *reading->at == '"') {
            reading->at++;
            is_quoted = *reading->at == '"';
            if (!is_quoted)
                continue;
        }
        reading->line += *reading->at == '\n';
        g_string_append_c(value, *reading->at++);
    }
    return g_strstrip(g_string_free(value, FALSE));
}

static GPtrArray *
read_row(Reading *reading)
{
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);

    for (;;) {
        g_ptr_array_add(row, read_value(reading));
        if (*reading->at != reading->separator)
            break;
        reading->at++;
    }
    if (*reading->at == '\r')
        reading->at++;
    if (*reading->at == '\n')
        reading->at++;
    reading->line++;
    return row;
}

static bool
is_empty(const GPtrArray *row)
{
    return row->len == 1 && !*(const char *)row->pdata[0];
}

static char
separator_of(const char *text)
{
    size_t first = strcspn(text, "\n");

    if (memchr(text, ',', first))
        return ',';
    return memchr(text, ';', first) ? ';' : '\t';
}

static void
read_names(CsvFile *csv, Reading *reading)
{
    csv->names = read_row(reading);
    for (guint i = 0; i < csv->names->len; i++) {
        char *lower = g_ascii_strdown(csv->names->pdata[i], -1);

        g_free(csv->names->pdata[i]);
        csv->names->pdata[i] = g_strdelimit(lower, "- ", '_');
    }
}

static bool
read_rows(CsvFile *csv, Reading *reading, const char *file, GError **error)
{
    csv->rows = g_ptr_array_new_with_free_func(free_row);
    csv->lines = g_array_new(FALSE, FALSE, sizeof(guint));
    while (*reading->at) {
        guint line = reading->line;
        GPtrArray *row = read_row(reading);

        if (is_empty(row)) {
            g_ptr_array_unref(row);
            continue;
        }
        g_ptr_array_add(csv->rows, row);
        g_array_append_val(csv->lines, line);
        if (row->len != csv->names->len) {
            g_set_error(error, FAULT, FAULT_MESSAGE,
                        "%s:%u: %u values, but the first line names %u", file, line,
                        row->len, csv->names->len);
            return false;
        }
    }
    return true;
}

CsvFile *
csv_file_read(const char *file, GError **error)
{
    g_autoptr(CsvFile) csv = g_new0(CsvFile, 1);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    gsize size = 0;
    Reading reading = {.line = 1};

    if (!g_file_get_contents(file, &text, &size, &cause)) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "%s", cause->message);
        return NULL;
    }
    if (size > MOST_BYTES || !g_utf8_validate(text, (gssize)size, NULL)) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "%s is no text in UTF-8", file);
        return NULL;
    }
    /* The mark that spreadsheets put in front. */
    reading.at = g_str_has_prefix(text, "\xEF\xBB\xBF") ? text + 3 : text;
    reading.separator = separator_of(reading.at);
    read_names(csv, &reading);
    return read_rows(csv, &reading, file, error) ? g_steal_pointer(&csv) : NULL;
}

void
csv_file_free(CsvFile *csv)
{
    if (!csv)
        return;
    g_clear_pointer(&csv->names, g_ptr_array_unref);
    g_clear_pointer(&csv->rows, g_ptr_array_unref);
    g_clear_pointer(&csv->lines, g_array_unref);
    g_free(csv);
}

const char *
csv_file_value(const CsvFile *csv, guint row, const char *const *names)
{
    for (; *names; names++)
        for (guint i = 0; i < csv->names->len; i++)
            if (g_str_equal(csv->names->pdata[i], *names)) {
                const char *value = ((GPtrArray *)csv->rows->pdata[row])->pdata[i];

                return *value ? value : NULL;
            }
    return NULL;
}
