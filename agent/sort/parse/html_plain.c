#include "sort/parse/html_plain.h"

#include <stdint.h>
#include <string.h>

enum {
    ATTRIBUTES_MOST = 300,
    RESCANS = 16
};

typedef struct TagScan {
    const char *at;
    const char *end;
    size_t attributes;
} TagScan;

static bool
is_name_byte(char byte)
{
    return g_ascii_isalnum(byte) || (byte && strchr(":-_.", byte)) || (byte & 0x80);
}

static void
skip_spaces(TagScan *scan)
{
    while (scan->at < scan->end && g_ascii_isspace(*scan->at))
        scan->at++;
}

static void
skip_word(TagScan *scan)
{
    while (scan->at < scan->end && !g_ascii_isspace(*scan->at) && *scan->at != '>')
        scan->at++;
}

static void
skip_name(TagScan *scan)
{
    while (scan->at < scan->end && is_name_byte(*scan->at))
        scan->at++;
}

static void
skip_value(TagScan *scan)
{
    const char *close;

    skip_spaces(scan);
    if (scan->at >= scan->end || *scan->at != '=')
        return;
    scan->at++;
    skip_spaces(scan);
    if (scan->at >= scan->end || (*scan->at != '"' && *scan->at != '\'')) {
        skip_word(scan);
        return;
    }
    close = memchr(scan->at + 1, *scan->at, (size_t)(scan->end - scan->at - 1));
    scan->at = close ? close + 1 : scan->end;
}

/* Counts attributes the way the library will: a quote is one only behind "=". A word
 * that is no name may still hide one behind a slash, so it counts too. */
static void
scan_tag(TagScan *scan)
{
    scan->at++;
    skip_name(scan);
    while (scan->at < scan->end && scan->attributes <= ATTRIBUTES_MOST) {
        const char *before;

        skip_spaces(scan);
        if (scan->at >= scan->end || *scan->at == '>')
            return;
        before = scan->at;
        scan->attributes++;
        skip_name(scan);
        if (scan->at > before)
            skip_value(scan);
        else
            scan->at++;
    }
}

/* Every "<" is tried afresh, also inside of quotes, comments and scripts, so that no
 * trick hides a tag from this look; a page where that takes long is not tame. */
bool
parse_html_is_tame(const char *html, size_t size)
{
    size_t budget = size * RESCANS + 65536;

    const char *end = html + size;
    const char *at = html;

    for (; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        TagScan scan = {at, end, 0};
        size_t length;

        if (at + 1 == end || !g_ascii_isalpha(at[1]))
            continue;
        scan_tag(&scan);
        length = (size_t)(scan.at - at);
        if (scan.attributes > ATTRIBUTES_MOST || length > budget)
            return false;
        budget -= length;
    }
    return true;
}

/* Control characters and the two that are none. */
bool
parse_html_is_strange(const char *html, size_t size)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);

    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = ones * ' ';

        memcpy(&word, html + i, MIN(size - i, 8));
        if (!((word - ones * ' ') & ~word & ones * 0x80))
            continue;
        for (size_t k = i; k < MIN(i + 8, size); k++) {
            if ((unsigned char)html[k] < ' ' && !strchr("\t\r\n", html[k]))
                return true;
        }
    }
    return strstr(html, "\xef\xbf\xbe") || strstr(html, "\xef\xbf\xbf");
}

/* Copies up to `to` and goes on there. */
static void
take_until(GString *out, const char **at, const char *to)
{
    g_string_append_len(out, *at, (gssize)(to - *at));
    *at = to;
}

char *
parse_html_undeclared(const char *html, size_t *size)
{
    GString *out;
    const char *end = html + *size;
    const char *at = html;
    const char *next = memmem(html, *size, "<![", 3);

    if (!next)
        return NULL;
    out = g_string_sized_new(*size);
    while ((next = memmem(at, (size_t)(end - at), "<!", 2)) != NULL) {
        bool is_comment = end - next >= 4 && memcmp(next, "<!--", 4) == 0;
        size_t rest = (size_t)(end - next);
        const char *close =
            is_comment ? memmem(next + 4, rest - 4, "-->", 3) : memchr(next, '>', rest);

        if (!close)
            break;
        close += is_comment ? 3 : 1;
        take_until(out, &at, next[2] == '[' ? next : close);
        at = close;
    }
    take_until(out, &at, end);
    *size = out->len;
    return g_string_free(out, FALSE);
}

static size_t
skip_tag(const char *html, size_t size, size_t at)
{
    const char *end = memchr(html + at, '>', size - at);

    return end ? (size_t)(end - html) + 1 : size;
}

/* An element whose text is for no reader. Once no closing tag is left, none is searched
 * for again: a page of open ones would take minutes. */
typedef struct Unread {
    const char *opening, *closing;
    bool is_open_ended;
} Unread;

/* Where the closing tag begins; `at` when there is none. */
static size_t
skip_element(const char *html, size_t size, size_t at, Unread *element)
{
    const char *end = NULL;

    if (element->is_open_ended ||
        g_ascii_strncasecmp(html + at, element->opening, strlen(element->opening)) != 0)
        return at;
    end = memmem(html + at, size - at, element->closing, strlen(element->closing));
    element->is_open_ended = !end;
    return end ? (size_t)(end - html) : at;
}

static void
append_blank(GString *out, char blank)
{
    if (out->len && !g_ascii_isspace(out->str[out->len - 1]))
        g_string_append_c(out, blank);
}

char *
parse_html_stripped(const char *html, size_t size)
{
    Unread unread[] = {{"<style", "</style", false}, {"<script", "</script", false}};
    GString *out = g_string_new(NULL);
    size_t at = 0;

    while (at < size) {
        if (html[at] != '<') {
            if (g_ascii_isspace(html[at]))
                append_blank(out, ' ');
            else
                g_string_append_c(out, html[at]);
            at++;
            continue;
        }
        append_blank(out, '\n');
        for (size_t i = 0; i < G_N_ELEMENTS(unread); i++)
            at = skip_element(html, size, at, &unread[i]);
        at = at < size ? skip_tag(html, size, at) : size;
    }
    return g_string_free(out, FALSE);
}
