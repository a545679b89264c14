/* Parameters of Content-Type and Content-Disposition, RFC 2045 and 2231, with what
 * senders make of them: encoded words inside quotes, missing quotes, stray blanks. */
#pragma once

#include "sort/parse/span.h"

/* Decoded to UTF-8; NULL when there is none. `value` is the raw field. Of a flood of
 * continuations only the first 512 count. */
char *parse_parameter(Span value, const char *name, const char *fallback);

/* What stands before the first ';', lower case: "text/plain". */
char *parse_leading_value(Span value);
