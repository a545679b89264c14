#include "sort/parse/html_reference.h"

#include <string.h>

#include <libxml/HTMLparser.h>

#include "sort/parse/html_elements.h"

enum {
    CODE_MOST = 0x10ffff
};

static bool
is_character(gunichar code)
{
    return code == '\t' || code == '\n' || code == '\r' ||
           (code >= ' ' && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) ||
           (code >= 0x10000 && code <= CODE_MOST);
}

static size_t
read_number(const char **at, char *to)
{
    bool is_hex = (*at)[2] == 'x' || (*at)[2] == 'X';
    const char *digit = *at + (is_hex ? 3 : 2);
    gunichar code = 0;

    for (; is_hex ? g_ascii_isxdigit(*digit) : g_ascii_isdigit(*digit); digit++) {
        code = code * (is_hex ? 16 : 10) + (gunichar)g_ascii_xdigit_value(*digit);
        if (code > CODE_MOST)
            return 0;
    }
    if (!is_character(code))
        return 0;
    *at = digit + (*digit == ';');
    return (size_t)g_unichar_to_utf8(code, to);
}

static gunichar
code_of(const char *name)
{
    const htmlEntityDesc *entity;

    /* The library's table is long. */
    if (strcmp(name, "nbsp") == 0)
        return 0xa0;
    if (strcmp(name, "amp") == 0)
        return '&';
    entity = htmlEntityLookup((const xmlChar *)name);
    return entity ? entity->value : 0;
}

static size_t
read_name(const char **at, char *to)
{
    char name[HTML_NAME_MOST];
    const char *start = *at + 1;
    const char *end = start;
    gunichar code;
    size_t size;

    if (g_ascii_isalpha(*end) || *end == '_' || *end == ':')
        while (g_ascii_isalnum(*end) || (*end && strchr("_-:.", *end)))
            end++;
    size = (size_t)(end - start);
    if (*end == '\0' || *end & 0x80 || size + 1 >= sizeof name)
        return 0;
    memcpy(name, start, size);
    name[size] = '\0';
    code = *end == ';' && size ? code_of(name) : 0;
    *at = end + (code ? 1 : 0);
    if (code)
        return (size_t)g_unichar_to_utf8(code, to);
    memcpy(to, start - 1, size + 1);
    return size + 1;
}

size_t
parse_html_reference(const char **at, char *to)
{
    return (*at)[1] == '#' ? read_number(at, to) : read_name(at, to);
}
