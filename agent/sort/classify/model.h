/* The text model: one row of six signed bytes for each feature bucket, a scale for
 * each class, a bias for each language and class, a temperature for each language.
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
