/* Hours of the week, as a person writes them: "mon-fri 09:00-17:30", "18:00-08:00",
 * "sat,sun". A span over midnight belongs to the day it begins on. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    WEEK_DAYS = 7,
    DAY_MINUTES = 24 * 60
};

typedef struct WeekSpan {
    guint days;                 /* bit 0: Monday */
    int from_minute, to_minute; /* `to` past DAY_MINUTES: on the next day */
} WeekSpan;

/* False: not such a text; `out` is untouched. */
bool week_parse_span(const char *text, WeekSpan *out);

/* With a time zone behind ("Europe/Madrid", "UTC") or, without one, in the machine's.
 */
typedef struct WeekHours {
    WeekSpan span;
    GTimeZone *zone;
} WeekHours;

bool week_parse(const char *text, WeekHours *out);
void week_clear(WeekHours *hours);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeekHours, week_clear)

bool week_contains(const WeekHours *hours, int64_t epoch_s);
