/* The suites of ../shared/data/auth as cases: what suite_cases.py writes, read back. */
#pragma once

#include "sort/auth/auth.h"

#include "zone.h"

typedef struct Case {
    char *id;
    Zone *zone;
    GHashTable *values; /* key -> GStrv of its tokens */
} Case;

typedef struct Suite {
    const char *name;
    size_t floor;
    bool (*passes)(const Case *test, char **got);
} Suite;

static inline void
case_free(Case *test)
{
    g_free(test->id);
    zone_free(test->zone);
    g_hash_table_unref(test->values);
    g_free(test);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

static inline void
free_strv(void *words)
{
    g_strfreev(words);
}

static inline Case *
case_new(char *id)
{
    Case *test = g_new0(Case, 1);

    test->id = id;
    test->zone = zone_new();
    test->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_strv);
    return test;
}

static inline char *
suite_path(const char *name)
{
    const char *folder = g_getenv("POSTROOM_DATA");
    g_autofree char *file = g_strdup_printf("%s.jsonl", name);

    if (folder)
        return g_build_filename(folder, "auth", file, NULL);
    return g_build_filename(TEST_FOLDER, "../../../../../shared/data/auth", file, NULL);
}

static inline char *
suite_lines(const char *path)
{
    g_autofree char *script = g_build_filename(TEST_FOLDER, "suite_cases.py", NULL);
    char python[] = "/usr/bin/python3";
    char *file = g_strdup(path);
    char *arguments[] = {python, script, file, NULL};
    char *out = NULL;
    int status = 0;

    g_assert_true(
        g_spawn_sync(NULL, arguments, NULL, 0, NULL, NULL, &out, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    g_free(file);
    return out;
}

static inline void
add_line(Case *test, char **tokens)
{
    guint count = g_strv_length(tokens);

    for (guint i = 1; i < count; i++) {
        char *plain = g_uri_unescape_string(tokens[i], NULL);

        g_free(tokens[i]);
        tokens[i] = plain ? plain : g_strdup("");
    }
    if (strcmp(tokens[0], "dns") == 0)
        zone_add(test->zone, tokens[1], tokens[2], count > 3 ? tokens[3] : NULL);
    else
        g_hash_table_insert(test->values, g_strdup(tokens[0]), g_strdupv(tokens + 1));
}

static inline size_t
run_cases(const Suite *suite, const char *lines, size_t *cases, GString *differing)
{
    g_auto(GStrv) all = g_strsplit(lines, "\n", -1);
    g_autoptr(Case) test = NULL;
    size_t passed = 0;

    for (size_t i = 0; all[i]; i++) {
        g_auto(GStrv) tokens = g_strsplit(all[i], " ", -1);

        if (!tokens[0] || !*tokens[0])
            continue;
        if (strcmp(tokens[0], "case") == 0) {
            test = case_new(g_uri_unescape_string(tokens[1], NULL));
        } else if (strcmp(tokens[0], "end") == 0) {
            g_autofree char *got = NULL;

            (*cases)++;
            if (suite->passes(test, &got))
                passed++;
            else
                g_string_append_printf(differing, "\n#   %s: %s", test->id, got);
            g_clear_pointer(&test, case_free);
        } else {
            add_line(test, tokens);
        }
    }
    return passed;
}
