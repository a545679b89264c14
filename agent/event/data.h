/* The `data` object of an event, in the contract's arrangement. */
#pragma once

#include <json-c/json.h>

#include "event/event.h"

/* A new reference. */
struct json_object *data_json(const Origin *origin, const Facts *facts,
                              const Placement *placement, const Ticket *ticket);

/* {"name", "address", "folder", "uidvalidity", "uid"} */
struct json_object *mailbox_json(const Origin *origin);
