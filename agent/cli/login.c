/* postroom login: a person lets us into a mailbox, once. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"
#include "cli/print.h"
#include "daemon/daemon.h"

static void
invite(const char *url, const char *code, void *self)
{
    g_autofree char *safe_url = print_safe(url);
    g_autofree char *safe_code = print_safe(code);
    const char *user = self;

    (void)printf(_("Open %s\nand enter the code %s\nas %s. Waiting ...\n"), safe_url,
                 safe_code, user);
    (void)fflush(stdout); /* who reads it has to act on it now */
}

int
cli_login(int argc, char **argv)
{
    g_auto(CommonOptions) options = {0};
    g_autoptr(Config) config = NULL;
    g_autoptr(GError) error = NULL;
    const MailboxConfig *mailbox = NULL;
    int code;

    if (!options_parse(&options, argc, argv, "MAILBOX",
                       "Logs in by OAuth2 in a browser anywhere; keeps the refresh "
                       "token beside the database.",
                       NULL, &code))
        return code;
    if (!options.rest[0] || options.rest[1])
        return options_usage("login", "name one mailbox");
    config = options_load_config(&options, &code);
    if (!config)
        return code;
    mailbox = options_find_mailbox(config, "login", options.rest[0]);
    if (!mailbox)
        return EX_USAGE;
    if (!daemon_log_in(config, mailbox, invite, mailbox->user, &error)) {
        g_prefix_error(&error, "mailbox '%s': ", mailbox->name);
        return options_fail(error);
    }
    (void)printf(_("Mailbox '%s' can be read now.\n"), mailbox->name);
    return print_end();
}
