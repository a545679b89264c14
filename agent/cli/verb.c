#include "cli/verb.h"

#include <glib/gi18n.h>

#include "cli/options.h"

static char *
all_verbs(const Verb *verbs)
{
    GString *text = g_string_new(NULL);

    for (const Verb *verb = verbs; verb->name; verb++)
        g_string_append_printf(text, "%s'%s%s%s'", verb == verbs ? "" : ", ",
                               verb->name, verb->argument_count ? " " : "",
                               verb->argument_count ? verb->argument : "");
    return g_string_free(text, FALSE);
}

static int
refuse(const char *command, const char *trouble, const Verb *verbs)
{
    g_autofree char *known = all_verbs(verbs);
    g_autofree char *text = g_strdup_printf(_("%s; there is %s"), trouble, known);

    return options_usage(command, text);
}

int
verb_run(const char *command, char *const *words, const Verb *verbs, void *self)
{
    const Verb *verb = verbs;
    int count = 0;

    while (*words && verb->name && !g_str_equal(verb->name, *words))
        verb++;
    if (!verb->name) {
        g_autofree char *trouble = g_strdup_printf(_("there is no '%s'"), *words);

        return refuse(command, trouble, verbs);
    }
    if (*words)
        words++;
    while (words[count])
        count++;
    if (verb->argument_count != VERB_ANY && count != verb->argument_count) {
        g_autofree char *trouble = g_strdup_printf(
            _("'%s' takes %s"), verb->name,
            verb->argument_count ? verb->argument : _("no further word"));

        return refuse(command, trouble, verbs);
    }
    return verb->run(self, words);
}

bool
verb_number(const char *command, const char *word, int64_t *number)
{
    g_autofree char *trouble = NULL;

    if (g_ascii_string_to_signed(word, 10, 1, G_MAXINT64, number, NULL))
        return true;
    trouble = g_strdup_printf(_("'%s' is not a number"), word);
    (void)options_usage(command, trouble);
    return false;
}
