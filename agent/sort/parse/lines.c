#include "sort/parse/lines.h"

#include <stdint.h>
#include <string.h>

enum {
    MARKER_MOST_BYTES = 400,
    KEY_MOST_BYTES = 4,
    KEY_SLOTS_BITS = 9,
    KEY_BITS = 12
};

struct WordIndex {
    const char *const *words;
    size_t key_bytes;                    /* of each word: its first ones */
    size_t stride;                       /* keys that lie in each word, at least */
    uint64_t held[(1 << KEY_BITS) / 64]; /* the first `stride` keys of all words */
    uint16_t first[1 << KEY_SLOTS_BITS]; /* by the key; counted from 1, 0: none */
    uint16_t next[];                     /* of each word */
};

static uint32_t
key_at(const WordIndex *index, const char *text)
{
    uint32_t key = 0;

    for (size_t i = 0; i < index->key_bytes && text[i]; i++)
        key = key << 8 | (unsigned char)text[i];
    return key;
}

static uint32_t
hash_of(uint32_t key, unsigned bits)
{
    return (key * 0x9E3779B1u) >> (32 - bits);
}

static uint32_t
slot_of(uint32_t key)
{
    return hash_of(key, KEY_SLOTS_BITS);
}

static void
mark_held(WordIndex *index, const char *word)
{
    for (size_t i = 0; i < index->stride; i++) {
        uint32_t bit = hash_of(key_at(index, word + i), KEY_BITS);

        index->held[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool
may_lie_at(const WordIndex *index, const char *text)
{
    uint32_t bit = hash_of(key_at(index, text), KEY_BITS);

    return index->held[bit / 64] >> bit % 64 & 1;
}

static WordIndex *
index_words(const char *const *words)
{
    size_t count = 0;
    size_t shortest = SIZE_MAX;
    WordIndex *index;

    for (; words[count]; count++)
        shortest = MIN(shortest, strlen(words[count]));
    g_assert(count < UINT16_MAX && shortest > 0);
    index = g_malloc0(sizeof *index + count * sizeof index->next[0]);
    index->words = words;
    index->key_bytes = MIN(shortest, (size_t)KEY_MOST_BYTES);
    index->stride = shortest - index->key_bytes + 1;
    for (size_t i = count; i > 0; i--) {
        uint16_t *first = &index->first[slot_of(key_at(index, words[i - 1]))];

        index->next[i - 1] = *first;
        *first = (uint16_t)i;
        mark_held(index, words[i - 1]);
    }
    return index;
}

const WordIndex *
parse_index_once(WordIndex **kept, const char *const *words)
{
    if (g_once_init_enter(kept))
        g_once_init_leave(kept, index_words(words));
    return *kept;
}

const char *
parse_next_word(const WordIndex *index, const char *text, size_t *at)
{
    *at = *at ? index->next[*at - 1] : index->first[slot_of(key_at(index, text))];
    return *at ? index->words[*at - 1] : NULL;
}

/* Most differ in an early byte: sooner seen than a length is counted. */
static bool
opens_with(const char *text, const char *word)
{
    while (*word && *word == *text) {
        word++;
        text++;
    }
    return !*word;
}

bool
parse_starts_with_word(const WordIndex *index, const char *text)
{
    size_t at = 0;
    const char *word;

    while ((word = parse_next_word(index, text, &at)) != NULL) {
        if (opens_with(text, word))
            return true;
    }
    return false;
}

/* In whatever place a word stands, one of its first keys begins at a place that is
 * looked at; nearly all of those hold no key, and nothing is compared. */
bool
parse_holds_word(const WordIndex *index, const char *text)
{
    size_t size = strlen(text);
    size_t stride = index->stride;

    for (size_t at = stride - 1; at + index->key_bytes <= size; at += stride) {
        if (!may_lie_at(index, text + at))
            continue;
        for (size_t back = 0; back < stride; back++) {
            if (parse_starts_with_word(index, text + at - back))
                return true;
        }
    }
    return false;
}

Line *
parse_line(const Lines *lines, size_t i)
{
    return &lines->all[i];
}

bool
parse_is_blank(const Line *line)
{
    return line->text.size == 0;
}

static size_t
count_lines(const char *text)
{
    size_t count = 1;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

/* The same line in lower case, ended where its text ends. */
static const char *
lower_line(char **rest)
{
    char *end = strchr(*rest, '\n');
    char *line = *rest;

    if (end) {
        *end = '\0';
        *rest = end + 1;
    }
    line = g_strstrip(line);
    return strlen(line) <= MARKER_MOST_BYTES ? line : NULL;
}

Lines *
parse_split_lines(const char *text, char *lower)
{
    Lines *lines = g_new0(Lines, 1);
    Span whole = parse_span(text);
    char *rest = lower;
    size_t at = 0;

    lines->lower = lower;
    lines->all = g_new(Line, count_lines(text));
    while (at < whole.size) {
        size_t next;
        Line line = {.text = parse_line_at(whole, at, &next), .start = at};

        while (line.text.size && g_ascii_isspace(line.text.at[line.text.size - 1]))
            line.text.size--;
        line.lower = lower_line(&rest);
        lines->all[lines->len++] = line;
        at = next;
    }
    return lines;
}

void
parse_free_lines(Lines *lines)
{
    if (!lines)
        return;
    g_free(lines->all);
    g_free(lines->lower);
    g_free(lines);
}

/* Eight bytes at a time: the bit above 'A'..'Z' shows where 32 is to be added. */
static void
lower_ascii(const char *text, size_t size, char *lower)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;

    for (; i + 8 <= size; i += 8) {
        uint64_t word;

        memcpy(&word, text + i, 8);
        word += (((word + ones * (0x80 - 'A')) & ~(word + ones * (0x7f - 'Z'))) &
                 ones * 0x80) >>
                2;
        memcpy(lower + i, &word, 8);
    }
    for (; i < size; i++)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
}

/* GLib's own asks for the locale and reads twice. */
static char *
lower_wide(const char *text, size_t size)
{
    GString *lower = g_string_sized_new(size + 8);
    const char *end = text + size;

    while (text < end) {
        size_t run = parse_span_ascii_run((Span){text, (size_t)(end - text)});
        size_t from = lower->len;

        g_string_set_size(lower, from + run);
        lower_ascii(text, run, lower->str + from);
        text += run;
        if (text == end)
            break;
        g_string_append_unichar(lower, g_unichar_tolower(g_utf8_get_char(text)));
        text += g_utf8_skip[*(const guchar *)text];
    }
    return g_string_free(lower, FALSE);
}

char *
parse_lower(const char *text, size_t size)
{
    char *lower;

    if (!parse_span_is_ascii((Span){text, size}))
        return lower_wide(text, size);
    lower = g_malloc(size + 1);
    lower_ascii(text, size, lower);
    lower[size] = '\0';
    return lower;
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
parse_own_words(const Lines *lines, size_t from, size_t to)
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
parse_set_kind(Lines *lines, size_t from, size_t to, LineKind kind)
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
        if (opens_with(text, *words))
            return true;
    }
    return false;
}
