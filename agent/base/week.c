#include "base/week.h"

#include "base/clock.h"

static bool
read_day(const char *text, guint *day)
{
    static const char *const names[WEEK_DAYS] = {"mon", "tue", "wed", "thu",
                                                 "fri", "sat", "sun"};

    for (guint i = 0; i < WEEK_DAYS; i++) {
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
        for (guint day = first; day != last; day = (day + 1) % WEEK_DAYS)
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
read_minutes(const char *text, WeekSpan *out)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);

    if (!ends[0] || !ends[1] || !read_minute(ends[0], &out->from_minute) ||
        !read_minute(ends[1], &out->to_minute) || out->from_minute == out->to_minute ||
        out->from_minute == DAY_MINUTES)
        return false;
    if (out->to_minute < out->from_minute)
        out->to_minute += DAY_MINUTES;
    return true;
}

/* How many of the words are a span: days, minutes or both; 0: they are none. */
static int
read_words(char *const *words, WeekSpan *out)
{
    static const WeekSpan always = {(1U << WEEK_DAYS) - 1, 0, DAY_MINUTES};
    WeekSpan days = always, minutes = always;
    bool has_days = words[0] && read_days(words[0], &days.days);
    bool has_minutes = words[has_days] && read_minutes(words[has_days], &minutes);

    *out = (WeekSpan){(has_days ? days : always).days,
                      (has_minutes ? minutes : always).from_minute,
                      (has_minutes ? minutes : always).to_minute};
    return has_days + has_minutes;
}

static GStrv
split_words(const char *text)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_auto(GStrv) pieces = g_strsplit_set(text, " \t", -1);

    for (char **piece = pieces; *piece; piece++)
        if (**piece)
            g_strv_builder_add(words, *piece);
    return g_strv_builder_end(words);
}

bool
week_parse_span(const char *text, WeekSpan *out)
{
    g_auto(GStrv) words = split_words(text);
    WeekSpan span;
    int used = read_words(words, &span);

    if (!used || words[used])
        return false;
    *out = span;
    return true;
}

bool
week_parse(const char *text, WeekHours *out)
{
    g_auto(GStrv) words = split_words(text);
    WeekHours hours;
    int used = read_words(words, &hours.span);
    const char *zone = words[used];

    if (!used || (zone && words[used + 1]))
        return false;
    hours.zone = zone ? g_time_zone_new_identifier(zone) : g_time_zone_new_local();
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
    const WeekSpan *span = &hours->span;
    guint today, yesterday;
    int minute;

    if (!there)
        return false;
    minute = g_date_time_get_hour(there) * 60 + g_date_time_get_minute(there);
    today = (guint)g_date_time_get_day_of_week(there) - 1;
    yesterday = (today + WEEK_DAYS - 1) % WEEK_DAYS;
    return ((span->days >> today & 1) && minute >= span->from_minute &&
            minute < span->to_minute) ||
           ((span->days >> yesterday & 1) && minute < span->to_minute - DAY_MINUTES);
}
