/* The guard: does what was learned make things better, or has somebody taught it
 * nonsense? It is measured on a frozen set of canaries, texts that no model was trained
 * on, and on the last corrections, each judged by an overlay that did not see it. */
#pragma once

#include "overlay.h"

enum {
    GUARD_RECENT = 200, /* corrections that are looked at */
    GUARD_FOLDS = 5
};

/* A drop of macro-F1 by this much refuses an overlay. */
extern const double guard_drop;

/* OverlayText, owned by the list; from the text that is compiled in. */
GPtrArray *guard_canaries(const Model *model);
void overlay_text_free(void *text);

/* The label of a text, as the model says with the overlay; NULL: with none. */
size_t guard_judge(const Overlay *overlay, const OverlayText *text);

/* Macro-F1 of the model, with the overlay where it is not NULL. */
double guard_score(const Overlay *overlay, const GPtrArray *texts);

/* Fills the figures of `out`, and whether it is refused. */
void guard_overlay(const Overlay *overlay, const GPtrArray *texts,
                   const GPtrArray *canaries, LearnReport *out);

/* Indexes (guint) of texts that say the same as another one and are labelled otherwise.
 */
GArray *guard_contradictions(const GPtrArray *texts);
