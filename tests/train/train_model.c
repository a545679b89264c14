/* Trains the text model: multinomial logistic regression with AdaGrad over the very
 * features the program computes, averaged over the last epochs, then one temperature a
 * language from held-out folds. Seeded, so the same examples give the same bytes.
 *
 * Input lines (see prepare.py): role, language, label, weight, source, subject, body,
 * separated by tabs; \n \t \\ are escaped. Roles: `train`, `measure` (never trained
 * on). `train_model FILE OUT` writes the model and prints the figures of
 * docs/model.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "model/opinion.h"
#include "wordhash.h"

enum {
    EPOCHS = 40,
    FOLDS = 5,
    SEED = 20261123
};

static const double rate = 0.04;
static const double decay = 2e-6;
/* Each time an example is learned, this share of its words (with their pairs and
 * grams) is left out, so that no source's tell-tale word carries the label alone. */
static const double dropped = 0.6;

typedef struct Example {
    bool is_train;
    ModelLanguage language;
    Label label;
    double weight;
    char *source;
    uint32_t fold;
    Features *features;
    double scores[MODEL_CLASSES]; /* of the model that did not see it */
} Example;

typedef float Row[MODEL_CLASSES];

typedef struct Learner {
    Row *weights;
    Row *squares; /* AdaGrad's sum of squared gradients */
    Row bias[MODEL_LANGUAGES];
    Row bias_squares[MODEL_LANGUAGES];
} Learner;

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static Learner *
learner_new(void)
{
    Learner *learner = g_new0(Learner, 1);

    learner->weights = g_new0(Row, FEATURE_BUCKETS);
    learner->squares = g_new0(Row, FEATURE_BUCKETS);
    return learner;
}

static void
learner_free(Learner *learner)
{
    g_free(learner->weights);
    g_free(learner->squares);
    g_free(learner);
}

static void
score(const Learner *learner, const Features *features, ModelLanguage language,
      double out[MODEL_CLASSES])
{
    const GArray *list = features->list;
    double norm = sqrt((double)MAX(list->len, 1u));

    memset(out, 0, MODEL_CLASSES * sizeof *out);
    for (guint i = 0; i < list->len; i++)
        for (size_t c = 0; c < MODEL_CLASSES; c++)
            out[c] +=
                (double)learner->weights[g_array_index(list, Feature, i).bucket][c];
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        out[c] = out[c] / norm + (double)learner->bias[language][c];
}

static void
step(float *weight, float *square, double gradient)
{
    *square += (float)(gradient * gradient);
    *weight -= (float)(rate * gradient / (1e-3 + sqrt((double)*square)));
}

/* The features of the words that stay this time. Yours. */
static Features *
thin_out(const Features *whole, uint64_t *random)
{
    Features *out = g_new0(Features, 1);
    g_autofree bool *stays = g_new0(bool, whole->words->len + 1);

    out->list = g_array_sized_new(FALSE, FALSE, sizeof(Feature), whole->list->len);
    out->words = g_ptr_array_new();
    for (guint i = 0; i < whole->words->len; i++)
        stays[i] = (double)(next_random(random) >> 11) * 0x1p-53 >= dropped;
    for (guint i = 0; i < whole->list->len; i++) {
        Feature feature = g_array_index(whole->list, Feature, i);

        if (stays[feature.word])
            g_array_append_val(out->list, feature);
    }
    return out;
}

static void
learn(Learner *learner, const Example *example, uint64_t *random)
{
    g_autoptr(Features) kept = thin_out(example->features, random);
    const GArray *list = kept->list;
    double norm = sqrt((double)MAX(list->len, 1u));
    double p[MODEL_CLASSES];

    score(learner, kept, example->language, p);
    model_soften(p, 1.0);
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        double gap =
            example->weight * (p[c] - (c == (size_t)example->label ? 1.0 : 0.0));

        step(&learner->bias[example->language][c],
             &learner->bias_squares[example->language][c], 0.1 * gap);
        for (guint i = 0; i < list->len; i++) {
            uint32_t bucket = g_array_index(list, Feature, i).bucket;
            double pull = decay * (double)learner->weights[bucket][c];

            step(&learner->weights[bucket][c], &learner->squares[bucket][c],
                 gap / norm + pull);
        }
    }
}

/* `held` is the fold left out; FOLDS leaves none. */
static Learner *
train(GPtrArray *examples, uint32_t held)
{
    Learner *learner = learner_new();
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    uint64_t random = SEED;

    for (guint i = 0; i < examples->len; i++) {
        Example *example = examples->pdata[i];

        if (example->is_train && example->fold != held)
            g_ptr_array_add(order, example);
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (guint i = order->len; i > 1; i--) {
            guint other = (guint)(next_random(&random) % i);
            gpointer kept = order->pdata[i - 1];

            order->pdata[i - 1] = order->pdata[other];
            order->pdata[other] = kept;
        }
        for (guint i = 0; i < order->len; i++)
            learn(learner, order->pdata[i], &random);
    }
    return learner;
}

static double
loss_at(GPtrArray *examples, ModelLanguage language, double temperature)
{
    double loss = 0;

    for (guint i = 0; i < examples->len; i++) {
        const Example *example = examples->pdata[i];
        double p[MODEL_CLASSES];

        if (!example->is_train ||
            (language != MODEL_OTHER && example->language != language))
            continue;
        memcpy(p, example->scores, sizeof p);
        model_soften(p, temperature);
        loss -= example->weight * log(MAX(p[example->label], 1e-9));
    }
    return loss;
}

static double
fit_temperature(GPtrArray *examples, ModelLanguage language)
{
    double best = 1.0;

    for (double t = 0.3; t < 4.0; t += 0.02)
        if (loss_at(examples, language, t) < loss_at(examples, language, best))
            best = t;
    return best;
}

typedef struct Tally {
    size_t count[MODEL_CLASSES][MODEL_CLASSES]; /* truth, said */
    size_t sure, sure_right, all, right;
    double gap[10], confidence[10];
    size_t in_bin[10];
} Tally;

static void
tally(Tally *sum, const Example *example, double temperature)
{
    double p[MODEL_CLASSES];
    size_t best = 0;
    size_t bin;

    memcpy(p, example->scores, sizeof p);
    model_soften(p, temperature);
    for (size_t c = 1; c < MODEL_CLASSES; c++)
        if (p[c] > p[best])
            best = c;
    bin = (size_t)MIN(9.0, p[best] * 10);
    sum->count[example->label][best]++;
    sum->all++;
    sum->right += best == (size_t)example->label;
    sum->sure += p[best] >= 0.9;
    sum->sure_right += p[best] >= 0.9 && best == (size_t)example->label;
    sum->gap[bin] += best == (size_t)example->label;
    sum->confidence[bin] += p[best];
    sum->in_bin[bin]++;
}

static double
macro_f1(const Tally *sum)
{
    double total = 0;
    size_t present = 0;

    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        size_t truth = 0;
        size_t said = 0;

        for (size_t other = 0; other < MODEL_CLASSES; other++) {
            truth += sum->count[c][other];
            said += sum->count[other][c];
        }
        if (truth == 0)
            continue;
        present++;
        total += 2.0 * (double)sum->count[c][c] / (double)(truth + said);
    }
    return present ? total / (double)present : 0;
}

static void
print_tally(const char *name, const Tally *sum)
{
    double ece = 0;

    if (!sum->all)
        return;
    for (size_t bin = 0; bin < 10; bin++)
        ece += fabs(sum->gap[bin] - sum->confidence[bin]) / (double)sum->all;
    printf("%-34s n=%5zu accuracy=%.3f macro_f1=%.3f sure=%.3f right_when_sure=%.3f "
           "ece=%.3f\n",
           name, sum->all, (double)sum->right / (double)sum->all, macro_f1(sum),
           (double)sum->sure / (double)sum->all,
           sum->sure ? (double)sum->sure_right / (double)sum->sure : 0, ece);
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        size_t truth = 0;

        for (size_t said = 0; said < MODEL_CLASSES; said++)
            truth += sum->count[c][said];
        if (!truth)
            continue;
        printf("    %-15s", label_name((Label)c));
        for (size_t said = 0; said < MODEL_CLASSES; said++)
            printf(" %5zu", sum->count[c][said]);
        printf("\n");
    }
}

static void
report(GPtrArray *examples, const ModelHead *head)
{
    g_autoptr(GHashTable) groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GList) names = NULL;
    static const char *const languages[] = {"en", "es", "other"};

    for (guint i = 0; i < examples->len; i++) {
        const Example *example = examples->pdata[i];
        const char *role = example->is_train ? "cross-validation" : "held-out";
        const char *const parts[] = {"all", example->source};

        for (size_t p = 0; p < G_N_ELEMENTS(parts); p++) {
            char *name = g_strdup_printf("%s %s %s", role, languages[example->language],
                                         parts[p]);
            Tally *sum = g_hash_table_lookup(groups, name);

            if (!sum) {
                sum = g_new0(Tally, 1);
                g_hash_table_insert(groups, g_strdup(name), sum);
            }
            tally(sum, example, (double)head->temperature[example->language]);
            g_free(name);
        }
    }
    names = g_list_sort(g_hash_table_get_keys(groups), (GCompareFunc)strcmp);
    for (GList *at = names; at; at = at->next)
        print_tally(at->data, g_hash_table_lookup(groups, at->data));
}

/* Classes of a language pull equally, however many examples each has. */
static void
balance(GPtrArray *examples)
{
    double sums[MODEL_LANGUAGES][MODEL_CLASSES] = {{0}};
    double whole[MODEL_LANGUAGES] = {0};

    for (guint i = 0; i < examples->len; i++) {
        const Example *example = examples->pdata[i];

        if (!example->is_train)
            continue;
        sums[example->language][example->label] += example->weight;
        whole[example->language] += example->weight;
    }
    for (guint i = 0; i < examples->len; i++) {
        Example *example = examples->pdata[i];
        double mean = whole[example->language] / MODEL_CLASSES;

        if (example->is_train)
            example->weight *= mean / sums[example->language][example->label];
    }
}

static Example *
example_new(const char *line)
{
    g_auto(GStrv) cells = g_strsplit(line, "\t", 7);
    Example *example;
    g_autofree char *subject = NULL;
    g_autofree char *body = NULL;

    g_assert(g_strv_length(cells) == 7);
    example = g_new0(Example, 1);
    subject = g_strcompress(cells[5]);
    body = g_strcompress(cells[6]);
    example->is_train = g_str_equal(cells[0], "train");
    example->language = model_language(cells[1]);
    g_assert(label_from_name(cells[2], &example->label));
    g_assert((int)example->label < MODEL_CLASSES);
    example->weight = g_ascii_strtod(cells[3], NULL);
    example->source = g_strdup(cells[4]);
    example->features = features_new(subject, body);
    /* By content, so that twins never stand on both sides of a fold. */
    example->fold = g_str_hash(body) % FOLDS;
    return example;
}

static void
example_free(gpointer at)
{
    Example *example = at;

    g_free(example->source);
    features_free(example->features);
    g_free(example);
}

static GPtrArray *
read_examples(const char *path)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GPtrArray *examples = g_ptr_array_new_with_free_func(example_free);

    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_error("cannot read '%s'", path);
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            g_ptr_array_add(examples, example_new(*line));
    return examples;
}

static void
fill_head(ModelHead *head, const Learner *learner, const int8_t *rows)
{
    memcpy(head->magic, MODEL_MAGIC, sizeof head->magic);
    head->order = MODEL_ORDER;
    head->features_version = FEATURES_VERSION;
    head->buckets = FEATURE_BUCKETS;
    head->classes = MODEL_CLASSES;
    memcpy(head->bias, learner->bias, sizeof head->bias);
    /* No example is of another language: between the two known ones is the best guess.
     */
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        head->bias[MODEL_OTHER][c] =
            (head->bias[MODEL_EN][c] + head->bias[MODEL_ES][c]) / 2;
    head->checksum = model_checksum(rows, (size_t)FEATURE_BUCKETS * MODEL_CLASSES);
    (void)g_snprintf(head->version, sizeof head->version, "base-%d-%08x",
                     FEATURES_VERSION, (unsigned)(head->checksum >> 32));
}

static void
write_model(const char *path, const Learner *learner, ModelHead *head)
{
    size_t size = (size_t)FEATURE_BUCKETS * MODEL_CLASSES;
    g_autofree int8_t *rows = g_new0(int8_t, size);
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        float most = 1e-6f;

        for (size_t b = 0; b < FEATURE_BUCKETS; b++)
            most = MAX(most, fabsf(learner->weights[b][c]));
        head->scale[c] = most / 127.0f;
        for (size_t b = 0; b < FEATURE_BUCKETS; b++)
            rows[b * MODEL_CLASSES + c] =
                (int8_t)lrintf(learner->weights[b][c] / head->scale[c]);
    }
    fill_head(head, learner, rows);
    g_byte_array_append(out, (const uint8_t *)head, sizeof *head);
    g_byte_array_append(out, (const uint8_t *)rows, (guint)size);
    if (!g_file_set_contents(path, (const char *)out->data, (gssize)out->len, NULL))
        g_error("cannot write '%s'", path);
}

int
main(int argc, char **argv)
{
    g_autoptr(GPtrArray) examples = NULL;
    ModelHead head = {0};
    Learner *whole;

    if (argc != 3)
        g_error("usage: train_model EXAMPLES.tsv MODEL.bin");
    examples = read_examples(argv[1]);
    balance(examples);
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        Learner *learner = train(examples, fold);

        for (guint i = 0; i < examples->len; i++) {
            Example *example = examples->pdata[i];

            if (example->is_train && example->fold == fold)
                score(learner, example->features, example->language, example->scores);
        }
        learner_free(learner);
    }
    whole = train(examples, FOLDS);
    for (guint i = 0; i < examples->len; i++) {
        Example *example = examples->pdata[i];

        if (!example->is_train)
            score(whole, example->features, example->language, example->scores);
    }
    for (int language = 0; language < MODEL_LANGUAGES; language++)
        head.temperature[language] =
            (float)fit_temperature(examples, (ModelLanguage)language);
    write_model(argv[2], whole, &head);
    learner_free(whole);
    report(examples, &head);
    printf("model %s, temperatures en %.2f es %.2f other %.2f\n", head.version,
           (double)head.temperature[0], (double)head.temperature[1],
           (double)head.temperature[2]);
    return 0;
}
