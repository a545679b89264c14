#include "base/hours.h"

#include <string.h>

#include "base/week.h"

enum {
    DAY_S = 24 * 60 * 60,
    MOST_DAYS = 20 * 366, /* who waited longer is counted no further */
};

struct Hours {
    GTimeZone *zone;
    GArray *spans;        /* WeekSpan */
    GHashTable *holidays; /* "2026-12-25", owned */
};

bool
hours_is_span(const char *text)
{
    WeekSpan span;

    return week_parse_span(text, &span);
}

bool
hours_is_zone(const char *text)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(text);

    return zone != NULL;
}

bool
hours_is_day(const char *text)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    g_autoptr(GDateTime) day = g_date_time_new_from_iso8601(midnight, NULL);

    return strlen(text) == strlen("2026-12-25") && day;
}

Hours *
hours_new(const char *zone, const GPtrArray *open, const GPtrArray *holidays)
{
    Hours *hours = g_new0(Hours, 1);

    hours->zone = zone ? g_time_zone_new_identifier(zone) : NULL;
    if (!hours->zone)
        hours->zone = g_time_zone_new_utc();
    hours->spans = g_array_new(FALSE, FALSE, sizeof(WeekSpan));
    hours->holidays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; open && i < open->len; i++) {
        WeekSpan span;

        if (week_parse_span(open->pdata[i], &span))
            g_array_append_val(hours->spans, span);
    }
    for (guint i = 0; holidays && i < holidays->len; i++)
        (void)g_hash_table_add(hours->holidays, g_strdup(holidays->pdata[i]));
    return hours;
}

void
hours_free(Hours *hours)
{
    if (!hours)
        return;
    g_time_zone_unref(hours->zone);
    g_array_unref(hours->spans);
    g_hash_table_unref(hours->holidays);
    g_free(hours);
}

/* When the clocks of `day` show `minute`, in seconds of the epoch: a day of change is
 * not 24 hours long. */
static int64_t
at_minute(const Hours *hours, GDateTime *day, int minute)
{
    g_autoptr(GDateTime) morrow = g_date_time_add_days(day, minute / DAY_MINUTES);
    int of_day = minute % DAY_MINUTES;
    g_autoptr(GDateTime) at = g_date_time_new(
        hours->zone, g_date_time_get_year(morrow), g_date_time_get_month(morrow),
        g_date_time_get_day_of_month(morrow), of_day / 60, of_day % 60, 0);

    return g_date_time_to_unix(at);
}

static int64_t
within_day(const Hours *hours, GDateTime *day, int64_t from_s, int64_t to_s)
{
    g_autofree char *name = g_date_time_format(day, "%Y-%m-%d");
    guint weekday = (guint)g_date_time_get_day_of_week(day) - 1;
    int64_t sum = 0;

    if (g_hash_table_contains(hours->holidays, name))
        return 0;
    for (guint i = 0; i < hours->spans->len; i++) {
        const WeekSpan *span = &g_array_index(hours->spans, WeekSpan, i);

        if (span->days >> weekday & 1)
            sum += MAX(0, MIN(to_s, at_minute(hours, day, span->to_minute)) -
                              MAX(from_s, at_minute(hours, day, span->from_minute)));
    }
    return sum;
}

int64_t
hours_between(const Hours *hours, int64_t from_s, int64_t to_s)
{
    g_autoptr(GDateTime) utc = NULL;
    g_autoptr(GDateTime) day = NULL; /* from the day before: its night may last */
    int64_t sum = 0;

    if (to_s <= from_s)
        return 0;
    if (!hours || hours->spans->len == 0)
        return to_s - from_s;
    utc = g_date_time_new_from_unix_utc(from_s - DAY_S);
    day = utc ? g_date_time_to_timezone(utc, hours->zone) : NULL;
    for (int i = 0; day && i < MOST_DAYS; i++) {
        GDateTime *next;

        if (at_minute(hours, day, 0) >= to_s)
            break;
        sum += within_day(hours, day, from_s, to_s);
        next = g_date_time_add_days(day, 1);
        g_date_time_unref(day);
        day = next;
    }
    return sum;
}
