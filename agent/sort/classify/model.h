/* The text model: one row of six signed bytes for each feature bucket, a scale for
 * each class, a bias for each language and class, and for each language how far its
 * scores may be believed.
 * It lies in the program (model.bin, through weights.S) and is checked when loaded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "wordhash.h"

enum {
    MODEL_CLASSES = 6
}; /* the first six of Label */

typedef enum {
    MODEL_EN,
    MODEL_ES,
    MODEL_PT,
    MODEL_FR,
    MODEL_DE,
    MODEL_OTHER,
    MODEL_LANGUAGES,
} ModelLanguage;

/* The head of model.bin; numbers in the order of the machine, checked by `order`. */
typedef struct ModelHead {
    char magic[8];
    uint32_t order;
    uint32_t features_version;
    uint32_t buckets;
    uint32_t classes;
    float scale[MODEL_CLASSES];
    float bias[MODEL_LANGUAGES][MODEL_CLASSES];
    float temperature[MODEL_LANGUAGES];
    float sure[MODEL_LANGUAGES]; /* the share that is told as a confidence of 0.9 */
    char version[36];
    uint64_t checksum; /* FNV-1a of the rows */
} ModelHead;

#define MODEL_MAGIC "PRMODEL"
#define MODEL_ORDER 0x01020304u

typedef struct Model {
    const ModelHead *head;
    const int8_t *rows; /* MODEL_CLASSES for each bucket */
} Model;

/* FAULT_FATAL: damaged, or made for other features. Lends `bytes`. */
bool model_open(Model *model, const void *bytes, size_t size,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes compiled in. */
const void *model_built_in(size_t *size);

uint64_t model_checksum(const void *bytes, size_t size);

ModelLanguage model_language(const char *code);

/* Raw scores, before the temperature. */
void model_score(const Model *model, const Features *features, ModelLanguage language,
                 double scores[MODEL_CLASSES]);

/* The same, and what the opt-out lexicon leans: text.c. What a house learns is laid
 * over these. */
void text_scores(const Model *model, const Features *features, ModelLanguage language,
                 double scores[MODEL_CLASSES]);

/* Scores to probabilities, in place. */
void model_soften(double scores[MODEL_CLASSES], double temperature);

/* Scores to confidences, in place: softened by the language's temperature, and the
 * best of them told as 0.9 only where texts of unseen sources were nearly always right.
 * Returns the best class. */
size_t model_confide(const Model *model, ModelLanguage language,
                     double scores[MODEL_CLASSES]);

/* A share between 0 and 1 as a confidence: `sure` becomes 0.9, a half stays one. */
double model_stretch(double share, double sure);
