/* What the configuration keeps for a time only goes when the time is over. */
#include "ingest/ingest.h"

typedef struct Sweep {
    StoreRetention keep;
    int64_t gone;
} Sweep;

static bool
sweep_some(StoreTxn *txn, void *self, GError **error)
{
    Sweep *sweep = self;

    return store_retain(txn, &sweep->keep, &sweep->gone, error);
}

bool
ingest_retain(const IngestHouse *house, GError **error)
{
    const Config *config = house->config;
    Sweep sweep = {
        .keep = {.raw_s = config->retention_raw_s,
                 .held_s = config->retention_held_s,
                 .delivered_events_s = config->retention_delivered_events_s}};

    do {
        if (!store_do(house->store, sweep_some, &sweep, error))
            return false;
    } while (sweep.gone > 0 && !stop_is_set(house->stop));
    return true;
}
