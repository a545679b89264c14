/* Base64 that refuses what GLib's decoder silently skips. */
#pragma once

#include <glib.h>

/* RFC 4648 with the padding right or left off; NULL for anything else and for "". */
GByteArray *base64_read(const char *text);
