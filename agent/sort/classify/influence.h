/* Whose corrections make the rest worse? Each sender with many of them is tried, and
 * each label that many texts are called against the model: the others' texts, unseen,
 * are judged by an overlay that learned from this group and by one that did not. */
#pragma once

#include "overlay.h"

typedef enum {
    INFLUENCE_SENDER,
    INFLUENCE_LABEL,
} InfluenceBy;

/* Indexes (guint, ascending) of all texts of such groups. `texts`: OverlayText *. */
GArray *influence_find(const GPtrArray *texts, InfluenceBy by);
