/* What deciding costs, and how well the learning filter does: reads mails, teaches the
 * classifier every other one and judges the rest.
 *
 *     bench_decide FOLDER < LIST      lines of a path, a tab, and spam, ham or support
 *
 * Reading the mails is not measured: bench/sort/parse does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sort/classify/classify.h"
#include "sort/parse/parse.h"

enum {
    ROUNDS = 5
};

typedef struct Sample {
    char *kind;
    Reading *reading;
    Opinion *opinion;
} Sample;

static double
cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static GPtrArray *
read_samples(const char *folder, const SortSettings *settings)
{
    GPtrArray *samples = g_ptr_array_new();
    char line[2000];

    while (fgets(line, sizeof line, stdin)) {
        char *tab = strchr(line, '\t');
        g_autofree char *path = NULL;
        g_autoptr(GBytes) mail = NULL;
        Sample *sample = g_new0(Sample, 1);
        char *bytes;
        gsize size;

        g_assert(tab);
        *tab = '\0';
        path = g_build_filename(folder, line, NULL);
        if (!g_file_get_contents(path, &bytes, &size, NULL))
            continue;
        mail = g_bytes_new_take(bytes, size);
        sample->kind = g_strstrip(g_strdup(tab + 1));
        sample->reading = shape_new(&reading_shape);
        sample->opinion = shape_new(&opinion_shape);
        parse_mail(mail, settings, sample->reading);
        g_ptr_array_add(samples, sample);
    }
    return samples;
}

/* CPU microseconds a mail, the best of some rounds; those at odd places only. */
static double
judge_all(const Classifier *classifier, const GPtrArray *samples,
          const SortSettings *settings)
{
    Verdict *verdict = shape_new(&verdict_shape);
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        double begun_us;

        for (guint i = 1; i < samples->len; i += 2)
            shape_clear(&opinion_shape, ((Sample *)samples->pdata[i])->opinion);
        begun_us = cpu_us();
        for (guint i = 1; i < samples->len; i += 2) {
            Sample *sample = samples->pdata[i];

            classify_mail(classifier, sample->reading, verdict, settings, NULL,
                          sample->opinion);
        }
        best = MIN(best, (cpu_us() - begun_us) / (samples->len / 2.0));
    }
    shape_free(&verdict_shape, verdict);
    return best;
}

static void
count_tokens(Lessons *lessons, GHashTable *places, const char *packed, bool spam)
{
    g_autoptr(GArray) tokens = lesson_unpack(packed);

    for (guint i = 0; i < tokens->len; i++) {
        uint32_t token = g_array_index(tokens, uint32_t, i);
        guint place =
            GPOINTER_TO_UINT(g_hash_table_lookup(places, GUINT_TO_POINTER(token)));

        if (place == 0) {
            TokenCount fresh = {token, 0, 0};

            g_array_append_val(lessons->tokens, fresh);
            place = lessons->tokens->len;
            (void)g_hash_table_insert(places, GUINT_TO_POINTER(token),
                                      GUINT_TO_POINTER(place));
        }
        g_array_index(lessons->tokens, TokenCount, place - 1).spam += spam;
        g_array_index(lessons->tokens, TokenCount, place - 1).ham += !spam;
    }
}

static GBytes *
learn(const Classifier *classifier, const GPtrArray *samples,
      const SortSettings *settings)
{
    g_autoptr(Lessons) lessons = lessons_new();
    g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);
    Verdict *verdict = shape_new(&verdict_shape);
    GError *error = NULL;
    LearnReport report;
    GBytes *table;

    for (guint i = 0; i < samples->len; i += 2) {
        Sample *sample = samples->pdata[i];
        bool spam = strcmp(sample->kind, "spam") == 0;
        Lesson *lesson;

        classify_mail(classifier, sample->reading, verdict, settings, NULL,
                      sample->opinion);
        lesson = classify_lesson(classifier, sample->reading, verdict, settings,
                                 sample->opinion);
        count_tokens(lessons, places, lesson->tokens, spam);
        lessons->spam_mails += spam;
        lessons->ham_mails += !spam;
        shape_free(&lesson_shape, lesson);
    }
    shape_free(&verdict_shape, verdict);
    table = classify_learn(lessons, &report, &error);
    g_assert_no_error(error);
    learn_report_clear(&report);
    return table;
}

static void
print_found(const GPtrArray *samples, const char *kind)
{
    int all = 0;
    int spam = 0;
    int unsure = 0;

    for (guint i = 1; i < samples->len; i += 2) {
        const Sample *sample = samples->pdata[i];
        Label label = sample->opinion->classification.label;

        if (strcmp(sample->kind, kind) != 0)
            continue;
        all++;
        spam += label == LABEL_SPAM || label == LABEL_PHISHING;
        unsure +=
            label != LABEL_SPAM && strcmp(sample->opinion->spam.verdict, "unsure") == 0;
    }
    if (all)
        printf("%-8s %5d mails, called spam %5d (%.4f), unsure %d\n", kind, all, spam,
               spam / (double)all, unsure);
}

int
main(int argc, char **argv)
{
    GError *error = NULL;
    g_autoptr(Classifier) classifier = NULL;
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) table = NULL;
    GPtrArray *samples;
    double load_us = cpu_us();
    gsize size;
    const void *bytes;
    bool done;

    g_assert(argc == 2);
    classifier = classifier_new(&error);
    g_assert_no_error(error);
    printf("model loaded in %.0f us\n", cpu_us() - load_us);
    parse_init();
    settings->limits.seconds = 60;
    samples = read_samples(argv[1], settings);
    printf("%u mails, each second one to learn from\n", samples->len);
    printf("untaught: %.1f us of CPU a mail\n",
           judge_all(classifier, samples, settings));
    table = learn(classifier, samples, settings);
    bytes = g_bytes_get_data(table, &size);
    done = classifier_teach(classifier, bytes, size, &error);
    g_assert(done);
    printf("taught:   %.1f us of CPU a mail, table of %zu bytes\n",
           judge_all(classifier, samples, settings), size);
    print_found(samples, "spam");
    print_found(samples, "ham");
    print_found(samples, "support");
    return 0;
}
