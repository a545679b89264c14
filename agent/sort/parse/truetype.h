/* What a file is, by its first bytes, whatever it is called. */
#pragma once

#include <glib.h>
#include <stddef.h>

/* A media type, or NULL when the bytes are none of the well-known kinds. */
const char *parse_true_type(const guint8 *bytes, size_t size);
