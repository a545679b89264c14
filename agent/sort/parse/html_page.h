/* The text that a page of HTML becomes: blanks and line breaks are owed until a word
 * follows, so that none stands at an end. */
#pragma once

#include <libxml/HTMLparser.h>

#include "sort/parse/html.h"
#include "sort/parse/html_style.h"

typedef struct Element {
    Look look;
    Role role;
    size_t role_start;
    char kind; /* of the tag: see kind_of */
} Element;

typedef struct Page {
    HtmlText *out;
    GString *text;
    GArray *elements; /* Element */
    htmlParserCtxt *parser;
    char *href; /* of the open link */
    size_t href_from;
    unsigned quote_depth;
    unsigned preformatted;
    unsigned silent;      /* inside script, style, ... */
    unsigned line_breaks; /* owed before the next word */
    bool space;           /* owed before the next word */
    Paint paint;
    bool cut_rest;
    bool too_deep;
} Page;

/* At least so many line ends before the next word. */
void parse_page_owe_breaks(Page *page, unsigned count);
void parse_page_pay_debts(Page *page);
/* True, and the page marked as truncated, when no more text is taken. */
bool parse_page_is_full(Page *page);
void parse_page_add_preformatted(Page *page, const char *text, size_t size);
void parse_page_add_flowing(Page *page, const char *text, size_t size);
/* Characters that a reader would see. */
size_t parse_page_count_visible(const char *text, size_t size);
