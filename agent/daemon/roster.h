/* Which webhooks there are, and which of them are off. */
#pragma once

#include "config/config.h"
#include "store/store.h"

/* Tells the store whom the configuration names (WebhookConfig; NULL: nobody), and the
 * log who of them is off: what was disabled before this house opened is said each time
 * one opens. */
bool roster_open(Store *store, const GPtrArray *webhooks,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void roster_say_off(const char *endpoint, const char *because);
/* How many are off. */
bool roster_count_disabled(Store *store, int64_t *count, GError **error);
