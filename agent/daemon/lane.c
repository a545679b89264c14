#include "daemon/lane.h"

enum {
    /* At first, and one more each time so many worked: many connections opened at once
     * overflow the queue of a small server. What it drops, the kernel sends again a
     * second later, and the oldest events come last. */
    STEP = 4,
    MOST = 32, /* a dead endpoint holds its own share and no more */
    /* Enough to hear that it works again. */
    MOST_FAILING = 4,
};

Lane *
lane_new(Endpoint *endpoint)
{
    Lane *lane = g_new0(Lane, 1);

    lane->endpoint = endpoint;
    lane->most = STEP;
    g_queue_init(&lane->ready);
    return lane;
}

void
lane_free(Lane *lane)
{
    if (!lane)
        return;
    g_queue_clear(&lane->ready);
    endpoint_free(lane->endpoint);
    g_free(lane);
}

void
errand_free(Errand *errand)
{
    if (!errand)
        return;
    store_delivery_free(errand->delivery);
    g_free(errand);
}

Errand *
lane_add(Lane *lane, StoreDelivery *delivery)
{
    Errand *errand = g_new0(Errand, 1);

    errand->delivery = delivery;
    errand->lane = lane;
    g_queue_push_tail(&lane->ready, errand);
    return errand;
}

Errand *
lane_next(Lane *lane)
{
    Errand *errand =
        lane->under_way < lane->most ? g_queue_pop_head(&lane->ready) : NULL;

    if (errand)
        lane->under_way++;
    return errand;
}

bool
lane_is_busy(const Lane *lane)
{
    return lane->under_way > 0 || lane->ready.length > 0;
}

void
lane_came_home(Lane *lane, bool worked)
{
    lane->under_way--;
    lane->worked = worked ? lane->worked + 1 : 0;
    if (!worked)
        lane->most = MOST_FAILING;
    else if (lane->worked % STEP == 0)
        lane->most = MIN(lane->most + 1, MOST);
    if (!lane_is_busy(lane)) /* all is quiet */
        lane->most = STEP;
}
