#include "cli/records.h"

#include "event/event.h"

static void
free_values(gpointer values)
{
    g_ptr_array_unref(values);
}

static GPtrArray *
text_list(const char *const *texts)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);

    for (; *texts; texts++)
        g_ptr_array_add(copy, g_strdup(*texts));
    return copy;
}

StoreTable *
records_new(const char *const *columns, const char *numeric)
{
    StoreTable *table = g_new0(StoreTable, 1);
    g_auto(GStrv) numbers = g_strsplit(numeric, " ", -1);

    table->columns = text_list(columns);
    table->rows = g_ptr_array_new_with_free_func(free_values);
    table->numeric = g_byte_array_new();
    for (; *columns; columns++) {
        const uint8_t is_numeric =
            g_strv_contains((const char *const *)numbers, *columns) ? 1 : 0;

        g_byte_array_append(table->numeric, &is_numeric, 1);
    }
    return table;
}

void
records_add(StoreTable *table, const char *const *values)
{
    g_ptr_array_add(table->rows, text_list(values));
}

guint
records_column(const StoreTable *table, const char *name)
{
    for (guint i = 0; i < table->columns->len; i++)
        if (g_str_equal(table->columns->pdata[i], name))
            return i;
    g_assert_not_reached();
}

const char *
records_value(const StoreTable *table, guint row, const char *column)
{
    const GPtrArray *values = table->rows->pdata[row];

    return values->pdata[records_column(table, column)];
}

char *
records_json(const StoreTable *table, guint row)
{
    return event_record(table->columns, table->rows->pdata[row], table->numeric->data);
}

void
records_nest(StoreTable *table, const char *column, const StoreTable *list)
{
    const uint8_t is_numeric = 0;
    GString *json = g_string_new("[");

    g_assert(table->rows->len == 1);
    for (guint row = 0; row < list->rows->len; row++) {
        g_autofree char *record = records_json(list, row);

        g_string_append_printf(json, "%s%s", row ? "," : "", record);
    }
    g_string_append_c(json, ']');
    g_ptr_array_add(table->columns, g_strconcat(column, "_json", NULL));
    g_byte_array_append(table->numeric, &is_numeric, 1);
    g_ptr_array_add(table->rows->pdata[0], g_string_free(json, FALSE));
}

void
records_keep(StoreTable *table, const char *column, const char *value)
{
    for (guint row = table->rows->len; row > 0; row--)
        if (g_strcmp0(records_value(table, row - 1, column), value) != 0)
            g_ptr_array_remove_index(table->rows, row - 1);
}
