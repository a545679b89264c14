/* The relaxed canonicalisation of a body (RFC 6376 section 3.4.4): the one step of a
 * judgement that looks at every byte more than once, so it is written for speed. */
#pragma once

#include <glib.h>
#include <stddef.h>

/* `body` has CRLF line ends only. Owned. */
GString *relaxed_body_new(const char *body, size_t size);
