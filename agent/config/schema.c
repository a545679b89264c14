/* The JSON Schema of postroom.yaml, for editors: draft 2020-12, from the table of
 * keys. */
#include "config/config.h"

#include <string.h>

#include "config/keys.h"

enum {
    INDENT = 1
};

typedef struct Writer {
    GString *out;
    int depth;
    bool is_first; /* nothing stands yet in the object or array that is open */
} Writer;

static void write_map(Writer *writer, const KeyList *keys);

static void
begin_member(Writer *writer, const char *name)
{
    g_string_append_printf(writer->out, "%s\n%*s", writer->is_first ? "" : ",",
                           writer->depth * INDENT, "");
    if (name)
        g_string_append_printf(writer->out, "\"%s\": ", name);
    writer->is_first = false;
}

static void
open_with(Writer *writer, const char *name, char bracket)
{
    begin_member(writer, name);
    g_string_append_c(writer->out, bracket);
    writer->depth++;
    writer->is_first = true;
}

static void
close_with(Writer *writer, char bracket)
{
    writer->depth--;
    if (!writer->is_first)
        g_string_append_printf(writer->out, "\n%*s", writer->depth * INDENT, "");
    g_string_append_c(writer->out, bracket);
    writer->is_first = false;
}

static void
member_text(Writer *writer, const char *name, const char *text)
{
    begin_member(writer, name);
    g_string_append_c(writer->out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c(writer->out, '\\');
        g_string_append_c(writer->out, *c);
    }
    g_string_append_c(writer->out, '"');
}

static void
member_plain(Writer *writer, const char *name, const char *json)
{
    begin_member(writer, name);
    g_string_append(writer->out, json);
}

static void
write_words(Writer *writer, const Key *key)
{
    open_with(writer, "enum", '[');
    for (size_t i = 0; key->words[i]; i++)
        member_text(writer, NULL, key->words[i]);
    close_with(writer, ']');
}

static void
write_count(Writer *writer, const Key *key)
{
    g_autofree char *least = g_strdup_printf("%" G_GINT64_FORMAT, key->least);
    g_autofree char *most = g_strdup_printf("%" G_GINT64_FORMAT, key->most);

    member_plain(writer, "type", "\"integer\"");
    member_plain(writer, "minimum", least);
    member_plain(writer, "maximum", most);
}

static void
write_list(Writer *writer, const Key *key)
{
    member_plain(writer, "type", "\"array\"");
    open_with(writer, "items", '{');
    write_map(writer, key->of);
    close_with(writer, '}');
}

/* Types that need one line. */
static const char *const fixed[][2] = {
    [KEY_TEXT] = {"type", "\"string\""},
    [KEY_FOLDER] = {"type", "\"string\""},
    [KEY_BOOL] = {"type", "\"boolean\""},
    [KEY_DURATION] = {"pattern", "\"^[0-9]+ ?[smhdw]$\""},
    [KEY_SIZE] = {"pattern", "\"^[0-9]+ ?([kKMG]B|[KMG]iB|B)?$\""},
    [KEY_START] = {"pattern", "\"^(now|all|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$\""},
    [KEY_SECRET] = {"$ref", "\"#/$defs/secret\""},
    [KEY_SECRETS] = {"anyOf", "[{\"$ref\": \"#/$defs/secret\"}, {\"type\": \"array\", "
                              "\"items\": {\"$ref\": \"#/$defs/secret\"}, "
                              "\"minItems\": 1}]"},
    [KEY_TEXTS] = {"$ref", "\"#/$defs/texts\""},
    [KEY_TEST] = {"$ref", "\"#/$defs/test\""},
};

static void
write_type(Writer *writer, const Key *key)
{
    if (key->type == KEY_MAP)
        write_map(writer, key->of);
    else if (key->type == KEY_LIST)
        write_list(writer, key);
    else if (key->type == KEY_WORD || key->type == KEY_ENUM)
        write_words(writer, key);
    else if (key->type == KEY_COUNT)
        write_count(writer, key);
    else
        member_plain(writer, fixed[key->type][0], fixed[key->type][1]);
}

static void
write_key(Writer *writer, const Key *key)
{
    bool is_quoted = key->fallback && !strchr("[{", key->fallback[0]);

    open_with(writer, key->name, '{');
    member_text(writer, "description", key->help);
    if (is_quoted && (key->type == KEY_COUNT || key->type == KEY_BOOL))
        member_plain(writer, "default", key->fallback);
    else if (is_quoted)
        member_text(writer, "default", key->fallback);
    write_type(writer, key);
    close_with(writer, '}');
}

static void
write_map(Writer *writer, const KeyList *keys)
{
    member_plain(writer, "type", "\"object\"");
    member_plain(writer, "additionalProperties", "false");
    open_with(writer, "required", '[');
    for (size_t i = 0; i < keys->count; i++)
        if (keys->keys[i].is_required)
            member_text(writer, NULL, keys->keys[i].name);
    close_with(writer, ']');
    open_with(writer, "properties", '{');
    for (size_t i = 0; i < keys->count; i++)
        write_key(writer, &keys->keys[i]);
    close_with(writer, '}');
}

static void
write_tests(Writer *writer)
{
    static const char *const branches[] = {"all", "any", "not"};

    open_with(writer, "test", '{');
    member_plain(writer, "type", "\"object\"");
    member_plain(writer, "minProperties", "1");
    member_plain(writer, "additionalProperties", "false");
    open_with(writer, "properties", '{');
    for (size_t i = 0; i < G_N_ELEMENTS(branches); i++)
        member_plain(writer, branches[i],
                     "{\"anyOf\": [{\"$ref\": \"#/$defs/test\"}, {\"type\": \"array\", "
                     "\"items\": {\"$ref\": \"#/$defs/test\"}, \"minItems\": 1}]}");
    for (size_t i = 0; rule_fields[i]; i++)
        member_plain(writer, rule_fields[i], "{\"$ref\": \"#/$defs/texts\"}");
    close_with(writer, '}');
    close_with(writer, '}');
}

static void
write_definitions(Writer *writer)
{
    open_with(writer, "$defs", '{');
    member_plain(writer, "texts",
                 "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", "
                 "\"items\": {\"type\": \"string\"}}]}");
    open_with(writer, "secret", '{');
    member_plain(writer, "minProperties", "1");
    member_plain(writer, "maxProperties", "1");
    write_map(writer, &secret_keys);
    close_with(writer, '}');
    write_tests(writer);
    close_with(writer, '}');
}

char *
config_schema(void)
{
    Writer writer = {.out = g_string_new("{"), .depth = 1, .is_first = true};

    member_text(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    member_text(&writer, "title", "postroom.yaml");
    write_map(&writer, &config_keys);
    write_definitions(&writer);
    g_string_append(writer.out, "\n}\n");
    return g_string_free(writer.out, FALSE);
}
