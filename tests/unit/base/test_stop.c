/* The end of a house: told once, heard by all. */
#include "base/stop.h"

#include <glib.h>
#include <poll.h>

static bool
is_readable(const Stop *stop)
{
    struct pollfd waiting = {.fd = stop_fd(stop), .events = POLLIN};

    return poll(&waiting, 1, 0) == 1;
}

static void
is_heard_by_all(void)
{
    g_autoptr(Stop) stop = stop_new();

    g_assert_false(stop_is_set(stop));
    g_assert_false(stop_is_overdue(stop));
    g_assert_false(is_readable(stop));
    g_assert_true(stop_set(stop, 3600 * 1000));
    g_assert_true(stop_is_set(stop));
    g_assert_true(is_readable(stop));
    g_assert_true(is_readable(stop)); /* for ever */
    g_assert_false(stop_is_overdue(stop));
}

static void
the_first_patience_counts(void)
{
    g_autoptr(Stop) patient = stop_new();
    g_autoptr(Stop) hasty = stop_new();

    g_assert_true(stop_set(patient, 3600 * 1000));
    g_assert_false(stop_set(patient, 0));
    g_assert_false(stop_is_overdue(patient));
    g_assert_true(stop_set(hasty, 0));
    g_assert_false(stop_set(hasty, 3600 * 1000));
    g_assert_true(stop_is_overdue(hasty));
}

static void
none_is_never_set(void)
{
    g_assert_false(stop_is_set(NULL));
    g_assert_false(stop_is_overdue(NULL));
    g_assert_false(is_readable(NULL));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stop/is-heard-by-all", is_heard_by_all);
    g_test_add_func("/stop/the-first-patience-counts", the_first_patience_counts);
    g_test_add_func("/stop/none-is-never-set", none_is_never_set);
    return g_test_run();
}
