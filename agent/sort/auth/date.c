#include "date.h"

#include <string.h>

#include <glib.h>

#include "base/clock.h"

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

static bool
take_number(const char **p, int digits_max, int64_t *out)
{
    int64_t value = 0;
    int digits = 0;

    while (g_ascii_isspace(**p))
        (*p)++;
    for (; g_ascii_isdigit(**p) && digits < digits_max; digits++, (*p)++)
        value = value * 10 + (**p - '0');
    *out = value;
    return digits > 0 && !g_ascii_isdigit(**p);
}

static bool
take_month(const char **p, int64_t *out)
{
    while (g_ascii_isspace(**p) || **p == '-')
        (*p)++;
    for (size_t i = 0; i < G_N_ELEMENTS(months); i++)
        if (g_ascii_strncasecmp(*p, months[i], 3) == 0) {
            *p += 3;
            while (**p == '-')
                (*p)++;
            *out = (int64_t)i + 1;
            return true;
        }
    return false;
}

static bool
take_clock(const char **p, int64_t *seconds)
{
    int64_t hour;
    int64_t minute;
    int64_t second = 0;

    if (!take_number(p, 2, &hour) || **p != ':')
        return false;
    (*p)++;
    if (!take_number(p, 2, &minute))
        return false;
    if (**p == ':') {
        (*p)++;
        if (!take_number(p, 2, &second))
            return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second <= 60;
}

/* Section 4.3: named zones but those of North America count as UTC. */
static int64_t
zone_offset(const char *p)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
                 {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
    bool has_digits = false;

    while (g_ascii_isspace(*p))
        p++;
    if (*p == '+' || *p == '-') {
        has_digits = strspn(p + 1, "0123456789") == 4;
        if (!has_digits)
            return 0;
        int64_t minutes =
            (p[1] - '0') * 600 + (p[2] - '0') * 60 + (p[3] - '0') * 10 + (p[4] - '0');
        return *p == '-' ? -minutes * 60 : minutes * 60;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
        if (g_ascii_strncasecmp(p, zones[i].name, 3) == 0)
            return (int64_t)zones[i].hours * 3600;
    return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the
 * leap day is the last of its year. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = shifted / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

int64_t
date_read(const char *text)
{
    const char *comma = strchr(text, ',');
    const char *p = comma ? comma + 1 : text;
    int64_t day;
    int64_t month;
    int64_t year;
    int64_t seconds;

    while (g_ascii_isspace(*p))
        p++;
    if (!comma && g_ascii_isalpha(*p))
        while (g_ascii_isalpha(*p))
            p++;
    if (!take_number(&p, 2, &day) || !take_month(&p, &month) ||
        !take_number(&p, 4, &year) || !take_clock(&p, &seconds))
        return TIME_NONE;
    if (year < 100)
        year += year < 50 ? 2000 : 1900;
    if (day < 1 || day > 31 || year < 1970)
        return TIME_NONE;
    return days_of(year, month, day) * 86400 + seconds - zone_offset(p);
}
