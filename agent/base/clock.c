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

/* So many digits, with zeros before. */
static char *
put_digits(char *at, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

/* By hand: each mail has a dozen times, and printf takes longer than filing some rows.
 */
static char *
put_second(char *at, const struct tm *utc)
{
    at = put_digits(at, utc->tm_year + 1900, 4);
    *at++ = '-';
    at = put_digits(at, utc->tm_mon + 1, 2);
    *at++ = '-';
    at = put_digits(at, utc->tm_mday, 2);
    *at++ = 'T';
    at = put_digits(at, utc->tm_hour, 2);
    *at++ = ':';
    at = put_digits(at, utc->tm_min, 2);
    *at++ = ':';
    return put_digits(at, utc->tm_sec, 2);
}

char *
clock_format(int64_t epoch_s)
{
    char text[] = "YYYY-MM-DDThh:mm:ssZ";
    struct tm utc;

    if (!break_down(epoch_s, &utc))
        return NULL;
    (void)put_second(text, &utc);
    return g_strdup(text);
}

char *
clock_format_ms(int64_t epoch_ms)
{
    char text[] = "YYYY-MM-DDThh:mm:ss.mmmZ";
    struct tm utc;
    int64_t ms = epoch_ms % 1000;
    bool is_before = ms < 0; /* 1970, where division rounds the wrong way */

    if (!break_down(epoch_ms / 1000 - (is_before ? 1 : 0), &utc))
        return NULL;
    (void)put_digits(put_second(text, &utc) + 1, (int)(is_before ? ms + 1000 : ms), 3);
    return g_strdup(text);
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
