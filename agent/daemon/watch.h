/* Idle connections cost no thread: one thread waits for all of them with epoll and
 * wakes a mailbox when its server speaks. A post given to the watch comes back by
 * watch_release, called by whoever has borrowed it from the schedule. */
#pragma once

#include "daemon/schedule.h"

typedef struct Watch Watch;

Watch *watch_new(Schedule *schedule);
void watch_free(Watch *watch);

/* The post's session is in IDLE. Call before the post is returned to the schedule. */
void watch_add(Watch *watch, Post *post);
/* True: it was in the watch, and its session is in IDLE still. False: it was not, or
 * the session has broken and is closed (post->session NULL). */
bool watch_release(Watch *watch, Post *post);
