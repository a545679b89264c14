/* The counters of the house as Prometheus reads them (text format 0.0.4). Labels are
 * names of the configuration, never addresses. */
#pragma once

#include "daemon/health.h"

/* Owned. `vitals` NULL, or unreadable: what the database knows is left out. */
char *metrics_text(const HealthSources *sources, StoreVitals *vitals);
