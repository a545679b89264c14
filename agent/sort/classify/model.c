#include "model.h"

#include <math.h>
#include <string.h>

#include "base/fault.h"

extern const uint8_t postroom_model_start[];
extern const uint8_t postroom_model_end[];

const void *
model_built_in(size_t *size)
{
    /* cppcheck-suppress comparePointers ; to the linker they are one object */
    *size = (size_t)(postroom_model_end - postroom_model_start);
    return postroom_model_start;
}

uint64_t
model_checksum(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

static const char *
what_is_wrong(const ModelHead *head, size_t size)
{
    size_t rows = (size_t)FEATURE_BUCKETS * MODEL_CLASSES;

    if (size < sizeof *head ||
        memcmp(head->magic, MODEL_MAGIC, sizeof head->magic) != 0)
        return "it is not a model";
    if (head->order != MODEL_ORDER)
        return "it was made on a machine of another byte order";
    if (head->features_version != FEATURES_VERSION ||
        head->buckets != FEATURE_BUCKETS || head->classes != MODEL_CLASSES)
        return "it was trained for other features";
    if (size != sizeof *head + rows)
        return "it is cut short";
    if (!memchr(head->version, '\0', sizeof head->version))
        return "its version has no end";
    if (model_checksum(head + 1, rows) != head->checksum)
        return "its checksum is wrong";
    return NULL;
}

bool
model_open(Model *model, const void *bytes, size_t size, GError **error)
{
    const char *wrong = what_is_wrong(bytes, size);

    if (wrong) {
        g_set_error(error, FAULT, FAULT_FATAL, "the text model is damaged: %s", wrong);
        return false;
    }
    model->head = bytes;
    model->rows = (const int8_t *)(model->head + 1);
    return true;
}

ModelLanguage
model_language(const char *code)
{
    static const char *const codes[] = {"en", "es", "pt", "fr", "de"};

    for (size_t i = 0; code && i < G_N_ELEMENTS(codes); i++)
        if (g_str_has_prefix(code, codes[i]))
            return (ModelLanguage)i;
    return MODEL_OTHER;
}

void
model_score(const Model *model, const Features *features, ModelLanguage language,
            double scores[MODEL_CLASSES])
{
    int32_t sums[MODEL_CLASSES] = {0};
    double norm = sqrt((double)MAX(features->list->len, 1u));

    for (guint i = 0; i < features->list->len; i++) {
        const int8_t *row =
            model->rows +
            MODEL_CLASSES * (size_t)g_array_index(features->list, Feature, i).bucket;

        for (size_t c = 0; c < MODEL_CLASSES; c++)
            sums[c] += row[c];
    }
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] = (double)model->head->bias[language][c] +
                    sums[c] * (double)model->head->scale[c] / norm;
}

void
model_soften(double scores[MODEL_CLASSES], double temperature)
{
    double most = scores[0];
    double sum = 0;

    for (size_t c = 1; c < MODEL_CLASSES; c++)
        most = MAX(most, scores[c]);
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        scores[c] = exp((scores[c] - most) / temperature);
        sum += scores[c];
    }
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] /= sum;
}

double
model_stretch(double share, double sure)
{
    const double told = 0.9;

    if (share <= 0.5)
        return share;
    if (share < sure)
        return 0.5 + (share - 0.5) * (told - 0.5) / (sure - 0.5);
    return told + (share - sure) * (1 - told) / (1 - sure);
}

size_t
model_confide(const Model *model, ModelLanguage language, double scores[MODEL_CLASSES])
{
    size_t best = 0;
    double share;
    double told;

    model_soften(scores, (double)model->head->temperature[language]);
    for (size_t c = 1; c < MODEL_CLASSES; c++)
        if (scores[c] > scores[best])
            best = c;
    share = scores[best];
    told = model_stretch(share, (double)model->head->sure[language]);
    for (size_t c = 0; share < 1 && c < MODEL_CLASSES; c++)
        scores[c] *= (1 - told) / (1 - share);
    scores[best] = told;
    return best;
}
