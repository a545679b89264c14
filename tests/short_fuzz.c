/* The short form of a fuzz target: some thousand inputs put together out of the words
 * of its dictionary, and its seeds with words put into them, the same ones in every
 * run, with any compiler. The long form is libFuzzer's (preset `fuzz`).
 *
 *     short_fuzz_... DICTIONARY [FOLDER OF SEEDS] */
#include <stdint.h>
#include <string.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
    INPUTS = 20000,
    WORDS_MAX = 24,
    TURNS_OF_A_SEED = 200
};

/* `"a\x20\"b"`, with or without a name in front, as libFuzzer reads it. */
static GByteArray *
read_word(const char *line)
{
    GByteArray *word = g_byte_array_new();
    const char *p = strchr(line, '"');

    for (p = p ? p + 1 : ""; *p && *p != '"'; p++) {
        guint8 byte = (guint8)*p;

        if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3]) {
            byte =
                (guint8)(g_ascii_xdigit_value(p[2]) << 4 | g_ascii_xdigit_value(p[3]));
            p += 3;
        } else if (p[0] == '\\' && p[1]) {
            byte = (guint8) * ++p;
        }
        g_byte_array_append(word, &byte, 1);
    }
    return word;
}

static GPtrArray *
read_words(const char *file)
{
    GPtrArray *words =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    g_autoptr(GError) error = NULL;

    if (!g_file_get_contents(file, &text, NULL, &error))
        g_error("%s", error->message);
    lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        if (strchr(lines[i], '"'))
            g_ptr_array_add(words, read_word(lines[i]));
    return words;
}

/* Mostly words, now and then a byte of any kind or the words so far once more. */
static void
add_piece(GRand *dice, const GPtrArray *words, GByteArray *input)
{
    gint32 choice = g_rand_int_range(dice, 0, 20);
    guint8 byte = (guint8)g_rand_int_range(dice, 0, 256);

    if (choice == 0) {
        g_byte_array_append(input, &byte, 1);
    } else if (choice == 1 && input->len > 0) {
        g_autoptr(GByteArray) again = g_byte_array_new();

        g_byte_array_append(again, input->data, input->len);
        g_byte_array_append(input, again->data, again->len / 2);
    } else {
        gint32 which = g_rand_int_range(dice, 0, (gint32)words->len);
        const GByteArray *word = words->pdata[which];

        g_byte_array_append(input, word->data, word->len);
    }
}

/* A word, or nothing, in the place of some bytes of the seed. */
static void
change_seed(GRand *dice, const GPtrArray *words, const char *seed, gsize size)
{
    g_autoptr(GByteArray) input = g_byte_array_new();
    gsize start = (gsize)g_rand_int_range(dice, 0, (gint32)size + 1);
    gsize wanted = (gsize)g_rand_int_range(dice, 0, 8);
    gsize skipped = MIN(wanted, size - start);

    g_byte_array_append(input, (const guint8 *)seed, (guint)start);
    add_piece(dice, words, input);
    g_byte_array_append(input, (const guint8 *)seed + start + skipped,
                        (guint)(size - start - skipped));
    (void)LLVMFuzzerTestOneInput(input->data, input->len);
}

static void
try_seeds(GRand *dice, const GPtrArray *words, const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) seeds = g_dir_open(folder, 0, &error);
    const char *name;

    if (!seeds)
        g_error("%s", error->message);
    while ((name = g_dir_read_name(seeds))) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_autofree char *seed = NULL;
        gsize size;

        if (!g_file_get_contents(file, &seed, &size, &error))
            g_error("%s", error->message);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)seed, size);
        for (int i = 0; i < TURNS_OF_A_SEED; i++)
            change_seed(dice, words, seed, size);
    }
}

int
main(int argc, char **argv)
{
    g_autoptr(GPtrArray) words = argc > 1 ? read_words(argv[1]) : NULL;
    GRand *dice = g_rand_new_with_seed(1);

    if (!words || words->len == 0)
        return 1;
    for (int i = 0; i < INPUTS; i++) {
        g_autoptr(GByteArray) input = g_byte_array_new();
        gint32 pieces = g_rand_int_range(dice, 1, WORDS_MAX);

        while (pieces-- > 0)
            add_piece(dice, words, input);
        (void)LLVMFuzzerTestOneInput(input->data, input->len);
    }
    if (argc > 2)
        try_seeds(dice, words, argv[2]);
    g_rand_free(dice);
    return 0;
}
