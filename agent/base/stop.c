#include "base/stop.h"

#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/owned.h"

struct Stop {
    OwnedFd fd;
    _Atomic int64_t until_us; /* monotonic; 0: not set */
};

Stop *
stop_new(void)
{
    Stop *stop = g_new0(Stop, 1);

    stop->fd = eventfd(0, EFD_CLOEXEC);
    if (stop->fd < 0)
        g_error("no eventfd: too many files are open");
    return stop;
}

void
stop_free(Stop *stop)
{
    if (!stop)
        return;
    owned_fd_close(&stop->fd);
    g_free(stop);
}

bool
stop_set(Stop *stop, int64_t patience_ms)
{
    const uint64_t one = 1;
    int64_t not_set = 0;
    ssize_t told;

    if (!atomic_compare_exchange_strong(&stop->until_us, &not_set,
                                        clock_monotonic_us() + 1000 * patience_ms))
        return false;
    told = write(stop->fd, &one, sizeof one);
    g_assert(told == sizeof one);
    return true;
}

bool
stop_is_set(const Stop *stop)
{
    return stop && atomic_load(&stop->until_us) != 0;
}

bool
stop_is_overdue(const Stop *stop)
{
    return stop_is_set(stop) && clock_monotonic_us() >= atomic_load(&stop->until_us);
}

int
stop_fd(const Stop *stop)
{
    return stop ? stop->fd : -1;
}
