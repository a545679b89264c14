/* HTML that no library should see: recognised in one pass, and its tags cut out. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* False: a tag with so many attributes that libxml2's search for doubles would take
 * quadratic time. */
bool parse_html_is_tame(const char *html, size_t size);
/* Does it hold control characters, or one of the two that are none? */
bool parse_html_is_strange(const char *html, size_t size);
/* Without declarations like <![if !supportLists]>, which libxml2 takes for text; sets
 * the new size. NULL: there is none. */
char *parse_html_undeclared(const char *html, size_t *size);
char *parse_html_stripped(const char *html, size_t size);
