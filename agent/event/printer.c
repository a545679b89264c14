#include "event/printer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

static bool
is_plain(unsigned char character)
{
    return character >= 0x20 && character != '"' && character != '\\';
}

/* Is one of eight bytes not plain? A borrow between bytes may say so of one that is. */
static bool
may_be_marked(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t quotes = eight ^ ones * '"';
    const uint64_t slashes = eight ^ ones * '\\';
    const uint64_t low = (eight - ones * 0x20) & ~eight;
    const uint64_t same = ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes);

    return ((low | same) & ones * 0x80) != 0;
}

/* How many bytes from `text` on stand in quotes as they are. Texts are long, and this
 * is what an event costs. */
static size_t
plain_run(const char *text, size_t size)
{
    size_t run = 0;
    uint64_t eight;

    for (; run + sizeof eight <= size; run += sizeof eight) {
        memcpy(&eight, text + run, sizeof eight);
        if (may_be_marked(eight))
            break;
    }
    while (run < size && is_plain((unsigned char)text[run]))
        run++;
    return run;
}

/* \n and the like, or \u00XX (RFC 8259 section 7). */
static size_t
escaped_bytes(char character)
{
    return character && strchr("\"\\\b\f\n\r\t", character) ? 2 : 6;
}

static size_t
text_bytes(const char *text, size_t size)
{
    size_t bytes = 2;

    for (size_t i = 0; i < size; i++) {
        size_t run = plain_run(text + i, size - i);

        i += run;
        bytes += run + (i < size ? escaped_bytes(text[i]) : 0);
    }
    return bytes;
}

static void
print_escaped(GString *out, unsigned char character)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *found = character ? strchr(from, character) : NULL;

    if (found) {
        g_string_append_c(out, '\\');
        g_string_append_c(out, to[found - from]);
    } else {
        g_string_append_printf(out, "\\u%04x", character);
    }
}

static void
print_text(GString *out, const char *text, size_t size)
{
    g_string_append_c(out, '"');
    for (size_t i = 0; i < size; i++) {
        size_t run = plain_run(text + i, size - i);

        g_string_append_len(out, text + i, (gssize)run);
        i += run;
        if (i < size)
            print_escaped(out, (unsigned char)text[i]);
    }
    g_string_append_c(out, '"');
}

/* 2 is "2.0": a reader with types sees one type. */
static void
print_real(GString *out, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, g_ascii_formatd(digits, sizeof digits, "%.6g", number));
    if (!strpbrk(digits, ".e"))
        g_string_append(out, ".0");
}

static void print_value(GString *out, struct json_object *json);

static void
print_object(GString *out, struct json_object *json)
{
    bool is_first = true;

    g_string_append_c(out, '{');
    json_object_object_foreach(json, key, value)
    {
        if (!is_first)
            g_string_append_c(out, ',');
        is_first = false;
        print_text(out, key, strlen(key));
        g_string_append_c(out, ':');
        print_value(out, value);
    }
    g_string_append_c(out, '}');
}

static void
print_array(GString *out, struct json_object *json)
{
    size_t length = json_object_array_length(json);

    g_string_append_c(out, '[');
    for (size_t i = 0; i < length; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        print_value(out, json_object_array_get_idx(json, i));
    }
    g_string_append_c(out, ']');
}

/* Nests as deep as the contract does. */
static void
print_value(GString *out, struct json_object *json)
{
    switch (json_object_get_type(json)) {
    case json_type_null:
        g_string_append(out, "null");
        break;
    case json_type_boolean:
        g_string_append(out, json_object_get_boolean(json) ? "true" : "false");
        break;
    case json_type_double:
        print_real(out, json_object_get_double(json));
        break;
    case json_type_int:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, json_object_get_int64(json));
        break;
    case json_type_object:
        print_object(out, json);
        break;
    case json_type_array:
        print_array(out, json);
        break;
    case json_type_string:
        print_text(out, json_object_get_string(json),
                   (size_t)json_object_get_string_len(json));
        break;
    }
}

static size_t
array_bytes(struct json_object *json)
{
    size_t length = json_object_array_length(json);
    size_t bytes = length ? length + 1 : 2; /* brackets and commas */

    for (size_t i = 0; i < length; i++)
        bytes += json_printed_bytes(json_object_array_get_idx(json, i));
    return bytes;
}

static size_t
object_bytes(struct json_object *json)
{
    size_t members = 0;
    size_t bytes = 0;

    json_object_object_foreach(json, key, value)
    {
        bytes += text_bytes(key, strlen(key)) + 1 + json_printed_bytes(value);
        members++;
    }
    return bytes + (members ? members + 1 : 2);
}

size_t
json_printed_bytes(struct json_object *json)
{
    g_autoptr(GString) out = NULL;

    switch (json_object_get_type(json)) {
    case json_type_string:
        return text_bytes(json_object_get_string(json),
                          (size_t)json_object_get_string_len(json));
    case json_type_object:
        return object_bytes(json);
    case json_type_array:
        return array_bytes(json);
    case json_type_null:
    case json_type_boolean:
    case json_type_double:
    case json_type_int:
        break;
    }
    out = g_string_sized_new(32);
    print_value(out, json);
    return out->len;
}

char *
json_print_sized(struct json_object *json, size_t bytes)
{
    GString *out = g_string_sized_new(bytes);

    print_value(out, json);
    return g_string_free(out, FALSE);
}

char *
json_print(struct json_object *json)
{
    return json_print_sized(json, 4096);
}
