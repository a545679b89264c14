/* The words of quote_markers, in all the languages: lower case, each table ended by
 * NULL. They were gathered from what mail programs put into replies. */
#pragma once

#include "sort/parse/quote_markers.h"

typedef struct LabelWord {
    const char *word;
    LabelField field;
} LabelWord;

/* Verbs of attribution lines; the sentence ends with or soon after one. */
extern const char *const parse_quote_verbs[];
/* How attribution lines without an address begin. */
extern const char *const parse_quote_openers[];
/* What stands between dashes, or before a colon, above another message. */
extern const char *const parse_quote_separators[];
/* What help desks write above the mail they send: no answer stands below it. */
extern const char *const parse_above_lines[];
/* Names of header fields as they are shown to readers. */
extern const LabelWord parse_label_words[];
