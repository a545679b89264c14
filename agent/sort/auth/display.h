/* What a display name shows: people read it, and never look at the address beside it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether the name, decoded, shows an address of another domain than `domain`. */
bool display_shows_other(const char *display, const char *domain);
