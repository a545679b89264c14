#include "overlay.h"

#include <math.h>

enum {
    PASSES = 5
};

/* How far the right class must lead, in raw scores; more makes it surer of itself. */
static const double wanted_lead = 3.5;
/* How little one correction is believed: the r of AROW. */
static const double doubt = 1.0;
/* How little one feature is believed that stands in all texts: by 1 in 21. */
static const float common = 20;

/* A language's own place for a feature, so that Spanish corrections leave English
 * alone. */
static uint32_t
place_of(uint32_t bucket, ModelLanguage language)
{
    static const uint32_t shift[MODEL_LANGUAGES] = {0,       0x0b3c9, 0x05e2b,
                                                    0x17a91, 0x0c75d, 0x12d47};

    return (bucket ^ shift[language]) & (FEATURE_BUCKETS - 1);
}

Overlay *
overlay_new(void)
{
    Overlay *overlay = g_new0(Overlay, 1);

    overlay->rows = g_malloc0(sizeof *overlay->rows * FEATURE_BUCKETS);
    return overlay;
}

void
overlay_free(Overlay *overlay)
{
    if (!overlay)
        return;
    g_free(overlay->rows);
    g_free(overlay);
}

static double
value_of(const Features *features)
{
    return 1 / sqrt((double)MAX(features->list->len, 1u));
}

void
overlay_score(const Overlay *overlay, const Features *features, ModelLanguage language,
              double scores[MODEL_CLASSES])
{
    double value = value_of(features);

    for (guint i = 0; i < features->list->len; i++) {
        uint32_t bucket = g_array_index(features->list, Feature, i).bucket;
        const float *row = overlay->rows[place_of(bucket, language)];

        for (size_t c = 0; c < MODEL_CLASSES; c++)
            scores[c] += (double)row[c] * value;
    }
}

static size_t
best_other(const double scores[MODEL_CLASSES], size_t right)
{
    size_t best = right == 0 ? 1 : 0;

    for (size_t c = 0; c < MODEL_CLASSES; c++)
        if (c != right && scores[c] > scores[best])
            best = c;
    return best;
}

/* One step of AROW: the right class up and the strongest other one down, each feature
 * by how little is known of it. */
static void
learn_text(const Overlay *overlay, float *variance, const OverlayText *text)
{
    const GArray *list = text->features->list;
    double scores[MODEL_CLASSES];
    double value = value_of(text->features);
    double spread = 0;
    double lead, weight;
    size_t rival;

    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] = text->base[c];
    overlay_score(overlay, text->features, text->language, scores);
    rival = best_other(scores, (size_t)text->label);
    lead = scores[text->label] - scores[rival];
    if (lead >= wanted_lead)
        return;
    for (guint i = 0; i < list->len; i++)
        spread += (double)
            variance[place_of(g_array_index(list, Feature, i).bucket, text->language)];
    weight = 1 / (2 * spread * value * value + doubt);
    for (guint i = 0; i < list->len; i++) {
        uint32_t at = place_of(g_array_index(list, Feature, i).bucket, text->language);
        double known = (double)variance[at];
        double step = (wanted_lead - lead) * weight * known * value;

        overlay->rows[at][text->label] += (float)step;
        overlay->rows[at][rival] -= (float)step;
        variance[at] = (float)MAX(known - weight * known * known * value * value, 0.01);
    }
}

/* How much a feature may move at first: what stands in many of the texts says little of
 * any, and must not carry away the rest of the house's mail. */
static float *
first_variance(const GPtrArray *texts)
{
    float *variance = g_new0(float, FEATURE_BUCKETS);

    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];
        const GArray *list = text->features->list;

        for (guint k = 0; k < list->len; k++)
            variance[place_of(g_array_index(list, Feature, k).bucket,
                              text->language)] += 1;
    }
    for (size_t i = 0; i < FEATURE_BUCKETS; i++)
        variance[i] = 1 / (1 + common * variance[i] / (float)MAX(texts->len, 1u));
    return variance;
}

void
overlay_train(Overlay *overlay, const GPtrArray *texts, size_t folds, size_t left_out)
{
    g_autofree float *variance = first_variance(texts);

    for (int pass = 0; pass < PASSES; pass++)
        for (guint i = 0; i < texts->len; i++)
            if (folds == 0 || i % folds != left_out)
                learn_text(overlay, variance, texts->pdata[i]);
}

void
learned_weight(const Learned *learned, uint32_t bucket, ModelLanguage language,
               double out[MODEL_CLASSES])
{
    const LearnedHead *head = learned->head;

    for (size_t c = 0; c < MODEL_CLASSES; c++)
        out[c] = head && head->overlay_rows
                     ? learned->rows[place_of(bucket, language)].of[c] *
                           (double)head->overlay_scale[c]
                     : 0;
}

void
learned_score(const Learned *learned, const Features *features, ModelLanguage language,
              double scores[MODEL_CLASSES])
{
    int64_t sums[MODEL_CLASSES] = {0};
    double value = value_of(features);

    if (!learned->head || !learned->head->overlay_rows)
        return;
    for (guint i = 0; i < features->list->len; i++) {
        uint32_t bucket = g_array_index(features->list, Feature, i).bucket;
        const int16_t *row = learned->rows[place_of(bucket, language)].of;

        for (size_t c = 0; c < MODEL_CLASSES; c++)
            sums[c] += row[c];
    }
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] += (double)sums[c] * (double)learned->head->overlay_scale[c] * value;
}

void
overlay_pack(const Overlay *overlay, OverlayRow *rows, float scale[MODEL_CLASSES])
{
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        float most = 0;

        for (size_t i = 0; i < FEATURE_BUCKETS; i++)
            most = MAX(most, fabsf(overlay->rows[i][c]));
        scale[c] = most > 0 ? most / INT16_MAX : 1;
        for (size_t i = 0; i < FEATURE_BUCKETS; i++)
            rows[i].of[c] = (int16_t)lrintf(overlay->rows[i][c] / scale[c]);
    }
}
