/* The language of texts for people. */
#include "cli/cli.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "postroom"

/* As POSIX orders them. */
static const char *
wanted_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);

        if (value && *value)
            return value;
    }
    return "C";
}

/* A container has few locales, often only C.UTF-8; its people speak Spanish all the
 * same. glibc asks LANGUAGE in any locale but C. */
static void
speak(const char *locale)
{
    g_autofree char *language = g_strndup(locale, strcspn(locale, "_.@"));

    if (setlocale(LC_MESSAGES, "") || g_str_equal(language, "C") ||
        g_str_equal(language, "POSIX"))
        return;
    if (setlocale(LC_MESSAGES, "C.UTF-8"))
        (void)g_setenv("LANGUAGE", language, FALSE);
}

/* share/locale beside bin/, wherever that was installed; in a build, beside the
 * program. */
static char *
catalogues(void)
{
    g_autoptr(GError) unknown = NULL; /* then there is English */
    g_autofree char *program = g_file_read_link("/proc/self/exe", &unknown);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
    g_autofree char *beside =
        folder ? g_build_filename(folder, "share", "locale", NULL) : NULL;

    if (!folder || access(beside, F_OK) == 0)
        return g_steal_pointer(&beside);
    return g_build_filename(folder, "..", "share", "locale", NULL);
}

void
cli_choose_tongue(void)
{
    g_autofree char *place = catalogues();

    (void)setlocale(LC_CTYPE, "");
    speak(wanted_locale());
    if (!place)
        return;
    (void)bindtextdomain(DOMAIN, place);
    (void)bind_textdomain_codeset(DOMAIN, "UTF-8");
    (void)textdomain(DOMAIN);
}
