/* Makes an event fit into a webhook. */
#pragma once

#include <json-c/json.h>

#include "model/message.h"

/* Takes from `message`, a copy that owns nothing, what shorten_event would take away in
 * any case: it need not be copied and measured first. */
void shorten_message(Message *message);

/* `event`, an envelope, printed as less than 20 kB whatever a mail brings: texts are
 * cut between characters and lists between items, and `data.message.truncated` says so.
 */
char *shorten_event(struct json_object *event);
