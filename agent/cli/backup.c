/* postroom backup: a copy of the database, while the daemon works or not. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/print.h"

int
cli_backup(int argc, char **argv)
{
    g_auto(CommonOptions) options = {0};
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(GError) error = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "FILE",
                       "Writes a copy of the database as of now, beside a running "
                       "daemon or none. FILE must not be there yet.",
                       NULL, &code))
        return code;
    if (!options.rest[0] || options.rest[1])
        return options_usage("backup", "wants one file");
    reader = options_open_reader(&options, &code);
    if (!reader)
        return code;
    if (!store_back_up(reader, options.rest[0], &error))
        return options_fail(error);
    if (!options.json)
        (void)printf("%s\n", options.rest[0]);
    else
        (void)puts("{}");
    return print_end();
}
