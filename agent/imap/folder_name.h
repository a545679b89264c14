/* Folder names as people read them: modified UTF-7 (RFC 3501 section 5.1.3) decoded. */
#pragma once

#include <glib.h>

/* UTF-8, printable; a name that is not well-formed is shown as it came. For display
 * only: two names may look alike. */
char *folder_name_decode(const char *wire_name);
