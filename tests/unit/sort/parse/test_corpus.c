/* Mail that others collected: none of it may kill the reader or come out as anything
 * but UTF-8. Every file in a child of its own would be slow, so one child reads many
 *. POSTROOM_LONG reads all, not one in four. */
#include "mail_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

enum {
    BATCH = 100,
    SECONDS_OF_BATCH = 60
};

static void
collect(const char *folder, GPtrArray *files)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            collect(path, files);
        else if (!g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".tsv"))
            g_ptr_array_add(files, g_steal_pointer(&path));
    }
}

static bool
is_clean(const char *text)
{
    return !text || g_utf8_validate(text, -1, NULL);
}

static bool
is_whole(const Reading *reading)
{
    const Message *message = &reading->message;

    return is_clean(message->text) && is_clean(message->html) &&
           is_clean(message->subject) && is_clean(message->reply_text) &&
           is_clean(message->quoted_text) && is_clean(message->signature_text) &&
           is_clean(message->from.name) && is_clean(message->from.address) &&
           (!message->text || !*message->text || (message->reply_text != NULL));
}

/* The shape's own passage refuses anything that is not UTF-8, in any field. */
static bool
passes_the_border(const Reading *reading)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(Reading) copy = shape_new(&reading_shape);
    g_autoptr(GError) error = NULL;

    shape_write(&reading_shape, reading, bytes);
    return shape_read(&reading_shape, copy, bytes->data, bytes->len, &error);
}

static void
read_files(GPtrArray *files, guint from, guint to, guint step)
{
    parse_init();
    (void)alarm(SECONDS_OF_BATCH); /* ends this child */
    for (guint i = from; i < to; i += step) {
        g_autofree char *bytes = NULL;
        gsize size = 0;

        if (!g_file_get_contents(files->pdata[i], &bytes, &size, NULL))
            continue;
        g_autoptr(Reading) reading = read_bytes(bytes, size);

        if (!is_whole(reading) || !passes_the_border(reading)) {
            g_printerr("# not whole: %s\n", (char *)files->pdata[i]);
            _exit(2);
        }
    }
    _exit(0);
}

static void
every_mail_is_read(gconstpointer name)
{
    g_autofree char *shared = shared_folder();
    g_autofree char *folder =
        shared ? g_build_filename(shared, "classify", (const char *)name, NULL) : NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    guint step = g_getenv("POSTROOM_LONG") ? 1 : 4;

    if (!folder || !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_test_skip("the shared corpus is not here");
        return;
    }
    collect(folder, files);
    for (guint from = 0; from < files->len; from += BATCH) {
        int status = 0;
        pid_t child = fork();

        g_assert_cmpint(child, >=, 0);
        if (child == 0)
            read_files(files, from, MIN(from + BATCH, files->len), step);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            g_test_message("in the batch from %s", (char *)files->pdata[from]);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/parse/corpus/mime-torture", "mime_torture",
                         every_mail_is_read);
    g_test_add_data_func("/parse/corpus/hostile", "mail_hostile", every_mail_is_read);
    g_test_add_data_func("/parse/corpus/mail", "mail", every_mail_is_read);
    g_test_add_data_func("/parse/corpus/replies", "replystrip", every_mail_is_read);
    return g_test_run();
}
