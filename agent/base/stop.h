/* The end of a house, as those who wait in it hear of it. Set once, for ever. A NULL
 * Stop is the life of whoever has no house: never set. Any thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Stop Stop;

Stop *stop_new(void);
/* Nobody may wait for it any more. */
void stop_free(Stop *stop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stop, stop_free)

/* What is under way elsewhere has `patience_ms` to come home. False: it was set before,
 * and its first patience counts. */
bool stop_set(Stop *stop, int64_t patience_ms);

bool stop_is_set(const Stop *stop);
/* Set, and the patience is at its end. */
bool stop_is_overdue(const Stop *stop);

/* For poll: readable once it is set, never to be read. -1, which poll passes over, for
 * NULL. */
int stop_fd(const Stop *stop);
