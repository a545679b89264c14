/* The features of a text: hashed words, pairs of words and 3-5 character grams, and a
 * few marks. The trainer and the program call this same code, so a model fits only the
 * build it was trained with; FEATURES_VERSION in the model file says so. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "lexicon.h"

enum {
    FEATURES_VERSION = 5,
    FEATURE_BITS = 17,
    FEATURE_BUCKETS = 1 << FEATURE_BITS,
    FEATURE_BODY_BYTES = 3000, /* of the body; more says little and costs time */
    FEATURE_SUBJECT_BYTES = 300,
};

typedef struct Feature {
    uint32_t bucket;
    uint32_t word : 31;       /* which of `words` it came from, for the reasons */
    uint32_t is_spelling : 1; /* a gram, not a whole word or mark */
} Feature;

/* Lent by the Features it is of. */
typedef struct FeatureWord {
    const char *text; /* valid UTF-8 but for a last character that a cut went through */
    uint32_t size;    /* bytes */
    bool is_mark;     /* no word of the text, but what its form tells */
} FeatureWord;

typedef struct Features {
    GArray *list;    /* Feature, each bucket once */
    GArray *words;   /* FeatureWord, for a person */
    char *folded[2]; /* subject and body, which the words are of */
    OptOut optout;
    const char *optout_phrase; /* static; NULL with OPTOUT_NONE */
} Features;

Features *features_new(const char *subject, const char *body);
void features_free(Features *features);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Features, features_free)
