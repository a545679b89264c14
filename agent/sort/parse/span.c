#include "sort/parse/span.h"

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
    unsigned char all = 0;

    for (size_t i = 0; i < span.size; i++)
        all |= (unsigned char)span.at[i];
    return all < 0x80;
}
