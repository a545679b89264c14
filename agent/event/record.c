/* Records of the database as commands print them, and lists kept in them as JSON. */
#include "event/event.h"

#include "event/printer.h"

#include <string.h>

#include <json-c/json.h>

/* SQLite's own texts of numbers are JSON; what is none is told as a text. */
static struct json_object *
value_json(const char *text, bool is_json)
{
    struct json_object *value = is_json && text ? json_tokener_parse(text) : NULL;

    if (value || !text)
        return value;
    return is_json && g_str_equal(text, "null") ? NULL : json_object_new_string(text);
}

char *
event_record(const GPtrArray *columns, const GPtrArray *values, const uint8_t *numeric)
{
    struct json_object *record = json_object_new_object();
    char *line;

    for (guint i = 0; i < columns->len; i++) {
        g_autofree char *name = g_strdup(columns->pdata[i]);
        bool is_json = g_str_has_suffix(name, "_json");

        if (is_json)
            name[strlen(name) - strlen("_json")] = '\0';
        json_object_object_add(record, name,
                               value_json(values->pdata[i], is_json || numeric[i]));
    }
    line = json_print(record);
    json_object_put(record);
    return line;
}

GPtrArray *
event_read_texts(const char *json, const char *key)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    struct json_object *list = json ? json_tokener_parse(json) : NULL;
    size_t length =
        json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < length; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (key && !json_object_object_get_ex(item, key, &item))
            continue;
        if (item)
            g_ptr_array_add(texts, g_strdup(json_object_get_string(item)));
    }
    json_object_put(list);
    return texts;
}

char *
event_write_texts(const GPtrArray *texts)
{
    struct json_object *list = json_object_new_array();
    char *json;

    for (guint i = 0; texts && i < texts->len; i++)
        json_object_array_add(list, json_object_new_string(texts->pdata[i]));
    json = json_print(list);
    json_object_put(list);
    return json;
}
