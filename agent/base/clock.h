/* Time, in one place: wall time for records, monotonic time for waiting.
 *
 * Wall times are seconds since the epoch, UTC; TIME_NONE means "not known". */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define TIME_NONE INT64_MIN

int64_t clock_now_s(void);
int64_t clock_now_ms(void);

/* Never jumps; for deadlines only. */
int64_t clock_monotonic_us(void);

/* "2026-11-23T10:00:00Z"; NULL for TIME_NONE and years outside 0000-9999. */
char *clock_format(int64_t epoch_s);

/* "2026-11-23T10:00:00.123Z", for the order of rows in the database. */
char *clock_format_ms(int64_t epoch_ms);

/* Reads ISO 8601 with a zone, or a bare date (midnight UTC). False: not a time. */
bool clock_parse(const char *text, int64_t *epoch_s);
