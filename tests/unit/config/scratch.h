/* Files that live as long as one test. */
#pragma once

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "config/config.h"

static inline char *
scratch_file(const char *text, mode_t mode)
{
    g_autofree char *folder = g_dir_make_tmp("config-XXXXXX", NULL);
    char *file = g_build_filename(folder, "postroom.yaml", NULL);

    g_assert_true(g_file_set_contents(file, text, -1, NULL));
    g_assert_cmpint(g_chmod(file, mode), ==, 0);
    return file;
}

static inline void
scratch_remove(const char *file)
{
    g_autofree char *folder = g_path_get_dirname(file);

    g_assert_cmpint(g_unlink(file), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* The faults without the folder of the file; NULL when it loads. */
static inline char *
scratch_faults(const char *text)
{
    g_autofree char *file = scratch_file(text, 0600);
    g_autofree char *folder = g_path_get_dirname(file);
    g_autofree char *before = g_strconcat(folder, "/", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(file, &error);
    g_auto(GStrv) parts = NULL;

    scratch_remove(file);
    g_assert_true((config == NULL) == (error != NULL));
    if (!error)
        return NULL;
    g_assert_error(error, FAULT, FAULT_CONFIG);
    parts = g_strsplit(error->message, before, -1);
    return g_strjoinv("", parts);
}

static inline Config *
scratch_config(const char *text)
{
    g_autofree char *file = scratch_file(text, 0600);
    g_autoptr(GError) error = NULL;
    Config *config = config_load(file, &error);

    scratch_remove(file);
    g_assert_no_error(error);
    return config;
}
