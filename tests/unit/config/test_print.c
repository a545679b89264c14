/* The sample and the schema that lie in the project are those of the table of keys. */
#include "scratch.h"

#include <string.h>

static char *
project_file(const char *name)
{
    g_autofree char *file = g_build_filename(TEST_FOLDER, "../../..", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    (void)g_file_get_contents(file, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static void
example_file_is_the_sample(void)
{
    g_autofree char *kept = project_file("config/postroom.example.yaml");
    g_autofree char *sample = config_sample();

    g_assert_cmpstr(sample, ==, kept);
}

static void
schema_file_is_the_schema(void)
{
    g_autofree char *kept = project_file("schema/config.schema.json");
    g_autofree char *schema = config_schema();

    g_assert_cmpstr(schema, ==, kept);
}

static void
man_page_is_the_table(void)
{
    g_autofree char *kept = project_file("docs/postroom.yaml.5");
    g_autofree char *manual = config_manual();

    g_assert_cmpstr(manual, ==, kept);
}

static void
the_sample_loads(void)
{
    g_autofree char *sample = config_sample();
    g_autoptr(Config) config = scratch_config(sample);

    g_assert_cmpuint(config->mailboxes->len, ==, 1);
    g_assert_cmpuint(config->webhooks->len, ==, 1);
    g_assert_cmpuint(config->rules->len, ==, 0);
}

/* With every comment mark taken away only the choice of password or oauth2 is left. */
static void
every_line_of_the_sample_is_sound(void)
{
    g_autofree char *sample = config_sample();
    g_auto(GStrv) lines = g_strsplit(sample, "\n", -1);
    g_autoptr(GString) all_on = g_string_new(NULL);
    g_autofree char *faults = NULL;
    g_auto(GStrv) told = NULL;

    for (char **line = lines + 2; *line; line++) {
        size_t indent = strspn(*line, " ");
        bool is_mark = g_str_has_prefix(*line + indent, "# ");

        g_string_append_printf(all_on, "%.*s%s\n", (int)indent, *line,
                               *line + indent + (is_mark ? 2 : 0));
    }
    faults = scratch_faults(all_on->str);
    told = g_strsplit(faults ? faults : "", "\n", -1);
    for (char **fault = told; *fault; fault++)
        if (!strstr(*fault, "stands beside oauth2"))
            g_error("%s", *fault);
    g_assert_cmpuint(g_strv_length(told), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/example-file", example_file_is_the_sample);
    g_test_add_func("/config/schema-file", schema_file_is_the_schema);
    g_test_add_func("/config/man-page", man_page_is_the_table);
    g_test_add_func("/config/sample-loads", the_sample_loads);
    g_test_add_func("/config/sample-lines", every_line_of_the_sample_is_sound);
    return g_test_run();
}
