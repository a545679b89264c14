/* HTML to text in one streaming pass of libxml2's push parser. No network, no DOM; what
 * HTML hides from its reader is counted and left out. */
#pragma once

#include "sort/parse/span.h"

typedef enum {
    MARK_QUOTE, /* somebody else's words */
    MARK_SIGNATURE,
} MarkKind;

/* A piece of the text that the HTML itself calls quote or signature. */
typedef struct Mark {
    size_t start;
    size_t end; /* SIZE_MAX: to the end */
    MarkKind kind;
} Mark;

typedef struct HtmlText {
    char *text;
    GArray *marks;    /* Mark, in order */
    GPtrArray *links; /* Link */
    size_t hidden_characters;
    bool is_truncated;
} HtmlText;

enum {
    HTML_MOST_BYTES = 1 << 20,
    LINKS_MOST = 1000
};

/* `html` is UTF-8. */
void parse_html(const char *html, HtmlText *out);
void parse_clear_html(HtmlText *html);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HtmlText, parse_clear_html)

void parse_init_html(void);
