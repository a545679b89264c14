/* How far scores may be believed, by texts that the learner did not see. */
#include <math.h>
#include <string.h>

#include "trainer.h"

enum {
    LEAST_SURE = 40 /* texts; fewer prove nothing */
};

/* Seeds are chosen to be hard, mail is not: scores of mail may be believed more than
 * those of unseen seeds. Chosen by hand with the sets that never train in view, so the
 * figures of confidence on them are no blind test. */
static const double eased = 0.72;
/* Of those told as sure, this share must have been right. English has by far the most
 * texts; what is learned from few is believed a little less. */
static const double right_when_sure[MODEL_LANGUAGES] = {0.98,  0.985, 0.985,
                                                        0.985, 0.985, 0.985};

/* An outside source is nearly one class: of its own kind the learner is too sure. */
static bool
is_of(const Pupil *pupil, ModelLanguage language)
{
    return !pupil->is_outside &&
           (language == MODEL_OTHER || pupil->language == language);
}

static double
loss_at(const GPtrArray *pupils, ModelLanguage language, double temperature)
{
    double loss = 0;

    for (guint i = 0; i < pupils->len; i++) {
        const Pupil *pupil = pupils->pdata[i];
        double p[MODEL_CLASSES];

        if (!is_of(pupil, language))
            continue;
        memcpy(p, pupil->scores, sizeof p);
        model_soften(p, temperature);
        loss -= log(MAX(p[pupil->label], 1e-9));
    }
    return loss;
}

static double
fit_temperature(const GPtrArray *pupils, ModelLanguage language)
{
    double best = 1.0;
    double least = loss_at(pupils, language, best);

    for (int step = 0; step < 185; step++) {
        double temperature = 0.3 + 0.02 * step;
        double loss = loss_at(pupils, language, temperature);

        if (loss < least) {
            best = temperature;
            least = loss;
        }
    }
    return best;
}

typedef struct Answer {
    double share;
    bool is_right;
} Answer;

static gint
surest_first(gconstpointer a, gconstpointer b)
{
    double left = ((const Answer *)a)->share;
    double right = ((const Answer *)b)->share;

    return left < right ? 1 : left > right ? -1 : 0;
}

static GArray *
answers_of(const GPtrArray *pupils, ModelLanguage language, double temperature)
{
    GArray *answers = g_array_new(FALSE, FALSE, sizeof(Answer));

    for (guint i = 0; i < pupils->len; i++) {
        const Pupil *pupil = pupils->pdata[i];
        double p[MODEL_CLASSES];
        size_t best = 0;
        Answer answer;

        if (!is_of(pupil, language))
            continue;
        memcpy(p, pupil->scores, sizeof p);
        model_soften(p, temperature);
        for (size_t c = 1; c < MODEL_CLASSES; c++)
            if (p[c] > p[best])
                best = c;
        answer = (Answer){p[best], best == (size_t)pupil->label};
        g_array_append_val(answers, answer);
    }
    g_array_sort(answers, surest_first);
    return answers;
}

/* The lowest share above which all answers together are right often enough. */
static double
fit_sure(const GPtrArray *pupils, ModelLanguage language, double temperature)
{
    g_autoptr(GArray) answers = answers_of(pupils, language, temperature);
    double sure = 0.99;
    guint right = 0;

    for (guint i = 0; i < answers->len; i++) {
        const Answer *answer = &g_array_index(answers, Answer, i);

        right += answer->is_right;
        if (i + 1 >= LEAST_SURE && right >= right_when_sure[language] * (i + 1))
            sure = answer->share;
    }
    return CLAMP(sure, 0.7, 0.99);
}

void
calibrate(ModelHead *head, const GPtrArray *pupils)
{
    for (int i = 0; i < MODEL_LANGUAGES; i++) {
        ModelLanguage language = (ModelLanguage)i;
        double temperature = fit_temperature(pupils, language);

        head->temperature[i] = (float)(temperature * eased);
        head->sure[i] = (float)fit_sure(pupils, language, temperature);
    }
}
