/* Business hours: when somebody is there to answer. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Hours Hours;

/* `zone`: a name of the tz database; NULL: UTC. `open`: texts such as "mon-fri
 * 09:00-18:00"; none: round the clock. `holidays`: texts such as "2026-12-25". What
 * does not fit is left out. */
Hours *hours_new(const char *zone, const GPtrArray *open, const GPtrArray *holidays);
void hours_free(Hours *hours);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hours, hours_free)

/* Seconds between two times (of the epoch) that lie within the hours; NULL: all do. */
int64_t hours_between(const Hours *hours, int64_t from_s, int64_t to_s);

bool hours_is_zone(const char *text);
bool hours_is_span(const char *text);
bool hours_is_day(const char *text);
