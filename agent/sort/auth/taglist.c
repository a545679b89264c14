#include "taglist.h"

#include <string.h>

enum {
    TAGS_MAX = 100
};

void
tag_list_clear(TagList *list)
{
    g_clear_pointer(&list->names, g_ptr_array_unref);
    g_clear_pointer(&list->values, g_ptr_array_unref);
}

static bool
is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void
trim(const char **start, const char **stop)
{
    while (*start < *stop && is_space(**start))
        (*start)++;
    while (*stop > *start && is_space((*stop)[-1]))
        (*stop)--;
}

static bool
is_tag_name(const char *start, const char *stop)
{
    if (start == stop || !g_ascii_isalpha(*start))
        return false;
    for (const char *p = start; p < stop; p++)
        if (!g_ascii_isalnum(*p) && *p != '_')
            return false;
    return true;
}

/* RFC 8616 allows UTF-8 in the values of internationalised mail. */
static bool
is_tag_value(const char *start, const char *stop)
{
    for (const char *p = start; p < stop; p++)
        if (((unsigned char)*p < 0x20 && !is_space(*p)) || *p == 0x7f)
            return false;
    return true;
}

static const char *
add_tag(TagList *list, const char *start, const char *stop)
{
    const char *equals = memchr(start, '=', (size_t)(stop - start));
    const char *name_stop = equals;
    const char *value = equals ? equals + 1 : NULL;
    g_autofree char *name = NULL;

    if (!equals)
        return "a tag has no '='";
    trim(&start, &name_stop);
    trim(&value, &stop);
    if (!is_tag_name(start, name_stop))
        return "a tag name is malformed";
    if (!is_tag_value(value, stop))
        return "a tag value holds control bytes";
    name = g_strndup(start, (size_t)(name_stop - start));
    if (tag_find(list, name))
        return "a tag stands twice";
    if (list->names->len == TAGS_MAX)
        return "there are too many tags";
    g_ptr_array_add(list->names, g_steal_pointer(&name));
    g_ptr_array_add(list->values, g_strndup(value, (size_t)(stop - value)));
    return NULL;
}

bool
tag_list_read(const char *text, size_t size, TagList *out, const char **trouble)
{
    const char *end = text + size;
    const char *p = text;

    tag_list_clear(out);
    *trouble = NULL;
    out->names = g_ptr_array_new_with_free_func(g_free);
    out->values = g_ptr_array_new_with_free_func(g_free);
    while (p < end) {
        const char *semicolon = memchr(p, ';', (size_t)(end - p));
        const char *start = p;
        const char *stop = semicolon ? semicolon : end;

        p = semicolon ? semicolon + 1 : end;
        trim(&start, &stop);
        if (start == stop && p == end && out->names->len > 0)
            break;
        *trouble = add_tag(out, start, stop);
        if (*trouble)
            return false;
    }
    return true;
}

const char *
tag_find(const TagList *list, const char *name)
{
    for (guint i = 0; i < list->names->len; i++)
        if (strcmp(g_ptr_array_index(list->names, i), name) == 0)
            return g_ptr_array_index(list->values, i);
    return NULL;
}

bool
tag_number(const TagList *list, const char *name, size_t digits, int64_t *out)
{
    const char *value = tag_find(list, name);
    size_t size = value ? strlen(value) : 0;

    if (!value)
        return true;
    if (size == 0 || size > digits || strspn(value, "0123456789") != size)
        return false;
    *out = size > 18 ? INT64_MAX : g_ascii_strtoll(value, NULL, 10);
    return true;
}

char *
tag_squeeze(const TagList *list, const char *name)
{
    const char *value = tag_find(list, name);
    GString *out = value ? g_string_sized_new(strlen(value)) : NULL;

    if (!value)
        return NULL;
    for (; *value; value++)
        if (!is_space(*value))
            g_string_append_c(out, *value);
    return g_string_free(out, FALSE);
}

bool
tag_colon_list_has(const char *value, const char *word)
{
    g_auto(GStrv) words = g_strsplit(value, ":", -1);

    for (size_t i = 0; words[i]; i++)
        if (strcmp(g_strstrip(words[i]), word) == 0)
            return true;
    return false;
}
