/* HTML that no library should see: recognised in one pass, and its tags cut out. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* False: a tag with so many attributes that libxml2's search for doubles would take
 * quadratic time. */
bool parse_html_is_tame(const char *html, size_t size);
char *parse_html_stripped(const char *html, size_t size);
