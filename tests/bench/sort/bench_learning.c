/* What wrong corrections cost: teaches corrections and judges other texts by what was
 * learned.
 *
 *     bench_learning < LINES      set, sender, language, label, subject, body, by tabs
 *
 * `set` is "teach" or "judge"; those to teach come in the order in which people spoke.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sort/classify/classify.h"

enum {
    FIELDS = 6,
    MODEL_LABELS = LABEL_OTHER + 1
};

static double
now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static Lesson *
lesson_of(const Classifier *classifier, char *const *fields,
          const SortSettings *settings)
{
    Reading *reading = shape_new(&reading_shape);
    Verdict *verdict = shape_new(&verdict_shape);
    Opinion *opinion = shape_new(&opinion_shape);
    Message *message = &reading->message;
    Lesson *lesson;

    message->from.address = g_strconcat("someone@", fields[1], NULL);
    message->language = g_strdup(fields[2]);
    message->subject = g_strdup(fields[4]);
    message->text = g_strdup(fields[5]);
    message->reply_text = g_strdup(fields[5]);
    lesson = classify_lesson(classifier, reading, verdict, settings, opinion);
    shape_free(&reading_shape, reading);
    shape_free(&verdict_shape, verdict);
    shape_free(&opinion_shape, opinion);
    return lesson;
}

typedef struct Counts {
    guint truth[MODEL_LABELS], said[MODEL_LABELS], hits[MODEL_LABELS];
} Counts;

static void
count_text(const Classifier *classifier, char *const *fields, Counts *counts)
{
    Classification said;
    Label truth;

    g_assert(label_from_name(fields[3], &truth) && truth <= LABEL_OTHER);
    shape_init(&classification_shape, &said);
    (void)classify_text(classifier, fields[4], fields[5], fields[2], &said);
    counts->truth[truth]++;
    counts->said[said.label]++;
    counts->hits[truth] += said.label == truth;
    shape_clear(&classification_shape, &said);
}

/* "accuracy, macro-F1". Yours. */
static char *
tell_score(const Classifier *classifier, const GPtrArray *judged)
{
    Counts counts = {0};
    guint right = 0;
    guint labels = 0;
    double f1 = 0;

    for (guint i = 0; i < judged->len; i++)
        count_text(classifier, judged->pdata[i], &counts);
    for (size_t i = 0; i < MODEL_LABELS; i++) {
        if (counts.truth[i] == 0)
            continue;
        right += counts.hits[i];
        labels++;
        f1 += 2.0 * counts.hits[i] / (counts.truth[i] + counts.said[i]);
    }
    return g_strdup_printf("%.3f (macro-F1 %.3f)", right / (double)MAX(judged->len, 1u),
                           f1 / MAX(labels, 1u));
}

static void
read_lines(const Classifier *classifier, const SortSettings *settings, Lessons *lessons,
           GPtrArray *judged)
{
    g_autofree char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0) {
        char **fields = g_strsplit(g_strchomp(line), "\t", FIELDS);
        Lesson *lesson;

        g_assert(g_strv_length(fields) == FIELDS);
        if (strcmp(fields[0], "judge") == 0) {
            g_ptr_array_add(judged, fields);
            continue;
        }
        lesson = lesson_of(classifier, fields, settings);
        lesson->message = (int64_t)lessons->texts->len + 1;
        g_assert(label_from_name(fields[3], &lesson->label));
        g_ptr_array_add(lessons->texts, lesson);
        g_strfreev(fields);
    }
}

int
main(void)
{
    GError *error = NULL;
    g_autoptr(Classifier) classifier = classifier_new(&error);
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(Lessons) lessons = lessons_new();
    g_autoptr(GPtrArray) judged = g_ptr_array_new();
    g_autoptr(GBytes) table = NULL;
    LearnReport report;
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    double begun_ms, took_ms;
    gsize size;
    const void *bytes;

    g_assert_no_error(error);
    read_lines(classifier, settings, lessons, judged);
    before = tell_score(classifier, judged);
    begun_ms = now_ms();
    table = classify_learn(lessons, &report, &error);
    took_ms = now_ms() - begun_ms;
    g_assert_no_error(error);
    bytes = g_bytes_get_data(table, &size);
    g_assert(classifier_teach(classifier, bytes, size, &error));
    after = tell_score(classifier, judged);
    printf("taught %u, set aside %u, refused %d, accuracy %s before, %s after, %.0f "
           "ms; canaries %.3f, %.3f, trust in them %.3f, %.3f\n",
           lessons->texts->len, report.contradicted ? report.contradicted->len : 0,
           report.is_refused, before, after, took_ms, report.canary_before,
           report.canary_after, report.trust_before, report.trust_after);
    learn_report_clear(&report);
    return 0;
}
