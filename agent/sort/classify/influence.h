/* Whose corrections make the rest worse? Each sender with many of them is tried: the
 * others' texts, unseen, are judged by an overlay that learned from him and by one that
 * did not. */
#pragma once

#include "overlay.h"

/* Indexes (guint, ascending) of all texts of such senders. `texts`: OverlayText *. */
GArray *influence_find(const GPtrArray *texts);
