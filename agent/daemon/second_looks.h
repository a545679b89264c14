/* The thread that judges deferred mail again when it is due. */
#pragma once

#include "daemon/couriers.h"

typedef struct SecondLooks SecondLooks;

/* Both are lent. */
SecondLooks *second_looks_new(const IngestHouse *house, Couriers *couriers);
/* Waits for the look under way; the house is stopping by then. */
void second_looks_free(SecondLooks *looks);
