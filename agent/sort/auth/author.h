/* The author: the one domain that the From field of the raw bytes names.
 *
 * Every reading that two programs could do differently is refused: what the judge
 * authenticates must be what a person is shown. */
#pragma once

#include "fields.h"

typedef struct Author {
    char *domain;      /* A-label; NULL: no one author domain */
    char *trouble;     /* why not, for a person; NULL when there is a domain */
    bool display_lies; /* the display name shows an address of another domain */
} Author;

void author_read(const RawMail *mail, Author *out);
void author_clear(Author *author);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Author, author_clear)
