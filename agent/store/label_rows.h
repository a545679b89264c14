/* The rows a message's label calls for: bounces, complaints, unsubscribes, leads,
 * contacts, and the index of what we sent. */
#pragma once

#include "model/placement.h"
#include "statement.h"

/* facts->message.id is the row; `ticket` 0: none. */
bool label_rows_put(Database *db, const Facts *facts, const Placement *placement,
                    int64_t ticket, GError **error) G_GNUC_WARN_UNUSED_RESULT;
