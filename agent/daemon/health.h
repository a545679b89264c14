/* What the desk answers: is the house ready, and its counters for Prometheus. */
#pragma once

#include "daemon/schedule.h"
#include "sorters/sorters.h"
#include "store/store.h"

typedef struct HealthSources {
    const Config *config;
    Store *store;
    Schedule *schedule;
    Sorters *sorters;
    Resolver *resolver;
} HealthSources;

typedef struct Health Health;

/* Without `http.listen` there is no HTTP. */
Health *health_open(const HealthSources *sources, GError **error);
void health_close(Health *health);
