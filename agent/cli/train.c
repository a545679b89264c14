/* postroom train: the text model anew, out of labelled texts. */
#include "cli/cli.h"

#include <errno.h>
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

typedef struct Lines {
    const char *file;
    GPtrArray *texts;    /* LabelledText, owned */
    GPtrArray *examples; /* Example, owned; they lend from `texts` */
} Lines;

static void
text_free(gpointer text)
{
    labelled_text_clear(text);
    g_free(text);
}

static bool
add_line(Lines *lines, const char *line, GError **error)
{
    LabelledText *text = g_new0(LabelledText, 1);
    Example *example;
    Label label;

    g_ptr_array_add(lines->texts, text);
    if (!event_read_labelled(line, text, error))
        return false;
    if (!text->label || !label_from_name(text->label, &label) || label > LABEL_OTHER) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "the label is none that a text can have");
        return false;
    }
    example = g_new0(Example, 1);
    *example = (Example){.subject = text->subject,
                         .body = text->body,
                         .language = text->language,
                         .source = text->source,
                         .label = label,
                         .weight = text->weight,
                         .is_outside = !text->is_authored};
    g_ptr_array_add(lines->examples, example);
    return true;
}

static int
read_stream(Lines *lines, FILE *stream)
{
    g_autofree char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int64_t number = 0;

    while ((size = getline(&line, &room, stream)) >= 0) {
        g_autoptr(GError) error = NULL;

        number++;
        if (size <= 1)
            continue;
        if (size > MOST_LINE_BYTES || !add_line(lines, line, &error)) {
            (void)fprintf(stderr, "%s:%" G_GINT64_FORMAT ": %s\n", lines->file, number,
                          error ? error->message : "line too long");
            return EX_DATAERR;
        }
    }
    return EX_OK;
}

static int
read_file(Lines *lines, const char *file)
{
    bool is_input = strcmp(file, "-") == 0;
    FILE *stream = is_input ? stdin : fopen(file, "re");
    int code;

    lines->file = file;
    if (!stream) {
        (void)fprintf(stderr, "postroom: '%s': %s\n", file, g_strerror(errno));
        return EX_DATAERR;
    }
    code = read_stream(lines, stream);
    if (!is_input)
        (void)fclose(stream);
    return code;
}

static int
read_all(Lines *lines, char *const *files)
{
    for (; *files; files++) {
        int code = read_file(lines, *files);

        if (code != EX_OK)
            return code;
    }
    return lines->examples->len ? EX_OK : options_usage("train", "there is no text");
}

static int
write_model(const Lines *lines, const char *path)
{
    g_autoptr(GBytes) model = sort_train(lines->examples);
    g_autoptr(GError) error = NULL;
    gsize size;
    const char *bytes;

    g_assert(model); /* labels were looked at line by line */
    bytes = g_bytes_get_data(model, &size);
    if (!g_file_set_contents(path, bytes, (gssize)size, &error)) {
        (void)fprintf(stderr, "postroom: %s\n", error->message);
        return EX_CANTCREAT;
    }
    (void)printf("%s: %zu bytes, learned from %u texts\n", path, size,
                 lines->examples->len);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

int
cli_train(int argc, char **argv)
{
    g_autofree char *output = NULL;
    const GOptionEntry own[] = {{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
                                 "where the model is written", "FILE"},
                                G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(text_free);
    g_autoptr(GPtrArray) examples = g_ptr_array_new_with_free_func(g_free);
    Lines lines = {.texts = texts, .examples = examples};
    int code;

    if (!options_parse(&options, argc, argv, "-o MODEL FILE.jsonl…",
                       "Learns a text model from lines {subject, body, label, lang, "
                       "source, weight, authored}.",
                       own, &code))
        return code;
    if (!output || !options.rest[0])
        return options_usage("train", "give --output and one file or more");
    code = read_all(&lines, options.rest);
    return code == EX_OK ? write_model(&lines, output) : code;
}
