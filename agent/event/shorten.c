#include "event/shorten.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "event/printer.h"

enum {
    MOST_BODY_BYTES = 20000
};

static bool
shorten_text(struct json_object *text, size_t most)
{
    const char *whole = json_object_get_string(text);
    const char *end;
    g_autofree char *cut = NULL;

    if ((size_t)json_object_get_string_len(text) <= most)
        return false;
    end = g_utf8_find_prev_char(whole, whole + most + 1);
    cut = g_strndup(whole, end ? (gsize)(end - whole) : 0);
    (void)json_object_set_string(text, cut);
    return true;
}

static bool
shorten_list(struct json_object *list, size_t most)
{
    size_t length = json_object_array_length(list);

    if (length <= most)
        return false;
    (void)json_object_array_del_idx(list, most, length - most);
    return true;
}

/* What goes first is what a CRM misses least; all of it is in the database. */
typedef struct Cut {
    const char *key;
    size_t most; /* bytes of a text, items of a list */
} Cut;

static const Cut cuts[] = {
    {"html", 0},         {"quoted_text", 1000},   {"headers", 40},      {"text", 6000},
    {"links", 20},       {"reply_text", 4000},    {"headers", 10},      {"text", 1000},
    {"attachments", 10}, {"references", 10},      {"to", 10},           {"cc", 10},
    {"reply_to", 10},    {"signature_text", 500}, {"headers", 0},       {"links", 0},
    {"quoted_text", 0},  {"subject", 500},        {"reply_text", 1000}, {"text", 0},
};

static size_t
member_bytes(struct json_object *message, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(message, key, &value) ? json_printed_bytes(value)
                                                           : 0;
}

static bool
apply_cut(struct json_object *message, const Cut *cut)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(message, cut->key, &value) || !value)
        return false;
    if (json_object_is_type(value, json_type_array))
        return shorten_list(value, cut->most);
    if (cut->most > 0)
        return shorten_text(value, cut->most);
    json_object_object_add(message, cut->key, NULL);
    return true;
}

typedef struct Bound {
    size_t text_bytes;
    size_t list_items;
} Bound;

static bool bind_value(struct json_object *value, const Bound *bound);

static bool
bind_members(struct json_object *object, const Bound *bound)
{
    bool is_cut = false;

    json_object_object_foreach(object, key, value)
    {
        /* Half a digest is none. */
        if (strcmp(key, "sha256") != 0 && bind_value(value, bound))
            is_cut = true;
    }
    return is_cut;
}

/* Every text and list in `value`. Nests as deep as the contract does. */
static bool
bind_value(struct json_object *value, const Bound *bound)
{
    bool is_cut = false;

    if (json_object_is_type(value, json_type_string))
        return shorten_text(value, bound->text_bytes);
    if (json_object_is_type(value, json_type_object))
        return bind_members(value, bound);
    if (!json_object_is_type(value, json_type_array))
        return false;
    is_cut = shorten_list(value, bound->list_items);
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (bind_value(json_object_array_get_idx(value, i), bound))
            is_cut = true;
    return is_cut;
}

/* The steps of `cuts`, then those of `bounds`, until `size` bytes have become few
 * enough. Only what is cut is measured. */
static void
cut_until_it_fits(struct json_object *event, struct json_object *message, size_t size)
{
    /* For mail that puts its length where nobody looks for it. 40 bytes hold every
     * word and time of ours, and printed as \u00XX everywhere they still fit. */
    static const Bound bounds[] = {{1000, 10}, {200, 5}, {40, 2}, {40, 0}};

    for (size_t i = 0; message && i < G_N_ELEMENTS(cuts); i++) {
        size -= member_bytes(message, cuts[i].key);
        (void)apply_cut(message, &cuts[i]);
        size += member_bytes(message, cuts[i].key);
        if (size < MOST_BODY_BYTES)
            return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++)
        if (bind_value(event, &bounds[i]) &&
            json_printed_bytes(event) < MOST_BODY_BYTES)
            return;
}

/* Texts take at least their length, and the HTML goes before all. */
void
shorten_message(Message *message)
{
    const char *const texts[] = {message->html, message->text, message->reply_text,
                                 message->quoted_text, message->signature_text};
    size_t least = 0;

    for (size_t i = 0; message->html && i < G_N_ELEMENTS(texts); i++)
        least += texts[i] ? strlen(texts[i]) : 0;
    if (least < MOST_BODY_BYTES)
        return;
    message->html = NULL;
    message->is_truncated = true;
}

/* The long texts alone: what there is at least to print. */
static size_t
least_bytes(struct json_object *message)
{
    static const char *const keys[] = {"html", "text", "reply_text", "quoted_text"};
    size_t least = 0;

    for (size_t i = 0; message && i < G_N_ELEMENTS(keys); i++) {
        struct json_object *text = NULL;

        if (json_object_object_get_ex(message, keys[i], &text))
            least += (size_t)json_object_get_string_len(text);
    }
    return least;
}

static void
mark_truncated(struct json_object *message)
{
    if (message)
        json_object_object_add(message, "truncated", json_object_new_boolean(true));
}

char *
shorten_event(struct json_object *event)
{
    /* What is longer than all cannot stay. */
    static const Bound whole = {MOST_BODY_BYTES, MOST_BODY_BYTES / 2};
    struct json_object *data = NULL;
    struct json_object *message = NULL;
    size_t size;

    if (json_object_object_get_ex(event, "data", &data))
        (void)json_object_object_get_ex(data, "message", &message);
    if (bind_value(event, &whole))
        mark_truncated(message);
    if (least_bytes(message) < MOST_BODY_BYTES) {
        /* Most events fit: then it was not measured before. */
        g_autofree char *text = json_print_sized(event, MOST_BODY_BYTES);

        size = strlen(text);
        if (size < MOST_BODY_BYTES)
            return g_steal_pointer(&text);
    } else {
        size = json_printed_bytes(event);
    }
    mark_truncated(message);
    cut_until_it_fits(event, message, size);
    return json_print_sized(event, MOST_BODY_BYTES);
}
