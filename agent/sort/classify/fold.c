#include "fold.h"

#include <string.h>

gunichar
fold_letter(gunichar character)
{
    gunichar base[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];

    if (character < 0x80) {
        char ascii = (char)character;

        return g_ascii_isalnum(ascii) ? (gunichar)g_ascii_tolower(ascii) : 0;
    }
    if (!g_unichar_isalnum(character))
        return 0;
    (void)g_unichar_fully_decompose(character, FALSE, base, G_N_ELEMENTS(base));
    return g_unichar_tolower(base[0]);
}

/* An apostrophe joins: "don't" is "dont", "n'envoyez" is "nenvoyez". */
static bool
is_joiner(gunichar character)
{
    return character == '\'' || character == 0x2019;
}

/* The first byte of `text` that is no plain letter or digit; those before it are
 * written to `out`, in lower case. */
static const char *
copy_plain(const char *text, const char *end, char **out)
{
    char *at = *out;

    while (text < end && g_ascii_isalnum(*text)) {
        /* Digits have this bit already. */
        *at++ = (char)(*text | 0x20);
        text++;
    }
    *out = at;
    return text;
}

/* As g_utf8_get_char_validated, which most characters can do without. */
static gunichar
character_at(const char *text, const char *end)
{
    return (guchar)*text < 0x80 ? (gunichar)*text
                                : g_utf8_get_char_validated(text, end - text);
}

/* A character of one byte becomes one byte; one of two or more, a letter of at most
 * six.
 */
char *
fold_words(const char *text, size_t max_bytes)
{
    const char *end = text ? text + strnlen(text, max_bytes) : NULL;
    size_t room = text ? 3 * (size_t)(end - text) : 0;
    char *folded = g_malloc(room + 3);
    char *out = folded;
    bool in_word = false;

    *out++ = ' ';
    while (text && text < end) {
        const char *plain = copy_plain(text, end, &out);
        gunichar character;
        gunichar letter;

        in_word = in_word || plain > text;
        text = plain;
        if (text == end)
            break;
        character = character_at(text, end);
        if (character >= (gunichar)-2)
            break; /* the cut fell inside a character */
        letter = character < 0x80 ? 0 : fold_letter(character);
        if (letter)
            out += g_unichar_to_utf8(letter, out);
        else if (in_word && !is_joiner(character))
            *out++ = ' ';
        in_word = letter || (in_word && is_joiner(character));
        text += g_utf8_skip[(guchar)*text]; /* the macro drops const under clang */
    }
    if (in_word)
        *out++ = ' ';
    *out = '\0';
    return g_realloc(folded, (size_t)(out - folded) + 1);
}

char *
fold_case(const char *text, size_t max_bytes)
{
    g_autofree char *cut = g_strndup(text ? text : "", max_bytes);

    return g_ascii_strdown(cut, -1);
}

enum {
    START_BYTES =
        5 /* a blank and what follows it: the next word too, after a short one */
};

typedef struct FoldStart {
    uint16_t at; /* the blank before the word */
    uint16_t next;
} FoldStart;

static uint32_t
slot_of(const char *start)
{
    uint32_t first;

    memcpy(&first, start, sizeof first);
    return ((first ^ ((uint32_t)(uint8_t)start[4] << 13)) * 0x9E3779B1u) >> 22;
}

void
fold_index(FoldIndex *index, const char *folded)
{
    size_t size = strlen(folded);
    uint16_t count = 0;

    g_assert(size <= UINT16_MAX);
    *index = (FoldIndex){.folded = folded};
    index->starts = g_new(FoldStart, size / 2 + 1);
    for (size_t at = 0; at + START_BYTES <= size; at++) {
        uint16_t *first;

        if (folded[at] != ' ')
            continue;
        first = &index->first[slot_of(folded + at)];
        index->starts[count] = (FoldStart){(uint16_t)at, *first};
        *first = ++count;
    }
}

void
fold_index_clear(FoldIndex *index)
{
    g_clear_pointer(&index->starts, g_free);
}

static bool
stands_at(const char *text, const char *phrase)
{
    while (*phrase && *phrase == *text) {
        phrase++;
        text++;
    }
    return !*phrase;
}

static bool
holds(const FoldIndex *index, const char *phrase)
{
    uint16_t place;

    if (*phrase != ' ' || strnlen(phrase, START_BYTES) < START_BYTES)
        return strstr(index->folded, phrase) != NULL;
    place = index->first[slot_of(phrase)];
    for (; place; place = index->starts[place - 1].next)
        if (stands_at(index->folded + index->starts[place - 1].at, phrase))
            return true;
    return false;
}

const char *
fold_find_indexed(const FoldIndex *index, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (holds(index, *phrases))
            return *phrases;
    return NULL;
}

const char *
fold_find(const char *folded, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (strstr(folded, *phrases))
            return *phrases;
    return NULL;
}
