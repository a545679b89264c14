/* The learning itself: see trainer.h. */
#include <math.h>
#include <string.h>

#include "trainer.h"

enum {
    EPOCHS = 40,
    SEED = 20261123
};

static const double rate = 0.04;
static const double decay = 2e-6;
/* Each time a text is learned, this share of its words (with their pairs and grams) is
 * left out, so that no source's tell-tale word carries the label alone. */
static const double dropped = 0.6;
static const double dropped_outside = 0.3;

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

Learner *
learner_new(void)
{
    Learner *learner = g_new0(Learner, 1);

    learner->weights = g_new0(Row, FEATURE_BUCKETS);
    learner->squares = g_new0(Row, FEATURE_BUCKETS);
    return learner;
}

void
learner_free(Learner *learner)
{
    if (!learner)
        return;
    g_free(learner->weights);
    g_free(learner->squares);
    g_free(learner);
}

static void
score_list(const Learner *learner, const GArray *list, ModelLanguage language,
           double scores[MODEL_CLASSES])
{
    double norm = sqrt((double)MAX(list->len, 1u));

    memset(scores, 0, MODEL_CLASSES * sizeof *scores);
    for (guint i = 0; i < list->len; i++) {
        const float *row = learner->weights[g_array_index(list, Feature, i).bucket];

        for (size_t c = 0; c < MODEL_CLASSES; c++)
            scores[c] += (double)row[c];
    }
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] = scores[c] / norm + (double)learner->bias[language][c];
}

void
learner_score(const Learner *learner, const Features *features, ModelLanguage language,
              double scores[MODEL_CLASSES])
{
    score_list(learner, features->list, language, scores);
    scores[LABEL_UNSUBSCRIBE] += lexicon_lean(features->optout);
    scores[LABEL_SUPPORT] += lexicon_lean_support(features->optout);
}

static void
step(float *weight, float *square, double gradient)
{
    *square += (float)(gradient * gradient);
    *weight -= (float)(rate * gradient / (1e-3 + sqrt((double)*square)));
}

/* The features of the words that stay this time. A text written for another purpose
 * teaches words, pairs and form; how its words are spelt would only teach its trade. */
static GArray *
thin_out(const Pupil *pupil, uint64_t *random)
{
    const Features *whole = pupil->features;
    double share = pupil->is_outside ? dropped_outside : dropped;
    GArray *kept = g_array_sized_new(FALSE, FALSE, sizeof(Feature), whole->list->len);
    g_autofree bool *stays = g_new0(bool, whole->words->len + 1);

    for (guint i = 0; i < whole->words->len; i++)
        stays[i] = (double)(next_random(random) >> 11) * 0x1p-53 >= share;
    for (guint i = 0; i < whole->list->len; i++) {
        Feature feature = g_array_index(whole->list, Feature, i);

        if (stays[feature.word] && !(pupil->is_outside && feature.is_spelling))
            g_array_append_val(kept, feature);
    }
    return kept;
}

static void
learn(Learner *learner, const Pupil *pupil, uint64_t *random)
{
    g_autoptr(GArray) list = thin_out(pupil, random);
    double norm = sqrt((double)MAX(list->len, 1u));
    double p[MODEL_CLASSES];

    score_list(learner, list, pupil->language, p);
    model_soften(p, 1.0);
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        double gap = pupil->weight * (p[c] - (c == (size_t)pupil->label ? 1.0 : 0.0));

        /* An outside source is nearly one class: how often says nothing. */
        if (!pupil->is_outside)
            step(&learner->bias[pupil->language][c],
                 &learner->bias_squares[pupil->language][c], 0.1 * gap);
        for (guint i = 0; i < list->len; i++) {
            uint32_t bucket = g_array_index(list, Feature, i).bucket;
            double pull = decay * (double)learner->weights[bucket][c];

            step(&learner->weights[bucket][c], &learner->squares[bucket][c],
                 gap / norm + pull);
        }
    }
}

static void
shuffle(GPtrArray *order, uint64_t *random)
{
    for (guint i = order->len; i > 1; i--) {
        guint other = (guint)(next_random(random) % i);
        gpointer kept = order->pdata[i - 1];

        order->pdata[i - 1] = order->pdata[other];
        order->pdata[other] = kept;
    }
}

void
learner_train(Learner *learner, const GPtrArray *pupils, uint32_t without)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    uint64_t random = SEED;

    for (guint i = 0; i < pupils->len; i++)
        if (((const Pupil *)pupils->pdata[i])->fold != without)
            g_ptr_array_add(order, pupils->pdata[i]);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        shuffle(order, &random);
        for (guint i = 0; i < order->len; i++)
            learn(learner, order->pdata[i], &random);
    }
}
