/* The overlay: what a house's corrections add to the model's scores. A linear table
 * over the model's own features, each language by itself, trained with AROW (Crammer,
 * Kulesza, Dredze 2009): what was seen often moves little, what is new moves much. */
#pragma once

#include "learned.h"
#include "model/lesson.h"

/* One correction, unpacked. */
typedef struct OverlayText {
    Features *features;
    ModelLanguage language;
    Label label;
    double base[MODEL_CLASSES]; /* what the model alone says */
    char *sender;               /* lent; whose mail it was. NULL: of no mail */
} OverlayText;

/* A trained overlay, still in floats. */
typedef struct Overlay {
    float (*rows)[MODEL_CLASSES]; /* FEATURE_BUCKETS */
} Overlay;

Overlay *overlay_new(void);
void overlay_free(Overlay *overlay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Overlay, overlay_free)

/* In the order given; the same texts give the same overlay. `texts`: OverlayText *;
 * those whose index modulo `folds` is `left_out` are passed over, none for folds 0. */
void overlay_train(Overlay *overlay, const GPtrArray *texts, size_t folds,
                   size_t left_out);

/* Adds what the overlay says to `scores`. */
void overlay_score(const Overlay *overlay, const Features *features,
                   ModelLanguage language, double scores[MODEL_CLASSES]);

/* The same, by the table of a sorter; nothing where there is none. */
void learned_score(const Learned *learned, const Features *features,
                   ModelLanguage language, double scores[MODEL_CLASSES]);
/* What one feature gives each class, before the norm; zeros where there is no overlay.
 */
void learned_weight(const Learned *learned, uint32_t bucket, ModelLanguage language,
                    double out[MODEL_CLASSES]);

/* To the rows of a table. */
void overlay_pack(const Overlay *overlay, OverlayRow *rows, float scale[MODEL_CLASSES]);
