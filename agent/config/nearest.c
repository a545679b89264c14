/* Which name was meant? Edit distance with neighbours swapped counted as one. */
#include "config/reader.h"

#include <string.h>

enum {
    MOST_NAME = 40 /* longer texts are nobody's misspelling */
};

typedef unsigned Row[MOST_NAME + 1];

static void
next_row(const char *text, const char *name, size_t i, Row rows[3])
{
    rows[0][0] = (unsigned)i;
    for (size_t j = 1; name[j - 1]; j++) {
        unsigned swap = text[i - 1] != name[j - 1];

        rows[0][j] =
            MIN(MIN(rows[1][j] + 1, rows[0][j - 1] + 1), rows[1][j - 1] + swap);
        if (i > 1 && j > 1 && text[i - 1] == name[j - 2] && text[i - 2] == name[j - 1])
            rows[0][j] = MIN(rows[0][j], rows[2][j - 2] + 1);
    }
}

static unsigned
distance(const char *text, const char *name)
{
    Row rows[3] = {0}; /* this one, the one before, the one before that */
    size_t width = strlen(name);

    for (size_t j = 0; j <= width; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; text[i - 1]; i++) {
        memcpy(rows[2], rows[1], sizeof(Row));
        memcpy(rows[1], rows[0], sizeof(Row));
        next_row(text, name, i, rows);
    }
    return rows[0][width];
}

size_t
names_count(const char *const *names)
{
    size_t count = 0;

    while (names[count])
        count++;
    return count;
}

const char *
nearest_name(const char *text, const char *const *names, size_t count)
{
    g_autofree char *folded = g_ascii_strdown(text, -1);
    size_t size = strlen(folded);
    /* Half of a short name may be wrong, a third of a long one. */
    unsigned best = (unsigned)(size < 5 ? size / 2 : size / 3) + 1;
    const char *nearest = NULL;

    if (size > MOST_NAME)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned apart =
            strlen(names[i]) > MOST_NAME ? best : distance(folded, names[i]);

        if (apart < best) {
            best = apart;
            nearest = names[i];
        }
    }
    return nearest;
}
