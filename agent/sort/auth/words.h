/* Encoded words (RFC 2047), read only to see what a display name shows. Addresses are
 * never made of them. */
#pragma once

#include <glib.h>
#include <stddef.h>

/* Bytes of the encoded word at `p`; 0: there is none, or one that could hide an
 * address from a reader that does not know encoded words. */
size_t word_measure_encoded(const char *p);

/* Appends what the word says, as UTF-8; bytes of a charset nobody knows as they are. */
void word_decode(const char *p, size_t size, GString *out);
