#include <string.h>

#include "sort/parse/signature.h"
#include "sort/parse/signature_words.h"

enum {
    PARAGRAPH_MOST_BYTES = 2000,
    LONG_START_BYTES = 80 /* of a line too long to be a marker */
};

/* What a disclaimer speaks of, whatever it begins with. */
static const char *const subjects[] = {"confid",
                                       "vertraulich",
                                       "riservat",
                                       "vertrouwelijk",
                                       "poufn",
                                       "fortrolig",
                                       "konfiden",
                                       "luottamuk",
                                       "конфиденциальн",
                                       "privileged",
                                       "imprim",
                                       "environment",
                                       "umwelt",
                                       "medio ambiente",
                                       "meio ambiente",
                                       "datos pers",
                                       "stampare",
                                       "milieu",
                                       "unauthori",
                                       "reservad",
                                       "legal",
                                       "addressee",
                                       "destinatar",
                                       "recipient",
                                       "конфиденц",
                                       "důvěrn",
                                       "dôvern",
                                       "bizalmas",
                                       "confidenț",
                                       "gizli",
                                       "εμπιστευτικ",
                                       "機密",
                                       "秘密",
                                       "保密",
                                       "기밀",
                                       "fortroligt",
                                       "tulost",
                                       "wydruk",
                                       "drukuj",
                                       "drukow",
                                       "skriver ut",
                                       "skrive ut",
                                       "udskriv",
                                       "zaupn",
                                       "povjerljiv",
                                       "sekret",
                                       "rechtlich geschützt",
                                       "geadresseerde",
                                       "adresat",
                                       "mottagar",
                                       "modtager",
                                       "mottaker",
                                       "vastaanottaj",
                                       "virus",
                                       "medi ambient",
                                       "isilpekoa",
                                       "rgpd",
                                       "gdpr",
                                       "dsgvo",
                                       "lopd",
                                       "sus datos",
                                       NULL};

/* Who quotes a law to claim something speaks of their own data. */
static const char *const notices[] = {"informamos",      "se le informa",
                                      "se informa a",    "sus datos",
                                      "seus dados",      "vos données",
                                      "vi informiamo",   "la informiamo",
                                      "i suoi dati",     "i vostri dati",
                                      "we process your", "we inform you",
                                      "informujemy, że", NULL};

/* The line and what follows it up to a blank one, in lower case. */
static char *
paragraph_at(const Lines *lines, size_t first)
{
    GString *text = g_string_new(NULL);
    g_autofree char *raw = NULL;

    for (size_t i = first; i < lines->len && text->len < PARAGRAPH_MOST_BYTES; i++) {
        const Line *line = parse_line(lines, i);

        if (parse_is_blank(line))
            break;
        g_string_append_len(text, line->text.at, (gssize)line->text.size);
        g_string_append_c(text, ' ');
    }
    raw = g_string_free(text, FALSE);
    return parse_lower(raw, strlen(raw));
}

static bool
names_any(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strstr(text, *words))
            return true;
    }
    return false;
}

/* What lawyers write names its subject; who only begins like them is a person. */
bool
parse_starts_disclaimer(const Lines *lines, size_t i)
{
    const Line *line = parse_line(lines, i);
    g_autofree char *cut =
        line->lower ? NULL : parse_lower(line->text.at, LONG_START_BYTES);
    const char *start = line->lower ? line->lower : cut;
    g_autofree char *whole = NULL;

    start += strspn(start, "*_ \t\"'>");
    if (parse_starts_with_any(start, parse_law_words)) {
        whole = paragraph_at(lines, i);
        return names_any(whole, notices);
    }
    if (!parse_starts_with_word(lines->disclaimers, start))
        return false;
    whole = paragraph_at(lines, i);
    return names_any(whole, subjects);
}
