/* Trains the text model: multinomial logistic regression with AdaGrad over the very
 * features the program computes. Seeded, so the same texts in the same order give the
 * same bytes with the same compiler and libm. */
#pragma once

#include "classify.h"
#include "model.h"

typedef float Row[MODEL_CLASSES];

/* The weights while they are learned. */
typedef struct Learner {
    Row *weights; /* FEATURE_BUCKETS */
    Row *squares; /* AdaGrad's sum of squared gradients */
    Row bias[MODEL_LANGUAGES];
    Row bias_squares[MODEL_LANGUAGES];
} Learner;

/* One text to learn from, read. */
typedef struct Pupil {
    Features *features;
    ModelLanguage language;
    Label label;
    double weight;
    bool is_outside;
    uint32_t fold;                /* learned by all learners but one */
    double scores[MODEL_CLASSES]; /* of that one */
} Pupil;

enum {
    FOLDS = 5
};

Learner *learner_new(void);
void learner_free(Learner *learner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Learner, learner_free)

/* Of Pupil *; those of the fold `without` are passed over, FOLDS: none. */
void learner_train(Learner *learner, const GPtrArray *pupils, uint32_t without);

/* With what the opt-out lexicon leans. */
void learner_score(const Learner *learner, const Features *features,
                   ModelLanguage language, double scores[MODEL_CLASSES]);

/* Fills `head` with temperatures and with the shares that count as sure, from the
 * scores of learners that did not see the text. */
void calibrate(ModelHead *head, const GPtrArray *pupils);
