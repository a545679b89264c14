/* The date of a Received field (RFC 5322 section 3.3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Epoch seconds; TIME_NONE: no date. Comments and a missing day name are fine. */
int64_t date_read(const char *text);
