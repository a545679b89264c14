#include "sort/parse/span.h"

#include <stdint.h>
#include <string.h>

Span
parse_span(const char *text)
{
    return (Span){text, text ? strlen(text) : 0};
}

Span
parse_slice(Span whole, size_t start, size_t end)
{
    g_assert(start <= end && end <= whole.size);
    if (!whole.at)
        return whole;
    return (Span){whole.at + start, end - start};
}

Span
parse_trim_span(Span span)
{
    size_t start = 0;
    size_t end = span.size;

    while (start < end && g_ascii_isspace(span.at[start]))
        start++;
    while (end > start && g_ascii_isspace(span.at[end - 1]))
        end--;
    return parse_slice(span, start, end);
}

bool
parse_span_is(Span span, const char *word)
{
    return span.size == strlen(word) && parse_span_starts(span, word);
}

bool
parse_span_starts(Span span, const char *word)
{
    size_t length = strlen(word);

    return span.size >= length && g_ascii_strncasecmp(span.at, word, length) == 0;
}

size_t
parse_span_find(Span span, char byte)
{
    const char *found = span.size ? memchr(span.at, byte, span.size) : NULL;

    return found ? (size_t)(found - span.at) : span.size;
}

Span
parse_line_at(Span whole, size_t at, size_t *next)
{
    Span rest = parse_slice(whole, at, whole.size);
    size_t end = parse_span_find(rest, '\n');

    *next = at + end + (end < rest.size ? 1 : 0);
    if (end > 0 && rest.at[end - 1] == '\r')
        end--;
    return parse_slice(rest, 0, end);
}

bool
parse_span_is_ascii(Span span)
{
    return parse_span_ascii_run(span) == span.size;
}

size_t
parse_span_ascii_run(Span span)
{
    static const uint64_t high = UINT64_C(0x8080808080808080);
    size_t i = 0;

    for (; i + 8 <= span.size; i += 8) {
        uint64_t word;

        memcpy(&word, span.at + i, 8);
        if (word & high)
            break;
    }
    while (i < span.size && !(span.at[i] & 0x80))
        i++;
    return i;
}

/* How many bytes the character at `at` takes; 0: none that UTF-8 allows. */
static size_t
character_size(const unsigned char *at, size_t size)
{
    static const struct {
        unsigned char lead_most, least, most, size; /* of the second byte */
    } forms[] = {
        {0xc1, 1, 0, 0},       {0xdf, 0x80, 0xbf, 2}, {0xe0, 0xa0, 0xbf, 3},
        {0xec, 0x80, 0xbf, 3}, {0xed, 0x80, 0x9f, 3}, {0xef, 0x80, 0xbf, 3},
        {0xf0, 0x90, 0xbf, 4}, {0xf3, 0x80, 0xbf, 4}, {0xf4, 0x80, 0x8f, 4},
    };
    size_t form = 0;

    while (form < G_N_ELEMENTS(forms) && at[0] > forms[form].lead_most)
        form++;
    if (form == G_N_ELEMENTS(forms) || forms[form].size == 0 ||
        size < forms[form].size || at[1] < forms[form].least ||
        at[1] > forms[form].most)
        return 0;
    for (size_t i = 2; i < forms[form].size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return forms[form].size;
}

size_t
parse_span_utf8_run(Span span)
{
    size_t at = 0;

    while (at < span.size) {
        size_t size;

        at += parse_span_ascii_run(parse_slice(span, at, span.size));
        if (at == span.size)
            break;
        size = character_size((const unsigned char *)span.at + at, span.size - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}
