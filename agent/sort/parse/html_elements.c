#include "sort/parse/html_elements.h"

enum {
    CELL = 1 << 0,
    ROW = 1 << 1,
    ROWS = 1 << 2,
    HEAD_ROWS = 1 << 3,
    TABLE = 1 << 4,
    ITEM = 1 << 5,
    PARAGRAPH = 1 << 6,
    CENTER = 1 << 7,
    FORM = 1 << 8,
    FIELDS = 1 << 9,
    BLOCK = 1 << 10,
    BODY = 1 << 11,
    OTHER = 1 << 12,
    LINK = 1 << 13,

    IN_PARAGRAPH = CELL | ROW | ROWS | TABLE | ITEM | PARAGRAPH | CENTER | FORM |
                   FIELDS | BLOCK | BODY,
    IN_HEADING = FORM | FIELDS | ITEM | PARAGRAPH | TABLE,
    UNSURE = IN_PARAGRAPH | HEAD_ROWS | OTHER | HTML_UNSURE,
};

/* The frequent ones first. */
static const HtmlElement elements[] = {
    {"td", HTML_COMMON, CELL, CELL | ROW | ROWS, HTML_UNKNOWN, 160},
    {"tr", HTML_COMMON, ROW, ROW | ROWS, HTML_UNKNOWN, 170},
    {"p", HTML_COMMON, PARAGRAPH, IN_PARAGRAPH, HTML_ENDS, 100},
    {"a", HTML_COMMON, LINK, FIELDS | TABLE | CELL | LINK, HTML_ENDS, 100},
    {"br", HTML_VOID, 0, 0, HTML_ENDS, 100},
    {"div", HTML_COMMON, BLOCK, 0, HTML_ENDS, 150},
    {"span", HTML_COMMON, 0, CELL, HTML_ENDS, 100},
    {"img", HTML_VOID, 0, 0, HTML_ENDS, 100},
    {"table", HTML_COMMON, TABLE, 0, HTML_ENDS, 190},
    {"tbody", HTML_COMMON, ROWS, ROWS, HTML_UNKNOWN, 180},
    {"font", HTML_COMMON, 0, CENTER | CELL, HTML_ENDS, 100},
    {"b", HTML_COMMON, 0, CENTER | PARAGRAPH | CELL, HTML_ENDS, 100},
    {"strong", HTML_COMMON, 0, 0, HTML_ENDS, 100},
    {"i", HTML_COMMON, 0, CENTER | PARAGRAPH | CELL, HTML_ENDS, 100},
    {"u", HTML_COMMON, 0, PARAGRAPH | CELL, HTML_ENDS, 100},
    {"s", HTML_COMMON, 0, PARAGRAPH, HTML_ENDS, 100},
    {"li", HTML_COMMON, ITEM, ITEM, HTML_ENDS, 100},
    {"ul", HTML_COMMON, BLOCK, UNSURE & ~ITEM, HTML_ENDS, 100},
    {"ol", HTML_COMMON, BLOCK, UNSURE & ~ITEM, HTML_ENDS, 100},
    {"th", HTML_COMMON, CELL, CELL | ROW | ROWS, HTML_UNKNOWN, 160},
    {"thead", HTML_COMMON, HEAD_ROWS, ROWS, HTML_UNKNOWN, 180},
    {"tfoot", HTML_COMMON, ROWS, ROWS | HTML_UNSURE, HTML_UNKNOWN, 180},
    {"h1", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"h2", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"h3", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"h4", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"h5", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"h6", HTML_COMMON, BLOCK, IN_HEADING, HTML_ENDS, 100},
    {"center", HTML_COMMON, CENTER, 0, HTML_ENDS, 100},
    {"blockquote", HTML_COMMON, BLOCK, 0, HTML_ENDS, 100},
    {"hr", HTML_VOID, BLOCK, 0, HTML_ENDS, 100},
    {"html", HTML_ROOT, 0, 0, HTML_UNKNOWN, 220},
    {"head", HTML_HEAD, BLOCK, 0, HTML_UNKNOWN, 200},
    {"body", HTML_BODY, BODY, 0, HTML_ENDS, 200},
    {"meta", HTML_VOID, 0, 0, HTML_BELONGS, 100},
    {"link", HTML_VOID, 0, 0, HTML_BELONGS, 100},
    {"base", HTML_VOID, 0, 0, HTML_BELONGS, 100},
    {"title", HTML_COMMON, BLOCK, UNSURE, HTML_BELONGS, 100},
    {"style", HTML_RAW, 0, 0, HTML_BELONGS, 100},
    {"script", HTML_RAW, 0, 0, HTML_BELONGS, 100},
    {"noscript", HTML_COMMON, OTHER, 0, HTML_UNKNOWN, 100},
    {"col", HTML_VOID, BLOCK, 0, HTML_UNKNOWN, 100},
    {"colgroup", HTML_COMMON, BLOCK, UNSURE, HTML_UNKNOWN, 100},
    {"caption", HTML_COMMON, BLOCK, UNSURE, HTML_UNKNOWN, 100},
    {"small", HTML_COMMON, 0, PARAGRAPH, HTML_ENDS, 100},
    {"big", HTML_COMMON, 0, PARAGRAPH, HTML_ENDS, 100},
    {"strike", HTML_COMMON, 0, PARAGRAPH, HTML_ENDS, 100},
    {"tt", HTML_COMMON, 0, PARAGRAPH, HTML_ENDS, 100},
    {"dl", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"dd", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"dt", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"dir", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"menu", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"pre", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"xmp", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"listing", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"address", HTML_COMMON, BLOCK, UNSURE, HTML_ENDS, 100},
    {"form", HTML_COMMON, FORM, FORM, HTML_ENDS, 100},
    {"fieldset", HTML_COMMON, FIELDS, 0, HTML_ENDS, 100},
    {"legend", HTML_COMMON, 0, UNSURE, HTML_UNKNOWN, 100},
    {"option", HTML_COMMON, OTHER, UNSURE, HTML_UNKNOWN, 100},
    {"optgroup", HTML_COMMON, OTHER, 0, HTML_UNKNOWN, 100},
    {"input", HTML_VOID, 0, 0, HTML_UNKNOWN, 100},
    {"area", HTML_VOID, 0, 0, HTML_UNKNOWN, 100},
    {"param", HTML_VOID, 0, 0, HTML_UNKNOWN, 100},
    {"basefont", HTML_VOID, 0, 0, HTML_UNKNOWN, 100},
    {"isindex", HTML_VOID, 0, 0, HTML_UNKNOWN, 100},
    {"frame", HTML_FRAMES, 0, 0, HTML_UNKNOWN, 100},
    {"frameset", HTML_FRAMES, 0, 0, HTML_ENDS, 100},
    {"noframes", HTML_FRAMES, 0, 0, HTML_UNKNOWN, 100},
};

const HtmlElement *
parse_html_element(Span name)
{
    static const HtmlElement other = {"", HTML_COMMON, 0, 0, HTML_UNKNOWN, 100};
    char first = g_ascii_tolower(*name.at);

    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        const char *known = elements[i].name;

        if (*known == first && g_ascii_strncasecmp(known, name.at, name.size) == 0 &&
            known[name.size] == '\0')
            return &elements[i];
    }
    return &other;
}
