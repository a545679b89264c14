/* Events about the house inside a transaction that writes down what they tell. */
#pragma once

#include "ingest/ingest.h"

typedef struct HouseEvent {
    const IngestHouse *house;
    const char *id;
    EventType type;
    const Origin *origin;
    const char *because;
} HouseEvent;

bool house_event_put(StoreTxn *txn, const HouseEvent *event, GError **error);
