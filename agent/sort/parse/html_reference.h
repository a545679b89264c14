/* References to characters, as libxml2 reads them: "&amp;", "&#233;". */
#pragma once

#include <stddef.h>

/* `*at` stands on "&" and moves behind what was read; the character, or what is none as
 * it is written, goes to `to`: never more bytes than were read, nor than
 * HTML_NAME_MOST. Returns how many; 0: left to the library. */
size_t parse_html_reference(const char **at, char *to);
