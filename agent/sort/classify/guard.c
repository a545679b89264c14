#include "guard.h"

#include <string.h>

enum {
    SKETCHES = 16,
    SKETCHES_ALIKE = 14, /* of 16 equal: nine features of ten are shared */
    CANARY_FIELDS = 4
};

const double guard_drop = 0.02;
/* The like of it for how sure the canaries are. */
static const double guard_distrust = 0.02;

extern const char postroom_canaries_start[];
extern const char postroom_canaries_end[];

void
overlay_text_free(void *self)
{
    OverlayText *text = self;

    features_free(text->features);
    g_free(text);
}

/* One line: language, label, subject, body, by tabs. The file is ours. */
static OverlayText *
read_canary(const Model *model, const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, "\t", CANARY_FIELDS);
    OverlayText *text = g_new0(OverlayText, 1);
    bool is_known;

    g_assert(g_strv_length(fields) == CANARY_FIELDS);
    is_known = label_from_name(fields[1], &text->label);
    g_assert(is_known && (int)text->label < MODEL_CLASSES);
    text->language = model_language(fields[0]);
    text->features = features_new(fields[2], fields[3]);
    text_scores(model, text->features, text->language, text->base);
    return text;
}

GPtrArray *
guard_canaries(const Model *model)
{
    GPtrArray *canaries = g_ptr_array_new_with_free_func(overlay_text_free);
    /* cppcheck-suppress comparePointers ; to the linker they are one object */
    size_t size = (size_t)(postroom_canaries_end - postroom_canaries_start);
    g_autofree char *all = g_strndup(postroom_canaries_start, size);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);

    for (char **line = lines; *line; line++)
        if (**line)
            g_ptr_array_add(canaries, read_canary(model, *line));
    return canaries;
}

size_t
guard_judge(const Overlay *overlay, const OverlayText *text)
{
    double scores[MODEL_CLASSES];
    size_t best = 0;

    memcpy(scores, text->base, sizeof scores);
    if (overlay)
        overlay_score(overlay, text->features, text->language, scores);
    for (size_t c = 1; c < MODEL_CLASSES; c++)
        if (scores[c] > scores[best])
            best = c;
    return best;
}

/* How sure the right label of a text is, on the mean. F1 sees only labels that change;
 * this sees the ground give way before they do. */
static double
mean_trust(const Overlay *overlay, const GPtrArray *texts)
{
    double sum = 0;

    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];
        double scores[MODEL_CLASSES];

        memcpy(scores, text->base, sizeof scores);
        if (overlay)
            overlay_score(overlay, text->features, text->language, scores);
        model_soften(scores, 1);
        sum += scores[text->label];
    }
    return sum / MAX(texts->len, 1u);
}

typedef struct Counts {
    size_t truth[MODEL_CLASSES], said[MODEL_CLASSES], hits[MODEL_CLASSES];
} Counts;

static void
count(Counts *counts, size_t truth, size_t said)
{
    counts->truth[truth]++;
    counts->said[said]++;
    counts->hits[truth] += truth == said;
}

static double
macro_f1(const Counts *counts)
{
    double sum = 0;
    size_t present = 0;

    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        if (counts->truth[c] == 0)
            continue;
        present++;
        sum += 2.0 * (double)counts->hits[c] /
               (double)(counts->truth[c] + counts->said[c]);
    }
    return present ? sum / (double)present : 1;
}

double
guard_score(const Overlay *overlay, const GPtrArray *texts)
{
    Counts counts = {0};

    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];

        count(&counts, text->label, guard_judge(overlay, text));
    }
    return macro_f1(&counts);
}

/* Each of the last corrections by an overlay that learned without its fold. */
static void
score_recent(const GPtrArray *texts, LearnReport *out)
{
    guint from = texts->len > GUARD_RECENT ? texts->len - GUARD_RECENT : 0;
    Counts before = {0};
    Counts after = {0};

    for (size_t fold = 0; fold < GUARD_FOLDS; fold++) {
        g_autoptr(Overlay) overlay = overlay_new();

        overlay_train(overlay, texts, GUARD_FOLDS, fold);
        for (guint i = from; i < texts->len; i++) {
            const OverlayText *text = texts->pdata[i];

            if (i % GUARD_FOLDS != fold)
                continue;
            count(&before, text->label, guard_judge(NULL, text));
            count(&after, text->label, guard_judge(overlay, text));
        }
    }
    out->recent_before = macro_f1(&before);
    out->recent_after = macro_f1(&after);
}

void
guard_overlay(const Overlay *overlay, const GPtrArray *texts, const GPtrArray *canaries,
              LearnReport *out)
{
    out->texts = texts->len;
    out->canary_before = guard_score(NULL, canaries);
    out->canary_after = guard_score(overlay, canaries);
    out->trust_before = mean_trust(NULL, canaries);
    out->trust_after = mean_trust(overlay, canaries);
    score_recent(texts, out);
    out->is_refused = out->canary_after <= out->canary_before - guard_drop ||
                      out->trust_after <= out->trust_before - guard_distrust ||
                      (texts->len >= 2 * GUARD_FOLDS &&
                       out->recent_after <= out->recent_before - guard_drop);
}

/* ---- texts that contradict each other ---- */

typedef struct Sketch {
    uint32_t least[SKETCHES]; /* of each of as many orders of the features */
} Sketch;

static void
sketch(const Features *features, Sketch *out)
{
    memset(out, 0xff, sizeof *out);
    for (guint i = 0; i < features->list->len; i++) {
        uint32_t bucket = g_array_index(features->list, Feature, i).bucket;

        for (uint32_t k = 0; k < SKETCHES; k++) {
            uint32_t hash = (bucket + 1) * (0x9E3779B1u + 2 * k * 0x85EBCA6Bu);

            hash ^= hash >> 15;
            hash *= 0x2C1B3C6Du;
            hash ^= hash >> 12;
            out->least[k] = MIN(out->least[k], hash);
        }
    }
}

static bool
is_alike(const Sketch *a, const Sketch *b)
{
    int equal = 0;

    for (size_t k = 0; k < SKETCHES; k++)
        equal += a->least[k] == b->least[k];
    return equal >= SKETCHES_ALIKE;
}

GArray *
guard_contradictions(const GPtrArray *texts)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree Sketch *sketches = g_new(Sketch, texts->len + 1);
    g_autofree bool *is_marked = g_new0(bool, texts->len + 1);

    for (guint i = 0; i < texts->len; i++)
        sketch(((const OverlayText *)texts->pdata[i])->features, &sketches[i]);
    for (guint i = 0; i < texts->len; i++)
        for (guint k = i + 1; k < texts->len; k++)
            if (((const OverlayText *)texts->pdata[i])->label !=
                    ((const OverlayText *)texts->pdata[k])->label &&
                is_alike(&sketches[i], &sketches[k]))
                is_marked[i] = is_marked[k] = true;
    for (guint i = 0; i < texts->len; i++)
        if (is_marked[i])
            g_array_append_val(found, i);
    return found;
}
