/* postroom doctor: what works, and how to mend what does not. Changes nothing. */
#include "cli/doctor.h"

#include <glib/gi18n.h>

#include "cli/cli.h"
#include "deliver/deliver.h"

static int
examine(const CommonOptions *options, bool probes)
{
    g_autoptr(Config) config = NULL;
    g_autoptr(Findings) findings = NULL;
    g_autofree char *counts = NULL;
    int code;

    config = options_load_config(options, &code);
    if (!config)
        return code;
    deliver_init();
    findings = findings_new(options->json);
    counts = g_strdup_printf(_("%s: %u mailboxes, %u webhooks"), config->file,
                             config->mailboxes->len, config->webhooks->len);
    findings_tell(findings,
                  &(Finding){"configuration", "read", FINDING_GOOD, counts, NULL});
    doctor_machine(findings, config, options->resolver);
    doctor_mailboxes(findings, config);
    doctor_webhooks(findings, config, probes);
    return findings_end(findings);
}

int
cli_doctor(int argc, char **argv)
{
    gboolean probes = FALSE;
    const GOptionEntry own[] = {{"webhooks", 0, 0, G_OPTION_ARG_NONE, &probes,
                                 "post a signed webhook.test to each webhook, too",
                                 NULL},
                                G_OPTION_ENTRY_NULL};
    g_auto(CommonOptions) options = {0};
    int code;

    if (!options_parse(&options, argc, argv, "",
                       "Connects to every mailbox, resolver and webhook; says what "
                       "works and how to mend what does not. Changes nothing.",
                       own, &code))
        return code;
    if (options.rest[0])
        return options_usage("doctor", "it takes no words");
    return examine(&options, probes);
}
