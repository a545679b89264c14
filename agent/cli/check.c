#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"

static int
print(char *text)
{
    bool printed = fputs(text, stdout) >= 0 && fflush(stdout) == 0;

    g_free(text);
    return printed ? EX_OK : EX_IOERR;
}

int
cli_check(int argc, char **argv)
{
    gboolean sample = FALSE;
    gboolean schema = FALSE;
    gboolean manual = FALSE;
    const GOptionEntry own[] = {
        {"sample", 0, 0, G_OPTION_ARG_NONE, &sample, "print a commented sample", NULL},
        {"schema", 0, 0, G_OPTION_ARG_NONE, &schema, "print the JSON Schema", NULL},
        {"manual", 0, 0, G_OPTION_ARG_NONE, &manual, "print the man page, as roff",
         NULL},
        G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(Config) config = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "", "Validates the configuration.", own,
                       &code))
        return code;
    if (*options.rest)
        return options_usage("check", "takes no argument; the file is named by -c");
    if (sample)
        return print(config_sample());
    if (schema)
        return print(config_schema());
    if (manual)
        return print(config_manual());
    config = options_load_config(&options, &code);
    if (!config)
        return code;
    return print(g_strdup_printf(_("%s: good: %u mailboxes, %u webhooks\n"),
                                 config->file, config->mailboxes->len,
                                 config->webhooks->len));
}
