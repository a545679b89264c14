/* watchdog: tells systemd that the house is alive, as long as it is. */
#pragma once

#include "store/store.h"

typedef struct Watchdog Watchdog;

/* NULL where nobody watches ($WATCHDOG_USEC is not set). The store is lent. */
Watchdog *watchdog_new(Store *store);
void watchdog_free(Watchdog *watchdog);
