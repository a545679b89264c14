/* Links as facts: where they go, by host. */
#pragma once

#include <glib.h>

/* Lower-case A-label host of an http(s) or ftp URL, the domain of a mailto; NULL else.
 */
char *parse_link_domain(const char *url);
/* Takes `text`. Links to nowhere (#, javascript, cid) are not kept. */
void parse_add_link(GPtrArray **links, char *text, const char *url);
/* Adds the bare URLs of a plain text. */
void parse_find_links(const char *text, GPtrArray **links);
