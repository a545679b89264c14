/* postroom: a table of subcommands. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/cli.h"

typedef struct Command {
    const char *name;
    const char *does; /* NULL: not for people */
    int (*run)(int argc, char **argv);
} Command;

static const Command commands[] = {
    {"run", N_("the daemon; --once for one pass"), cli_run},
    {"check", N_("validates the configuration"), cli_check},
    {"init", N_("writes a first postroom.yaml"), cli_init},
    {"doctor", N_("what works, and how to mend what does not"), cli_doctor},
    {"explain", N_("says what the sorter finds in a mail, and why"), cli_explain},
    {"auth", N_("judges one mechanism alone: spf, dkim, arc, dmarc, results"),
     cli_auth},
    {"evaluate", N_("measures the text model on labelled texts"), cli_evaluate},
    {"train", N_("learns a text model from labelled texts"), cli_train},
    {"mailboxes", N_("state, lag and last error of each mailbox"), cli_mailboxes},
    {"tickets", N_("lists and shows tickets"), cli_tickets},
    {"message", N_("shows a message, its raw bytes, an attachment"), cli_message},
    {"correct", N_("says what a message was"), cli_correct},
    {"held", N_("mail no sorter could read: sort again, file, drop"), cli_held},
    {"search", N_("finds words in what people wrote"), cli_search},
    {"senders", N_("whom we trust, and whom not"), cli_senders},
    {"campaign", N_("what was sent in our name, and what came of it"), cli_campaign},
    {"stats", N_("volume, first response, top senders"), cli_stats},
    {"erase", N_("forgets a person, to the last byte"), cli_erase},
    {"backup", N_("copies the database while the daemon works"), cli_backup},
    {"rules", N_("what the rules would do, and would have done"), cli_rules},
    {"webhooks", N_("health of each webhook"), cli_webhooks},
    {"login", N_("lets Postroom into a mailbox by OAuth2"), cli_login},
    {"sort", NULL, cli_sort},
};

static int
print_help(FILE *out, int code)
{
    (void)fprintf(out, "%s\n\n", _("usage: postroom COMMAND [-c FILE] [--json] ..."));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].does)
            (void)fprintf(out, "  %-10s %s\n", commands[i].name, _(commands[i].does));
    (void)fprintf(
        out, "\n%s\n%s\n",
        _("A first mailbox: 'postroom init', 'postroom doctor', 'postroom run'."),
        _("'postroom COMMAND --help' tells more, with examples."));
    return code;
}

/* Before any thread: signals are for sigwait alone; a vanished reader of stdout or a
 * socket is an error code, not a death. */
static void
block_signals(void)
{
    sigset_t waited;

    sigemptyset(&waited);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGINT);
    sigaddset(&waited, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &waited, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* `postroom --resolver 127.0.0.1@5300 explain` means `postroom explain --resolver ...`:
 * moves the command in front of the options that stand before it. */
static void
put_command_first(int argc, char **argv)
{
    static const char *const with_value[] = {"-c", "--config", "--resolver"};
    int at = 1;
    char *command;

    while (at < argc && argv[at][0] == '-') {
        bool takes_value = false;

        for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
            takes_value = takes_value || strcmp(argv[at], with_value[i]) == 0;
        at += takes_value ? 2 : 1;
    }
    if (at >= argc)
        return;
    command = argv[at];
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    argv[1] = command;
}

int
main(int argc, char **argv)
{
    cli_choose_tongue();
    if (argc < 2)
        return print_help(stderr, EX_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return print_help(stdout, EX_OK);
    if (strcmp(argv[1], "--version") == 0)
        return printf("postroom %s\n", POSTROOM_VERSION) > 0 ? EX_OK : EX_IOERR;
    put_command_first(argc, argv);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (strcmp(argv[1], "run") == 0)
            block_signals();
        return commands[i].run(argc - 1, argv + 1);
    }
    (void)fprintf(stderr, _("postroom: no command '%s'\n"), argv[1]);
    return print_help(stderr, EX_USAGE);
}
