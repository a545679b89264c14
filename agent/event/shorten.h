/* Makes an event fit into a webhook. */
#pragma once

#include <json-c/json.h>

/* `event`, an envelope, printed as less than 20 kB whatever a mail brings: texts are
 * cut between characters and lists between items, and `data.message.truncated` says so.
 */
char *shorten_event(struct json_object *event);
