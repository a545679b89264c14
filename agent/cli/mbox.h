/* Mail from files: one mail, or an mbox (RFC 4155) of many. */
#pragma once

#include <glib.h>

/* GPtrArray of GBytes. `file` "-" is stdin. FAULT_MESSAGE: cannot be read. Files over
 * `most_bytes` are refused before they are read whole. */
GPtrArray *mbox_read(const char *file, gsize most_bytes, GError **error);
