#include "sort/parse/parameters.h"

#include <string.h>

#include "sort/parse/charset.h"
#include "sort/parse/words.h"

enum {
    MOST_SECTIONS = 512,
    MOST_BYTES = 128 << 10
};

typedef struct Section {
    Span value;
    bool is_set;
    bool is_extended; /* percent-encoded */
    bool is_quoted;
} Section;

typedef struct Sections {
    const char *name;
    Section plain;     /* name= */
    Section extended;  /* name*= */
    Section *numbered; /* name*N= and name*N*=; owned; NULL: none, as nearly always */
} Sections;

static size_t
skip_blanks(Span text, size_t at)
{
    while (at < text.size && (g_ascii_isspace(text.at[at]) || text.at[at] == ';'))
        at++;
    return at;
}

/* RFC 822 comments may stand between parameters; nesting needs no stack. */
static size_t
skip_comment(Span text, size_t at)
{
    size_t depth = 0;

    for (; at < text.size; at++) {
        if (text.at[at] == '\\' && at + 1 < text.size)
            at++;
        else if (text.at[at] == '(')
            depth++;
        else if (text.at[at] == ')' && --depth == 0)
            return at + 1;
    }
    return at;
}

static size_t
read_quoted(Span text, size_t at, Section *section)
{
    size_t end = at + 1;

    while (end < text.size && text.at[end] != '"')
        end += text.at[end] == '\\' && end + 1 < text.size ? 2 : 1;
    end = MIN(end, text.size);
    section->value = parse_slice(text, at + 1, end);
    section->is_quoted = true;
    return MIN(end + 1, text.size);
}

static size_t
read_value(Span text, size_t at, Section *section)
{
    size_t end;

    while (at < text.size && g_ascii_isspace(text.at[at]))
        at++;
    if (at < text.size && text.at[at] == '"')
        return read_quoted(text, at, section);
    end = at + parse_span_find(parse_slice(text, at, text.size), ';');
    section->value = parse_trim_span(parse_slice(text, at, end));
    return end;
}

/* Where a parameter of this name belongs; NULL: not the one that is sought. */
static Section *
place_of(Sections *all, Span name, bool *extended)
{
    size_t base = strlen(all->name);
    size_t number = 0;
    size_t i;

    *extended = false;
    if (!parse_span_starts(name, all->name))
        return NULL;
    if (name.size == base)
        return &all->plain;
    if (name.at[base] != '*')
        return NULL;
    *extended = name.at[name.size - 1] == '*';
    if (name.size == base + 1)
        return &all->extended;
    for (i = base + 1; i < name.size && g_ascii_isdigit(name.at[i]); i++) {
        number = number * 10 + (size_t)(name.at[i] - '0');
        if (number >= MOST_SECTIONS)
            return NULL;
    }
    if (i == base + 1 || i + (*extended ? 1 : 0) != name.size)
        return NULL;
    if (!all->numbered)
        all->numbered = g_new0(Section, MOST_SECTIONS);
    return &all->numbered[number];
}

/* Behind the leading word; a forgotten ';' before the first parameter is forgiven. */
static size_t
first_parameter(Span text)
{
    size_t at = 0;

    while (at < text.size && g_ascii_isspace(text.at[at]))
        at++;
    while (at < text.size && text.at[at] != ';' && !g_ascii_isspace(text.at[at]))
        at++;
    return at;
}

static void
collect(Span text, Sections *all)
{
    size_t at = first_parameter(text);

    while ((at = skip_blanks(text, at)) < text.size) {
        Section section = {0};
        Section *place;
        Span name;
        size_t start = at;

        if (text.at[at] == '(') {
            at = skip_comment(text, at);
            continue;
        }
        while (at < text.size && text.at[at] != '=' && text.at[at] != ';')
            at++;
        name = parse_trim_span(parse_slice(text, start, at));
        if (at == text.size || text.at[at] == ';')
            continue;
        at = read_value(text, at + 1, &section);
        place = place_of(all, name, &section.is_extended);
        section.is_set = true;
        if (place && !place->is_set)
            *place = section;
        /* Without a ';' behind a quoted value the next name may follow at once. */
    }
}

static void
append_percent(GString *out, Span value)
{
    for (size_t i = 0; i < value.size && out->len < MOST_BYTES; i++) {
        if (value.at[i] == '%' && i + 2 < value.size &&
            g_ascii_isxdigit(value.at[i + 1]) && g_ascii_isxdigit(value.at[i + 2])) {
            g_string_append_c(out, (char)(g_ascii_xdigit_value(value.at[i + 1]) * 16 +
                                          g_ascii_xdigit_value(value.at[i + 2])));
            i += 2;
        } else {
            g_string_append_c(out, value.at[i]);
        }
    }
}

/* A backslash escapes inside quotes, except in C:\paths, which nobody escapes. */
static void
append_plain(GString *out, const Section *section)
{
    Span value = section->value;

    for (size_t i = 0; i < value.size && out->len < MOST_BYTES; i++) {
        char byte = value.at[i];

        if (byte == '\r' || byte == '\n' || byte == '\0')
            continue;
        if (section->is_quoted && byte == '\\' && i + 1 < value.size &&
            (value.at[i + 1] == '"' || value.at[i + 1] == '\\'))
            byte = value.at[++i];
        g_string_append_c(out, byte);
    }
}

/* charset'language'text */
static char *
split_charset(Span *value)
{
    size_t first = parse_span_find(*value, '\'');
    Span rest;
    size_t second;
    char *charset;

    if (first >= value->size || first > 60)
        return NULL;
    rest = parse_slice(*value, first + 1, value->size);
    second = parse_span_find(rest, '\'');
    if (second == rest.size)
        return NULL;
    charset = g_strndup(value->at, first);
    *value = parse_slice(rest, second + 1, rest.size);
    return charset;
}

static char *
join_numbered(const Section *numbered, const char *fallback)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree char *charset = NULL;

    for (size_t i = 0; i < MOST_SECTIONS && numbered[i].is_set; i++) {
        Section section = numbered[i];

        if (i == 0 && section.is_extended)
            charset = split_charset(&section.value);
        if (section.is_extended)
            append_percent(bytes, section.value);
        else
            append_plain(bytes, &section);
    }
    if (charset)
        return parse_to_utf8((Span){bytes->str, bytes->len}, charset, MOST_BYTES, NULL);
    return parse_decode_words(bytes->str, fallback);
}

static char *
join_extended(const Section *only)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    Span value = only->value;
    g_autofree char *charset = split_charset(&value);

    append_percent(bytes, value);
    return parse_to_utf8((Span){bytes->str, bytes->len}, charset, MOST_BYTES, NULL);
}

char *
parse_parameter(Span value, const char *name, const char *fallback)
{
    Sections all = {.name = name};
    g_autofree Section *numbered = NULL;
    g_autoptr(GString) bytes = NULL;

    if (parse_span_find(value, '=') == value.size)
        return NULL;
    collect(value, &all);
    numbered = all.numbered;
    if (all.extended.is_set)
        return join_extended(&all.extended);
    if (numbered && numbered[0].is_set)
        return join_numbered(numbered, fallback);
    if (!all.plain.is_set)
        return NULL;
    bytes = g_string_new(NULL);
    append_plain(bytes, &all.plain);
    return parse_decode_words(bytes->str, fallback);
}

char *
parse_leading_value(Span value)
{
    size_t end = parse_span_find(value, ';');
    Span word = parse_trim_span(parse_slice(value, 0, end));
    g_autofree char *text = NULL;

    for (size_t i = 0; i < word.size; i++) {
        if (g_ascii_isspace(word.at[i]) || word.at[i] == '(' || word.at[i] == ',')
            word.size = i;
    }
    if (word.size > 200 || !parse_span_is_ascii(word))
        return g_strdup("");
    text = g_strndup(word.at, word.size);
    return g_ascii_strdown(text, -1);
}
