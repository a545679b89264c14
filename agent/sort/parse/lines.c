#include "sort/parse/lines.h"

#include <string.h>

enum {
    MARKER_MOST_BYTES = 400
};

Line *
parse_line(const GArray *lines, size_t i)
{
    return &g_array_index(lines, Line, i);
}

bool
parse_is_blank(const Line *line)
{
    return parse_trim_span(line->text).size == 0;
}

GArray *
parse_split_lines(const char *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    Span whole = parse_span(text);
    size_t at = 0;

    while (at < whole.size) {
        size_t next;
        Line line = {parse_line_at(whole, at, &next), at, LINE_OWN};

        while (line.text.size && g_ascii_isspace(line.text.at[line.text.size - 1]))
            line.text.size--;
        g_array_append_val(lines, line);
        at = next;
    }
    return lines;
}

/* Lower case, trimmed; NULL when the line is too long to be a marker. */
/* GLib's own asks for the locale and reads twice. */
static char *
lower_wide(const char *text, size_t size)
{
    GString *lower = g_string_sized_new(size + 8);
    const char *end = text + size;

    while (text < end) {
        if (*text & 0x80) {
            g_string_append_unichar(lower, g_unichar_tolower(g_utf8_get_char(text)));
            text += g_utf8_skip[*(const guchar *)text];
        } else {
            g_string_append_c(lower, g_ascii_tolower(*text));
            text++;
        }
    }
    return g_string_free(lower, FALSE);
}

char *
parse_lower(const char *text, size_t size)
{
    char *lower = g_malloc(size + 1);

    for (size_t i = 0; i < size; i++) {
        if (text[i] & 0x80) {
            g_free(lower);
            return lower_wide(text, size);
        }
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    }
    lower[size] = '\0';
    return lower;
}

char *
parse_lower_line(const Line *line)
{
    Span text = parse_trim_span(line->text);

    return text.size <= MARKER_MOST_BYTES ? parse_lower(text.at, text.size) : NULL;
}

bool
parse_is_rule(const Line *line)
{
    Span text = parse_trim_span(line->text);

    for (size_t i = 0; i < text.size; i++) {
        if (!strchr("-_=*~", text.at[i]))
            return false;
    }
    return text.size >= 2;
}

size_t
parse_own_words(const GArray *lines, size_t from, size_t to)
{
    size_t words = 0;

    for (size_t i = from; i < to && words < 100; i++) {
        Span text = parse_line(lines, i)->text;

        if (parse_line(lines, i)->kind != LINE_OWN ||
            parse_is_rule(parse_line(lines, i)))
            continue;
        for (size_t k = 0; k < text.size; k++) {
            bool starts = k == 0 || g_ascii_isspace(text.at[k - 1]);

            words += starts && !g_ascii_isspace(text.at[k]) ? 1 : 0;
        }
    }
    return words;
}

void
parse_set_kind(GArray *lines, size_t from, size_t to, LineKind kind)
{
    for (size_t i = from; i < to; i++) {
        if (parse_line(lines, i)->kind == LINE_OWN)
            parse_line(lines, i)->kind = kind;
    }
}

bool
parse_starts_with_any(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (**words == *text && g_str_has_prefix(text, *words))
            return true;
    }
    return false;
}
