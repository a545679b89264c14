/* Seconds within business hours: nights, weekends, holidays, and clocks that change. */
#include "base/hours.h"

#include <glib.h>

#include "base/clock.h"

typedef struct Wait {
    const char *from, *to;
    int64_t seconds;
} Wait;

static GPtrArray *
texts(const char *const *all)
{
    GPtrArray *list = g_ptr_array_new();

    for (; *all; all++)
        g_ptr_array_add(list, (char *)*all);
    return list;
}

static int64_t
at(const char *text)
{
    int64_t seconds;

    g_assert_true(clock_parse(text, &seconds));
    return seconds;
}

static void
expect(const Hours *hours, const Wait *waits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t got = hours_between(hours, at(waits[i].from), at(waits[i].to));

        if (got != waits[i].seconds)
            g_error("%s to %s: %" G_GINT64_FORMAT " not %" G_GINT64_FORMAT,
                    waits[i].from, waits[i].to, got, waits[i].seconds);
    }
}

static void
a_working_week(void)
{
    g_autoptr(GPtrArray) open = texts((const char *[]){
        "mon-fri 09:00-13:00", "mon-fri 14:00-18:00", "sat 10:00-12:00", NULL});
    g_autoptr(GPtrArray) holidays = texts((const char *[]){"2026-12-25", NULL});
    g_autoptr(Hours) hours = hours_new("Europe/Madrid", open, holidays);
    /* 2026-11-23 is a Monday; Madrid is UTC+1 then. */
    static const Wait waits[] = {
        {"2026-11-23T08:00:00Z", "2026-11-23T08:30:00Z", 1800},
        {"2026-11-23T07:00:00Z", "2026-11-23T08:30:00Z", 1800}, /* before nine */
        {"2026-11-23T11:30:00Z", "2026-11-23T13:30:00Z", 3600}, /* over lunch */
        {"2026-11-23T16:59:00Z", "2026-11-24T08:01:00Z", 120},  /* over night */
        {"2026-11-27T17:00:00Z", "2026-11-30T08:00:00Z", 7200}, /* the Saturday */
        {"2026-11-29T00:00:00Z", "2026-11-29T23:00:00Z", 0},    /* a Sunday */
        {"2026-12-24T17:00:00Z", "2026-12-26T09:30:00Z", 1800}, /* Christmas */
        {"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 42 * 3600},
        {"2026-11-24T00:00:00Z", "2026-11-23T00:00:00Z", 0}, /* backwards */
    };

    expect(hours, waits, G_N_ELEMENTS(waits));
}

/* On 2026-03-29 Madrid's night has no hour from two to three, on 2026-10-25 it has two.
 */
static void
clocks_that_change(void)
{
    g_autoptr(GPtrArray) open = texts((const char *[]){"mon-sun 00:00-24:00", NULL});
    g_autoptr(Hours) hours = hours_new("Europe/Madrid", open, NULL);
    static const Wait waits[] = {
        {"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", 48 * 3600},
        {"2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", 48 * 3600},
    };

    expect(hours, waits, G_N_ELEMENTS(waits));
}

static void
without_hours_all_time_counts(void)
{
    g_autoptr(Hours) hours = hours_new(NULL, NULL, NULL);

    g_assert_cmpint(hours_between(hours, 1000, 5000), ==, 4000);
    g_assert_cmpint(hours_between(NULL, 1000, 5000), ==, 4000);
}

static void
over_the_weekend(void)
{
    g_autoptr(GPtrArray) open = texts((const char *[]){"sat-mon 10:00-11:00", NULL});
    g_autoptr(Hours) hours = hours_new("UTC", open, NULL);
    static const Wait waits[] = {
        {"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 3 * 3600},
        {"2026-11-24T00:00:00Z", "2026-11-28T00:00:00Z", 0},
    };

    expect(hours, waits, G_N_ELEMENTS(waits));
}

static void
over_midnight(void)
{
    g_autoptr(GPtrArray) open =
        texts((const char *[]){"fri 22:00-06:00", "sun", "mon,wed 9:00-10:00", NULL});
    g_autoptr(GPtrArray) holidays = texts((const char *[]){"2026-11-28", NULL});
    g_autoptr(Hours) hours = hours_new("UTC", open, holidays);
    /* 2026-11-27 is a Friday: its night ends on the holiday, and counts. */
    static const Wait waits[] = {
        {"2026-11-27T00:00:00Z", "2026-11-29T00:00:00Z", 8 * 3600},
        {"2026-11-28T05:00:00Z", "2026-11-28T12:00:00Z", 3600},
        {"2026-11-29T00:00:00Z", "2026-11-30T09:30:00Z", 24 * 3600 + 1800},
        {"2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z", 3600},
    };

    expect(hours, waits, G_N_ELEMENTS(waits));
}

static void
what_fits(void)
{
    static const char *const wrong[] = {"",
                                        "mon 10:00-10:00",
                                        "mon 24:00-09:00",
                                        "mon 10:00-24:01",
                                        "mon 10:60-11:00",
                                        "tag 10:00-11:00",
                                        "mon-fri 10:00-11:00 x",
                                        "mon-fri10:00-11:00"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(hours_is_span(wrong[i]));
    g_assert_true(hours_is_span("Mon-Fri 09:00-18:00"));
    g_assert_true(hours_is_span("22:00-06:00"));
    g_assert_true(hours_is_span("sat,sun"));
    g_assert_true(hours_is_zone("America/Bogota"));
    g_assert_false(hours_is_zone("Middle/Earth"));
    g_assert_true(hours_is_day("2028-02-29"));
    g_assert_false(hours_is_day("2026-02-29"));
    g_assert_false(hours_is_day("tomorrow"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hours/a-working-week", a_working_week);
    g_test_add_func("/hours/clocks-that-change", clocks_that_change);
    g_test_add_func("/hours/without-hours-all-time-counts",
                    without_hours_all_time_counts);
    g_test_add_func("/hours/over-the-weekend", over_the_weekend);
    g_test_add_func("/hours/over-midnight", over_midnight);
    g_test_add_func("/hours/what-fits", what_fits);
    return g_test_run();
}
