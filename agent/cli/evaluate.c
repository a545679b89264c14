/* postroom evaluate: how good is the text model on labelled texts? */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "cli/options.h"
#include "event/event.h"
#include "sort/sort.h"

enum {
    MOST_LINE_BYTES = 4 << 20
};

enum {
    BINS = 10,
    THRESHOLDS = 3
};

static const double thresholds[THRESHOLDS] = {0.8, 0.9, 0.95};

/* Counts of one language or source: confusion[truth][prediction]. */
typedef struct Tally {
    int64_t confusion[LABEL_COUNT][LABEL_COUNT];
    int64_t total, right;
    int64_t sure[THRESHOLDS], sure_right[THRESHOLDS];
    double gap[BINS]; /* confidence less what was right, summed */
} Tally;

typedef struct Evaluation {
    const CommonOptions *options;
    const char *file;
    Sorter *sorter;
    GHashTable *languages; /* name -> Tally, owned */
    GHashTable *sources;   /* the same; of lines that name their source */
    int64_t line;
} Evaluation;

static double
f1(const Tally *tally, int label, bool *is_present)
{
    int64_t truth = 0;
    int64_t said = 0;
    int64_t hits = tally->confusion[label][label];

    for (int i = 0; i < LABEL_COUNT; i++) {
        truth += tally->confusion[label][i];
        said += tally->confusion[i][label];
    }
    *is_present = truth > 0;
    return truth + said ? 2.0 * (double)hits / (double)(truth + said) : 0;
}

static double
macro_f1(const Tally *tally)
{
    double sum = 0;
    int present = 0;

    for (int i = 0; i < LABEL_COUNT; i++) {
        bool is_present;
        double score = f1(tally, i, &is_present);

        sum += is_present ? score : 0;
        present += is_present;
    }
    return present ? sum / present : 0;
}

static double
accuracy(const Tally *tally)
{
    return tally->total ? (double)tally->right / (double)tally->total : 0;
}

/* Expected calibration error: how far confidences stand from what came true. */
static double
calibration_error(const Tally *tally)
{
    double sum = 0;

    for (int bin = 0; bin < BINS; bin++)
        sum += fabs(tally->gap[bin]);
    return tally->total ? sum / (double)tally->total : 0;
}

static double
share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void
add_to(GHashTable *tallies, const char *name, Label truth, const Classification *found)
{
    Tally *tally = g_hash_table_lookup(tallies, name);
    bool is_right = truth == found->label;
    int bin = CLAMP((int)(found->confidence * BINS), 0, BINS - 1);

    if (!tally) {
        tally = g_new0(Tally, 1);
        (void)g_hash_table_insert(tallies, g_strdup(name), tally);
    }
    tally->confusion[truth][found->label]++;
    tally->total++;
    tally->right += is_right;
    tally->gap[bin] += found->confidence - is_right;
    for (int i = 0; i < THRESHOLDS; i++) {
        tally->sure[i] += found->confidence >= thresholds[i];
        tally->sure_right[i] += found->confidence >= thresholds[i] && is_right;
    }
}

static bool
evaluate_line(Evaluation *evaluation, const char *line, GError **error)
{
    g_auto(LabelledText) text = {0};
    Classification found;
    const char *language;
    Label truth;

    if (!event_read_labelled(line, &text, error))
        return false;
    shape_init(&classification_shape, &found);
    language = sort_text(evaluation->sorter, text.subject ? text.subject : "",
                         text.body ? text.body : "", text.language, &found);
    if (!text.id)
        text.id = g_strdup_printf("%" G_GINT64_FORMAT, evaluation->line);
    if (evaluation->options->json) {
        g_autofree char *answer = event_evaluated(&text, language, &found);

        (void)printf("%s\n", answer);
    }
    if (text.label && label_from_name(text.label, &truth)) {
        add_to(evaluation->languages, language ? language : "?", truth, &found);
        add_to(evaluation->languages, "all", truth, &found);
        if (text.source)
            add_to(evaluation->sources, text.source, truth, &found);
    }
    shape_clear(&classification_shape, &found);
    return true;
}

static int
evaluate_stream(Evaluation *evaluation, FILE *stream)
{
    g_autofree char *line = NULL;
    size_t room = 0;
    ssize_t size;

    while ((size = getline(&line, &room, stream)) >= 0) {
        g_autoptr(GError) error = NULL;

        evaluation->line++;
        if (size <= 1)
            continue;
        if (size > MOST_LINE_BYTES || !evaluate_line(evaluation, line, &error)) {
            (void)fprintf(stderr, "%s:%" G_GINT64_FORMAT ": %s\n", evaluation->file,
                          evaluation->line, error ? error->message : "line too long");
            return EX_DATAERR;
        }
    }
    return EX_OK;
}

static void
print_tally(const char *name, const Tally *tally)
{
    (void)printf(
        "%s: %" G_GINT64_FORMAT " texts, accuracy %.3f, macro-F1 %.3f, ECE %.3f\n",
        name, tally->total, accuracy(tally), macro_f1(tally), calibration_error(tally));
    for (int i = 0; i < THRESHOLDS; i++)
        (void)printf("  confidence >= %.2f: %.3f of them, %.3f right\n", thresholds[i],
                     share(tally->sure[i], tally->total),
                     share(tally->sure_right[i], tally->sure[i]));
    for (int truth = 0; truth < LABEL_COUNT; truth++) {
        bool is_present;
        double score = f1(tally, truth, &is_present);

        if (!is_present)
            continue;
        (void)printf("  %-15s F1 %.3f ", label_name((Label)truth), score);
        for (int said = 0; said < LABEL_COUNT; said++)
            if (tally->confusion[truth][said])
                (void)printf(" %s=%" G_GINT64_FORMAT, label_name((Label)said),
                             tally->confusion[truth][said]);
        (void)putchar('\n');
    }
}

static void
print_json_confusion(const Tally *tally)
{
    const char *between = "";

    (void)fputs(",\"confusion\":{", stdout);
    for (int truth = 0; truth < LABEL_COUNT; truth++) {
        const char *comma = "";
        bool is_present;

        (void)f1(tally, truth, &is_present);
        if (!is_present)
            continue;
        (void)printf("%s\"%s\":{", between, label_name((Label)truth));
        for (int said = 0; said < LABEL_COUNT; said++) {
            if (!tally->confusion[truth][said])
                continue;
            (void)printf("%s\"%s\":%" G_GINT64_FORMAT, comma, label_name((Label)said),
                         tally->confusion[truth][said]);
            comma = ",";
        }
        (void)putchar('}');
        between = ",";
    }
    (void)putchar('}');
}

static void
print_json_tally(const Tally *tally)
{
    (void)printf("{\"texts\":%" G_GINT64_FORMAT
                 ",\"accuracy\":%.4f,\"macro_f1\":%.4f,\"ece\":%.4f,\"coverage\":[",
                 tally->total, accuracy(tally), macro_f1(tally),
                 calibration_error(tally));
    for (int i = 0; i < THRESHOLDS; i++)
        (void)printf("%s{\"confidence\":%.2f,\"share\":%.4f,\"right\":%.4f}",
                     i ? "," : "", thresholds[i], share(tally->sure[i], tally->total),
                     share(tally->sure_right[i], tally->sure[i]));
    (void)putchar(']');
    print_json_confusion(tally);
    (void)putchar('}');
}

static void
print_tallies(GHashTable *tallies, bool json)
{
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(tallies), (GCompareFunc)strcmp);

    for (GList *name = names; name; name = name->next) {
        const Tally *tally = g_hash_table_lookup(tallies, name->data);

        if (json) {
            /* A source may be called anything: it is quoted as JSON wants it. */
            g_autofree char *quoted = event_quoted(name->data);

            (void)printf("%s%s:", name == names ? "" : ",", quoted);
            print_json_tally(tally);
        } else {
            print_tally(name->data, tally);
        }
    }
}

static void
print_summary(const Evaluation *evaluation)
{
    bool json = evaluation->options->json;

    if (json)
        (void)fputs("{\"summary\":{", stdout);
    print_tallies(evaluation->languages, json);
    if (json && g_hash_table_size(evaluation->languages))
        (void)putchar(',');
    if (json)
        (void)fputs("\"sources\":{", stdout);
    print_tallies(evaluation->sources, json);
    if (json)
        (void)fputs("}}}\n", stdout);
}

/* With what the house learned that the configuration names. The table; NULL: error. */
static GBytes *
teach(const CommonOptions *options, Sorter *sorter, GError **error)
{
    g_autoptr(Lessons) lessons = options_read_lessons(options, sort_lesson_version());
    LearnReport report = {0};
    g_autoptr(GBytes) table = sort_learn(lessons, &report, error);
    gsize size = 0;
    const void *bytes = table ? g_bytes_get_data(table, &size) : NULL;

    learn_report_clear(&report);
    return table && sorter_teach(sorter, bytes, size, error) ? g_steal_pointer(&table)
                                                             : NULL;
}

static Sorter *
new_sorter(const char *model_file, GError **error)
{
    g_autoptr(Sorter) sorter = sorter_new(error);
    g_autoptr(GBytes) model = NULL;
    char *bytes;
    gsize size;

    if (!sorter || !model_file)
        return g_steal_pointer(&sorter);
    if (!g_file_get_contents(model_file, &bytes, &size, error))
        return NULL;
    model = g_bytes_new_take(bytes, size);
    return sorter_use_model(sorter, model, error) ? g_steal_pointer(&sorter) : NULL;
}

int
cli_evaluate(int argc, char **argv)
{
    g_autofree char *model = NULL;
    const GOptionEntry own[] = {{"model", 0, 0, G_OPTION_ARG_FILENAME, &model,
                                 "judge by this file of `postroom train`", "FILE"},
                                G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(GBytes) taught = NULL; /* the sorter looks at it until its end */
    g_autoptr(Sorter) sorter = NULL;
    g_autoptr(GError) error = NULL;
    Evaluation evaluation = {.options = &options};
    FILE *stream;
    int code;

    if (!options_parse(
            &options, argc, argv, "FILE.jsonl",
            "Measures the text model on lines {subject, body, label, lang, source}.",
            own, &code))
        return code;
    if (!options.rest[0] || options.rest[1])
        return options_usage("evaluate", "give one file");
    sorter = new_sorter(model, &error);
    if (sorter && !model)
        taught = teach(&options, sorter, &error);
    if (!sorter || (!model && !taught))
        return options_fail(error);
    evaluation.file = options.rest[0];
    stream = strcmp(evaluation.file, "-") == 0 ? stdin : fopen(evaluation.file, "re");
    if (!stream) {
        (void)fprintf(stderr, "postroom: '%s': %s\n", evaluation.file,
                      g_strerror(errno));
        return EX_DATAERR;
    }
    evaluation.sorter = sorter;
    evaluation.languages =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    evaluation.sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    code = evaluate_stream(&evaluation, stream);
    if (code == EX_OK && evaluation.line == 0) /* silence would look like success */
        code = options_usage("evaluate", "there is no text");
    if (code == EX_OK)
        print_summary(&evaluation);
    g_hash_table_destroy(evaluation.languages);
    g_hash_table_destroy(evaluation.sources);
    if (stream != stdin)
        (void)fclose(stream);
    return fflush(stdout) == 0 ? code : EX_IOERR;
}
