/* N threads; each borrows one mailbox at a time, collects it, gives it back. */
#pragma once

#include "daemon/couriers.h"
#include "daemon/schedule.h"
#include "daemon/watch.h"

typedef struct Collectors Collectors;

/* `watch` NULL: no waiting in IDLE (once). All are lent. */
Collectors *collectors_new(const IngestHouse *house, Schedule *schedule, Watch *watch,
                           Couriers *couriers, int count);
/* Returns when every thread has run out of work; the schedule decides when. */
void collectors_join(Collectors *collectors);
void collectors_free(Collectors *collectors);

typedef struct CollectorsTally {
    int64_t filed, copies, held, holes;
    int64_t to_retry; /* mailboxes whose last visit failed and will be tried again */
    int64_t stopped;  /* mailboxes an operator must look at */
} CollectorsTally;
void collectors_tally(Collectors *collectors, CollectorsTally *out);
