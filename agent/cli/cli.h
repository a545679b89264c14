/* cli: one file a subcommand. Prints records to stdout, faults to stderr, and returns
 * a sysexits code. */
#pragma once

/* English, or what gettext finds for the locale. Before any thread and any text. */
void cli_choose_tongue(void);

/* argv[0] is the subcommand's name. */
int cli_run(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_auth(int argc, char **argv);
int cli_evaluate(int argc, char **argv);
int cli_train(int argc, char **argv);
int cli_correct(int argc, char **argv);
int cli_tickets(int argc, char **argv);
int cli_message(int argc, char **argv);
int cli_search(int argc, char **argv);
int cli_senders(int argc, char **argv);
int cli_campaign(int argc, char **argv);
int cli_stats(int argc, char **argv);
int cli_erase(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_held(int argc, char **argv);
int cli_mailboxes(int argc, char **argv);
int cli_rules(int argc, char **argv);
int cli_webhooks(int argc, char **argv);
int cli_login(int argc, char **argv);
int cli_sort(int argc, char **argv);
