/* RFC 2047 encoded words, as found in the wild: characters split between words, spaces
 * inside, raw 8-bit around. What is no word stays as it is. */
#pragma once

#include "sort/parse/span.h"

/* `fallback`: the charset of raw 8-bit bytes that are not UTF-8, or NULL. */
char *parse_decode_words(const char *unfolded, const char *fallback);

/* The value of a field, unfolded and decoded. */
char *parse_field_text(Span value, const char *fallback);
