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

char *
fold_words(const char *text, size_t max_bytes)
{
    GString *out = g_string_new(" ");
    const char *end = text ? text + strnlen(text, max_bytes) : NULL;
    bool in_word = false;

    while (text && text < end) {
        gunichar character;
        gunichar letter;

        if (g_ascii_isalnum(*text)) { /* nearly all there is */
            g_string_append_c(out, g_ascii_tolower(*text++));
            in_word = true;
            continue;
        }
        character = g_utf8_get_char_validated(text, end - text);

        if (character >= (gunichar)-2)
            break; /* the cut fell inside a character */
        letter = fold_letter(character);
        if (letter)
            g_string_append_unichar(out, letter);
        else if (in_word && !is_joiner(character))
            g_string_append_c(out, ' ');
        in_word = letter || (in_word && is_joiner(character));
        text += g_utf8_skip[(guchar)*text]; /* the macro drops const under clang */
    }
    if (in_word)
        g_string_append_c(out, ' ');
    return g_string_free(out, FALSE);
}

char *
fold_case(const char *text, size_t max_bytes)
{
    g_autofree char *cut = g_strndup(text ? text : "", max_bytes);

    return g_ascii_strdown(cut, -1);
}

const char *
fold_find(const char *folded, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (strstr(folded, *phrases))
            return *phrases;
    return NULL;
}
