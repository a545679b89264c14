#include "base/clock.h"

#include <glib.h>

static void
a_time_is_told_to_the_digit(void)
{
    static const struct {
        int64_t at_ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {951868799007, "2000-02-29T23:59:59.007Z"},
        {1763900010020, "2025-11-23T12:13:30.020Z"},
        {-62167219200000, "0000-01-01T00:00:00.000Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = clock_format_ms(rows[i].at_ms);

        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

static void
a_time_in_seconds_is_read_as_it_was_told(void)
{
    static const int64_t rows[] = {0, -1, 951868799, 1763900010, 253402300799};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = clock_format(rows[i]);
        int64_t read = TIME_NONE;

        g_assert_true(clock_parse(text, &read));
        g_assert_cmpint(read, ==, rows[i]);
    }
}

/* Five digits of a year sort before four. */
static void
what_is_no_time_of_four_digits_has_no_text(void)
{
    g_assert_null(clock_format(TIME_NONE));
    g_assert_null(clock_format(253402300800));
    g_assert_null(clock_format_ms(TIME_NONE));
    g_assert_null(clock_format_ms(253402300800000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/a-time-is-told-to-the-digit", a_time_is_told_to_the_digit);
    g_test_add_func("/base/a-time-in-seconds-is-read-as-it-was-told",
                    a_time_in_seconds_is_read_as_it_was_told);
    g_test_add_func("/base/what-is-no-time-of-four-digits-has-no-text",
                    what_is_no_time_of_four_digits_has_no_text);
    return g_test_run();
}
