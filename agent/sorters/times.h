/* How long mails stay with a sorter: a histogram that any keeper may add to. */
#pragma once

#include <stdatomic.h>

#include "sorters/sorters.h"

typedef struct Times {
    atomic_int_fast64_t counts[SORTER_BOUNDS + 1]; /* the last: longer than all */
    atomic_int_fast64_t sum_us;
} Times;

void times_add(Times *times, int64_t took_us);
void times_read(Times *times, SorterTimes *out);
