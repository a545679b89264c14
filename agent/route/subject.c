#include "route/subject.h"

#include <string.h>

#include <glib.h>

/* Marks of clients in many languages, without the colon. */
static const char *const marks[] = {
    "re",  "fw", "fwd", "rv",  "aw",  "wg",  "sv", "vs",  "vb",  "antw", "tr",    "rif",
    "ref", "i",  "r",   "enc", "res", "odp", "pd", "ynt", "bls", "vl",   "doorst"};

/* Past one mark at the start of `text` ("Re:", "Re[2]:", "RE :"), or NULL. */
static const char *
skip_mark(const char *text)
{
    size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *at = text + length;

    if (*at == '[' || *at == '(')
        at += strcspn(at, ")]") + (at[strcspn(at, ")]")] ? 1 : 0);
    at += strspn(at, " ");
    if (*at != ':')
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strlen(marks[i]) == length &&
            g_ascii_strncasecmp(marks[i], text, length) == 0)
            return at + 1;
    return NULL;
}

/* Past a tag that a list or a gateway put in front ("[External] Hello"), or NULL. A
 * subject that is all tag keeps it. */
static const char *
skip_gateway_tag(const char *text)
{
    const char *end = *text == '[' ? strchr(text, ']') : NULL;

    if (!end)
        return NULL;
    end += 1 + strspn(end + 1, " \t");
    return *end ? end : NULL;
}

static const char *
skip_marks(const char *text)
{
    const char *next = text;

    while (next) {
        text = next + strspn(next, " \t");
        next = skip_mark(text);
        if (!next)
            next = skip_gateway_tag(text);
    }
    return text;
}

/* Servers fold and unfold long subjects, and leave other blanks than there were. */
static void
squeeze_blanks(char *text)
{
    char *to = text;

    for (const char *at = text; *at; at++) {
        if (!g_ascii_isspace(*at))
            *to++ = *at;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = '\0';
    (void)g_strchomp(text);
}

char *
subject_base(const char *subject)
{
    char *folded = g_utf8_casefold(skip_marks(subject ? subject : ""), -1);

    squeeze_blanks(folded);
    return folded;
}
