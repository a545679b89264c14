#include "sorters/times.h"

/* Half a millisecond to ten seconds, the usual limit of a mail. */
const int64_t sorter_bounds_us[SORTER_BOUNDS] = {
    500,    1000,   2500,    5000,    10000,   25000,    50000,
    100000, 250000, 1000000, 2500000, 5000000, 10000000,
};

void
times_add(Times *times, int64_t took_us)
{
    int i = 0;

    while (i < SORTER_BOUNDS && took_us > sorter_bounds_us[i])
        i++;
    atomic_fetch_add(&times->counts[i], 1);
    atomic_fetch_add(&times->sum_us, took_us);
}

void
times_read(Times *times, SorterTimes *out)
{
    int64_t total = 0;

    for (int i = 0; i <= SORTER_BOUNDS; i++) {
        total += atomic_load(&times->counts[i]);
        out->at_most[i] = total;
    }
    out->sum_us = atomic_load(&times->sum_us);
}
