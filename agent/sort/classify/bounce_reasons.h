/* Tables of what servers write and of status codes (RFC 3463), each with the reason it
 * stands for. A new phrase is a row. */
#pragma once

#include <stdbool.h>

/* `text` is lower case, one line. Static; NULL: it does not say. */
const char *bounce_reason_in(const char *text);
const char *bounce_reason_of_status(const char *status);

/* "x.7.1" fits 5.7.1 and 4.7.1, not 5.7.12; "x.7." fits any of group 7. */
bool bounce_status_fits(const char *status, const char *pattern);
