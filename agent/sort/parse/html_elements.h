/* The elements of HTML, as far as one of them ends or implies another. */
#pragma once

#include <stdbool.h>

#include "sort/parse/span.h"

enum {
    HTML_NAME_MOST = 100, /* with the NUL behind it */
    HTML_UNSURE = 1 << 15 /* in closed_by: not all of these groups may end it */
};

typedef enum {
    HTML_NOTHING,
    HTML_COMMON,
    HTML_ROOT,
    HTML_HEAD,
    HTML_BODY,
    HTML_VOID,   /* has no end tag */
    HTML_RAW,    /* its content is no markup */
    HTML_FRAMES, /* stands where a body would */
} HtmlKind;

/* To a <head> that is open. */
typedef enum {
    HTML_UNKNOWN,
    HTML_BELONGS,
    HTML_ENDS,
} HtmlInHead;

typedef struct HtmlElement {
    const char *name;
    HtmlKind kind;
    unsigned group;     /* one bit, or 0 */
    unsigned closed_by; /* groups that end it when they open inside of it */
    HtmlInHead in_head;
    unsigned rank; /* an end tag reaches over none of a higher one */
} HtmlElement;

/* In any case of letters; never NULL: what is not known is like <span>. */
const HtmlElement *parse_html_element(Span name);
