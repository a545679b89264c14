/* Pages that need no repair, as most are: every element that opens is closed in order,
 * every tag and attribute is written as it should be. They are told to the same handler
 * as by libxml2, event for event, without its dictionary, copies and searches.
 *
 * Whatever would make libxml2 mend something ends the walk: then the page is the
 * library's. */
#pragma once

#include <libxml/HTMLparser.h>
#include <stdbool.h>
#include <stddef.h>

/* `html` is UTF-8 and ends with a NUL at `size`. Tells startElement, endElement and
 * characters. False: not such a page; what was told by then is void. */
bool parse_walk_html(const char *html, size_t size, const xmlSAXHandler *events,
                     void *user);
