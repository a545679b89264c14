#include "deliver/deliver.h"

/* After the first try and each further one; about 75 hours in all. */
static const double delays_s[] = {5,         5 * 60,    30 * 60,   2 * 3600, 5 * 3600,
                                  10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600};

double
deliver_delay_s(int64_t attempts, double chance)
{
    if (attempts < 1 || attempts > (int64_t)G_N_ELEMENTS(delays_s))
        return -1;
    return delays_s[attempts - 1] * (0.8 + 0.4 * chance);
}
