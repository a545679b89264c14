#include "cli/order.h"

#include <sysexits.h>

#include "daemon/daemon.h"

int
order_run(const CommonOptions *options, const char *const *words, char **answer)
{
    int code = EX_OK;
    g_autoptr(Config) config = options_load_config(options, &code);
    g_autoptr(GError) error = NULL;

    if (!config)
        return code;
    if (!daemon_order(config, words, answer, &error))
        return options_fail(error);
    return EX_OK;
}
