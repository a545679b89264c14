#include "base/week.h"

#include "base/clock.h"

enum {
    DAYS = 7,
    DAY_MINUTES = 24 * 60
};

static bool
read_day(const char *text, guint *day)
{
    static const char *const names[DAYS] = {"mon", "tue", "wed", "thu",
                                            "fri", "sat", "sun"};

    for (guint i = 0; i < DAYS; i++) {
        if (g_ascii_strcasecmp(text, names[i]) == 0) {
            *day = i;
            return true;
        }
    }
    return false;
}

/* "mon-fri,sun"; "fri-mon" goes over the end of the week. */
static bool
read_days(const char *text, guint *out)
{
    g_auto(GStrv) items = g_strsplit(text, ",", -1);

    *out = 0;
    for (char **item = items; *item; item++) {
        g_auto(GStrv) ends = g_strsplit(*item, "-", 2);
        guint first, last;

        if (!ends[0] || !read_day(ends[0], &first) ||
            !read_day(ends[1] ? ends[1] : ends[0], &last))
            return false;
        for (guint day = first; day != last; day = (day + 1) % DAYS)
            *out |= 1U << day;
        *out |= 1U << last;
    }
    return *out != 0;
}

/* "09:00"; 24:00 is the end of a day. */
static bool
read_minute(const char *text, int *out)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    guint64 hour, minute;

    if (!parts[0] || !parts[1] ||
        !g_ascii_string_to_unsigned(parts[0], 10, 0, 24, &hour, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, 59, &minute, NULL) ||
        hour * 60 + minute > DAY_MINUTES)
        return false;
    *out = (int)(hour * 60 + minute);
    return true;
}

static bool
read_minutes(const char *text, WeekHours *out)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);

    return ends[0] && ends[1] && read_minute(ends[0], &out->from_minute) &&
           read_minute(ends[1], &out->to_minute) && out->from_minute != out->to_minute;
}

bool
week_parse(const char *text, WeekHours *out)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    WeekHours hours = {(1U << DAYS) - 1, 0, DAY_MINUTES, NULL};
    char **word = words;
    bool has_days = *word && read_days(*word, &hours.days);
    bool has_minutes;

    if (has_days)
        word++;
    else
        hours.days = (1U << DAYS) - 1;
    has_minutes = *word && read_minutes(*word, &hours);
    if (has_minutes)
        word++;
    if ((!has_days && !has_minutes) || (*word && word[1]))
        return false;
    hours.zone = *word ? g_time_zone_new_identifier(*word) : g_time_zone_new_local();
    if (!hours.zone)
        return false;
    *out = hours;
    return true;
}

void
week_clear(WeekHours *hours)
{
    g_clear_pointer(&hours->zone, g_time_zone_unref);
}

bool
week_contains(const WeekHours *hours, int64_t epoch_s)
{
    g_autoptr(GDateTime) utc =
        epoch_s == TIME_NONE ? NULL : g_date_time_new_from_unix_utc(epoch_s);
    g_autoptr(GDateTime) there = utc ? g_date_time_to_timezone(utc, hours->zone) : NULL;
    guint today, yesterday;
    int minute;

    if (!there)
        return false;
    minute = g_date_time_get_hour(there) * 60 + g_date_time_get_minute(there);
    today = (guint)g_date_time_get_day_of_week(there) - 1;
    yesterday = (today + DAYS - 1) % DAYS;
    if (hours->from_minute < hours->to_minute)
        return (hours->days >> today & 1) && minute >= hours->from_minute &&
               minute < hours->to_minute;
    return ((hours->days >> today & 1) && minute >= hours->from_minute) ||
           ((hours->days >> yesterday & 1) && minute < hours->to_minute);
}
