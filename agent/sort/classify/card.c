#include "card.h"

#include <stdbool.h>
#include <string.h>

#include "fold.h"

enum {
    LINES_MOST = 12,
    LINE_MOST_BYTES = 90,
    SITE_MOST_BYTES = 100
};

/* Folded: points and commas are blanks. */
static const char *const legal_forms[] = {" s l ",
                                          " sl ",
                                          " s l u ",
                                          " slu ",
                                          " s a ",
                                          " sa ",
                                          " s a u ",
                                          " sau ",
                                          " s a s ",
                                          " sas ",
                                          " s c ",
                                          " s coop ",
                                          " s l l ",
                                          " s r l ",
                                          " srl ",
                                          " s a de c v ",
                                          " sa de cv ",
                                          " s de r l ",
                                          " s de r l de c v ",
                                          " ltda ",
                                          " limitada ",
                                          " lda ",
                                          " e i r l ",
                                          " spa ",
                                          " s p a ",
                                          " gmbh ",
                                          " gmbh co kg ",
                                          " ag ",
                                          " kg ",
                                          " ohg ",
                                          " e k ",
                                          " ug haftungsbeschrankt ",
                                          " ltd ",
                                          " limited ",
                                          " llc ",
                                          " llp ",
                                          " plc ",
                                          " inc ",
                                          " corp ",
                                          " corporation ",
                                          " co ltd ",
                                          " pty ltd ",
                                          " sarl ",
                                          " eurl ",
                                          " sasu ",
                                          " b v ",
                                          " bv ",
                                          " n v ",
                                          " sp z o o ",
                                          " ab ",
                                          " a s ",
                                          " aps ",
                                          " oy ",
                                          " oyj ",
                                          " s r o ",
                                          " kft ",
                                          " d o o ",
                                          " ooo ",
                                          NULL};

static bool
ends_with_legal_form(const char *folded)
{
    for (const char *const *form = legal_forms; *form; form++) {
        if (g_str_has_suffix(folded, *form) && strlen(folded) > strlen(*form))
            return true;
    }
    return false;
}

static void
look_for_company(const char *piece, Card *card)
{
    g_autofree char *folded = fold_words(piece, LINE_MOST_BYTES);

    if (!card->company && !strpbrk(piece, "@:") && ends_with_legal_form(folded))
        card->company = g_strdup(piece);
}

static void
look_for_site(const char *line, Card *card)
{
    const char *at = strstr(line, "http");
    size_t size;

    at = at ? at : strstr(line, "www.");
    size = at ? strcspn(at, " \t<>()[]|,;") : 0;
    if (!card->site && size > 8 && size <= SITE_MOST_BYTES &&
        (at == line || !g_ascii_isalnum(at[-1])))
        card->site = g_strndup(at, size);
}

/* Two to four words, each with a capital letter. */
static bool
is_name(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint count = 0;

    if (strpbrk(line, "@:;,!?/|0123456789"))
        return false;
    for (; words[count]; count++) {
        if (!g_unichar_isupper(g_utf8_get_char(words[count])))
            return false;
    }
    return count >= 2 && count <= 4;
}

/* The name stands on top, or below a line of farewell. */
static void
read_line(const char *line, size_t place, Card *card)
{
    g_auto(GStrv) pieces = g_strsplit(line, " | ", -1);

    look_for_site(line, card);
    for (size_t i = 0; pieces[i]; i++)
        look_for_company(g_strstrip(pieces[i]), card);
    if (!card->name && place < 2 && !card->company && is_name(line))
        card->name = g_strdup(line);
}

void
card_read(const char *signature, Card *card)
{
    g_auto(GStrv) lines = g_strsplit(signature ? signature : "", "\n", LINES_MOST + 1);
    size_t place = 0;

    for (size_t i = 0; lines[i] && i < LINES_MOST; i++) {
        const char *line = g_strstrip(lines[i]);

        if (*line && strlen(line) <= LINE_MOST_BYTES)
            read_line(line, place++, card);
    }
}

void
card_clear(Card *card)
{
    g_free(card->name);
    g_free(card->company);
    g_free(card->site);
    *card = (Card){0};
}
