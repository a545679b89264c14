#include "cli/cli.h"

#include <stdio.h>

#include "cli/options.h"
#include "daemon/daemon.h"
#include "deliver/deliver.h"

int
cli_run(int argc, char **argv)
{
    gboolean once = FALSE;
    const GOptionEntry own[] = {{"once", 0, 0, G_OPTION_ARG_NONE, &once,
                                 "one pass over every mailbox, then exit", NULL},
                                G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *file = NULL;
    Config *config;
    int code;

    if (!options_parse(&options, argc, argv, "[--once]",
                       "Collects mail, files tickets, posts webhooks.", own, &code))
        return code;
    config = options_load_config(&options, &code);
    if (!config)
        return code;
    deliver_init();
    file = g_strdup(config->file); /* outlives the configuration it names */
    code =
        daemon_run(config,
                   &(DaemonOptions){
                       .config_file = file, .resolver = options.resolver, .once = once},
                   &error);
    return error ? options_fail(error) : code;
}
