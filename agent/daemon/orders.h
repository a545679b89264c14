/* The socket STATE/postroom.sock: commands hand in what they want written, because the
 * running house alone may write. daemon_order in daemon.h is the other end. */
#pragma once

#include "daemon/couriers.h"
#include "ingest/ingest.h"

typedef struct Orders Orders;

Orders *orders_new(const IngestHouse *house, Couriers *couriers,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Finishes the order under way. */
void orders_free(Orders *orders);
