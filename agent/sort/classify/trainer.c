#include "trainer.h"

#include <math.h>
#include <string.h>

struct Trainer {
    GPtrArray *pupils; /* Pupil, owned */
};

static void
pupil_free(gpointer at)
{
    Pupil *pupil = at;

    features_free(pupil->features);
    g_free(pupil);
}

Trainer *
trainer_new(void)
{
    Trainer *trainer = g_new0(Trainer, 1);

    trainer->pupils = g_ptr_array_new_with_free_func(pupil_free);
    return trainer;
}

void
trainer_free(Trainer *trainer)
{
    if (!trainer)
        return;
    g_ptr_array_unref(trainer->pupils);
    g_free(trainer);
}

bool
trainer_add(Trainer *trainer, const Example *example)
{
    const char *body = example->body ? example->body : "";
    Pupil *pupil;

    if ((int)example->label >= MODEL_CLASSES)
        return false;
    pupil = g_new0(Pupil, 1);
    pupil->language = model_language(example->language);
    pupil->label = example->label;
    pupil->weight = example->weight;
    pupil->is_outside = example->is_outside;
    pupil->features = features_new(example->subject, body);
    /* By content, so that twins never stand on both sides of a fold. */
    pupil->fold = g_str_hash(body) % FOLDS;
    g_ptr_array_add(trainer->pupils, pupil);
    return true;
}

/* Classes of a language pull equally, however many texts each has. */
static void
balance(const GPtrArray *pupils)
{
    double sums[MODEL_LANGUAGES][MODEL_CLASSES] = {{0}};
    double whole[MODEL_LANGUAGES] = {0};

    for (guint i = 0; i < pupils->len; i++) {
        const Pupil *pupil = pupils->pdata[i];

        sums[pupil->language][pupil->label] += pupil->weight;
        whole[pupil->language] += pupil->weight;
    }
    for (guint i = 0; i < pupils->len; i++) {
        Pupil *pupil = pupils->pdata[i];

        pupil->weight *= whole[pupil->language] / MODEL_CLASSES /
                         sums[pupil->language][pupil->label];
    }
}

/* A language that no text is of starts between those that have some. */
static void
fill_bias(ModelHead *head, const Learner *learner, const GPtrArray *pupils)
{
    size_t count[MODEL_LANGUAGES] = {0};
    size_t known = 0;
    double mean[MODEL_CLASSES] = {0};

    for (guint i = 0; i < pupils->len; i++)
        count[((const Pupil *)pupils->pdata[i])->language]++;
    for (size_t language = 0; language < MODEL_LANGUAGES; language++) {
        known += count[language] > 0;
        for (size_t c = 0; c < MODEL_CLASSES; c++)
            mean[c] += (double)learner->bias[language][c];
    }
    for (size_t language = 0; language < MODEL_LANGUAGES; language++)
        for (size_t c = 0; c < MODEL_CLASSES; c++)
            head->bias[language][c] = count[language]
                                          ? learner->bias[language][c]
                                          : (float)(mean[c] / (double)MAX(known, 1u));
}

static void
fill_rows(ModelHead *head, const Learner *learner, int8_t *rows)
{
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        float most = 1e-6f;

        for (size_t b = 0; b < FEATURE_BUCKETS; b++)
            most = MAX(most, fabsf(learner->weights[b][c]));
        head->scale[c] = most / 127.0f;
        for (size_t b = 0; b < FEATURE_BUCKETS; b++)
            rows[b * MODEL_CLASSES + c] =
                (int8_t)lrintf(learner->weights[b][c] / head->scale[c]);
    }
}

static GBytes *
pack(ModelHead *head, const Learner *learner, const GPtrArray *pupils)
{
    size_t size = (size_t)FEATURE_BUCKETS * MODEL_CLASSES;
    g_autofree int8_t *rows = g_new0(int8_t, size);
    GByteArray *out = g_byte_array_new();

    memcpy(head->magic, MODEL_MAGIC, sizeof head->magic);
    head->order = MODEL_ORDER;
    head->features_version = FEATURES_VERSION;
    head->buckets = FEATURE_BUCKETS;
    head->classes = MODEL_CLASSES;
    fill_bias(head, learner, pupils);
    fill_rows(head, learner, rows);
    head->checksum = model_checksum(rows, size);
    (void)g_snprintf(head->version, sizeof head->version, "base-%d-%08x",
                     FEATURES_VERSION, (unsigned)(head->checksum >> 32));
    g_byte_array_append(out, (const uint8_t *)head, sizeof *head);
    g_byte_array_append(out, (const uint8_t *)rows, (guint)size);
    return g_byte_array_free_to_bytes(out);
}

GBytes *
trainer_finish(Trainer *trainer)
{
    const GPtrArray *pupils = trainer->pupils;
    g_autoptr(Learner) whole = learner_new();
    ModelHead head = {0};

    balance(pupils);
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        g_autoptr(Learner) learner = learner_new();

        learner_train(learner, pupils, fold);
        for (guint i = 0; i < pupils->len; i++) {
            Pupil *pupil = pupils->pdata[i];

            if (pupil->fold == fold)
                learner_score(learner, pupil->features, pupil->language, pupil->scores);
        }
    }
    calibrate(&head, pupils);
    learner_train(whole, pupils, FOLDS);
    return pack(&head, whole, pupils);
}
