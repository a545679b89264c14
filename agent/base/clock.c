#include "base/clock.h"

#include <time.h>

static int64_t
read_clock(clockid_t which, int64_t per_second)
{
    struct timespec now;
    int failed = clock_gettime(which, &now);

    g_assert(!failed);
    return (int64_t)now.tv_sec * per_second +
           (int64_t)now.tv_nsec / (1000000000 / per_second);
}

int64_t
clock_now_s(void)
{
    return read_clock(CLOCK_REALTIME, 1);
}

int64_t
clock_now_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

int64_t
clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

static bool
break_down(int64_t epoch_s, struct tm *out)
{
    time_t when = (time_t)epoch_s;

    return epoch_s != TIME_NONE && gmtime_r(&when, out) && out->tm_year >= -1900 &&
           out->tm_year <= 9999 - 1900;
}

char *
clock_format(int64_t epoch_s)
{
    struct tm utc;

    if (!break_down(epoch_s, &utc))
        return NULL;
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
                           utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                           utc.tm_sec);
}

char *
clock_format_ms(int64_t epoch_ms)
{
    struct tm utc;
    int64_t ms = epoch_ms % 1000;

    if (ms < 0)
        ms += 1000;
    if (!break_down((epoch_ms - ms) / 1000, &utc))
        return NULL;
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                           utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                           utc.tm_sec, (int)ms);
}

bool
clock_parse(const char *text, int64_t *epoch_s)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *dated =
        strchr(text, 'T') ? g_strdup(text) : g_strconcat(text, "T00:00:00Z", NULL);
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(dated, utc);

    if (!when)
        return false;
    *epoch_s = g_date_time_to_unix(when);
    return true;
}
