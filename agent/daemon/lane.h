/* One endpoint's deliveries between the outbox and their outcomes: those under way, and
 * those that are ready to follow without asking the store. Of the courier thread. */
#pragma once

#include "daemon/endpoint.h"
#include "store/store.h"

typedef struct Lane {
    Endpoint *endpoint;
    GQueue ready; /* Errand, lent */
    guint under_way;
    guint most;   /* under way */
    guint worked; /* in a row */
} Lane;

/* One delivery. */
typedef struct Errand {
    StoreDelivery *delivery;
    Lane *lane;
} Errand;

/* Takes `endpoint`. */
Lane *lane_new(Endpoint *endpoint);
void lane_free(Lane *lane);

/* Takes `delivery`; the errand is the caller's, and is behind the others. */
Errand *lane_add(Lane *lane, StoreDelivery *delivery);
void errand_free(Errand *errand);

/* The next that may go out now, counted as under way; NULL: none. */
Errand *lane_next(Lane *lane);
bool lane_is_busy(const Lane *lane);
/* One came home. What worked may have more under way the next time, what failed few. */
void lane_came_home(Lane *lane, bool worked);
