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
        character = g_utf8_get_char_validated(text, end - text);
        if (character >= (gunichar)-2)
            break; /* the cut fell inside a character */
        letter = fold_letter(character);
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

static uint32_t
start_hash(const char *at)
{
    uint32_t first;

    memcpy(&first, at, sizeof first);
    return ((first ^ ((uint32_t)(uint8_t)at[4] << 13)) * 0x9E3779B1u) >> 20;
}

void
fold_index(FoldIndex *index, const char *folded)
{
    size_t size = strlen(folded);
    const char *last = folded + size;

    *index = (FoldIndex){.folded = folded};
    for (const char *at = folded; size >= START_BYTES && at + START_BYTES <= last; at++)
        if (*at == ' ')
            index->starts[start_hash(at) / 64] |= UINT64_C(1) << (start_hash(at) % 64);
}

static bool
may_have(const FoldIndex *index, const char *phrase)
{
    uint32_t hash;

    if (strnlen(phrase, START_BYTES) < START_BYTES)
        return true;
    hash = start_hash(phrase);
    return index->starts[hash / 64] >> (hash % 64) & 1;
}

const char *
fold_find_indexed(const FoldIndex *index, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (may_have(index, *phrases) && strstr(index->folded, *phrases))
            return *phrases;
    return NULL;
}

const char *
fold_find(const char *folded, const char *const *phrases)
{
    FoldIndex index;

    fold_index(&index, folded);
    return fold_find_indexed(&index, phrases);
}
