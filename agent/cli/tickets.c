/* postroom tickets: what was filed, and what belongs to it. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "base/fault.h"
#include "cli/options.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"
#include "cli/verb.h"

enum {
    USUAL_LINES = 1000,
    MOST_LINES = 1000000000
};

typedef struct Filing {
    const CommonOptions *options;
    TicketFilter filter; /* also what `set` sets */
    gint64 most;         /* lines of a list; 0: all */
    gboolean csv;
} Filing;

static const TableColumn list_columns[] = {{"number", NULL, 8, 0},
                                           {"status", NULL, 8, 0},
                                           {"priority", NULL, 8, 4},
                                           {"kind", NULL, 14, 3},
                                           {"department", NULL, 16, 5},
                                           {"assignee", NULL, 16, 6},
                                           {"requester", NULL, 40, 0},
                                           {"messages", "mails", 8, 7},
                                           {"created_at", "created", 16, 1},
                                           {"subject", NULL, 0, 0},
                                           {0}};

static const TableColumn ticket_fields[] = {
    {"number", "ticket", 0, 0},
    {"subject", NULL, 0, 0},
    {"status", NULL, 0, 0},
    {"kind", NULL, 0, 0},
    {"label", NULL, 0, 0},
    {"priority", NULL, 0, 0},
    {"department", NULL, 0, 0},
    {"assignee", NULL, 0, 0},
    {"requester", NULL, 0, 0},
    {"mailbox", NULL, 0, 0},
    {"language", NULL, 0, 0},
    {"created_at", "created", 0, 0},
    {"updated_at", "updated", 0, 0},
    {"unanswered_since", "waits since", 0, 0},
    {"first_response_seconds", "answered after", 0, 0},
    {"first_response_business_seconds", "in office hours", 0, 0},
    {"closed_at", "closed", 0, 0},
    {"merged_into", "merged into", 0, 0},
    {"linked_to", "linked to", 0, 0},
    {0}};

static const TableColumn message_columns[] = {{"id", "message", 8, 0},
                                              {"direction", "way", 9, 0},
                                              {"received_at", "received", 16, 0},
                                              {"sender", NULL, 32, 0},
                                              {"label", NULL, 14, 2},
                                              {"verdict", NULL, 15, 3},
                                              {"attachments", "attached", 8, 4},
                                              {"subject", NULL, 0, 0},
                                              {0}};

static const TableColumn step_columns[] = {
    {"at", "when", 16, 0},      {"kind", "step", 9, 0}, {"actor", "by", 24, 0},
    {"message", NULL, 8, 2},    {"field", NULL, 12, 0}, {"old_value", "from", 24, 0},
    {"new_value", "to", 24, 0}, {"rule", NULL, 0, 1},   {0}};

static StoreTable *
read_tickets(const Filing *filing, StoreReader **reader, int *code)
{
    g_autoptr(GError) error = NULL;
    StoreTable *tickets;

    *reader = options_open_reader(filing->options, code);
    if (!*reader)
        return NULL;
    tickets = store_read_tickets(*reader, &filing->filter, &error);
    if (!tickets)
        *code = options_fail(error);
    return tickets;
}

/* Nobody reads a million lines; who wants them says so. One more than is shown was
 * read, so it is known whether there are more. */
static void
tell_limit(const Filing *filing, StoreTable *tickets)
{
    gint64 most = filing->most;

    if (filing->filter.most == 0 || tickets->rows->len < filing->filter.most)
        return;
    g_ptr_array_remove_index(tickets->rows, 0); /* the oldest */
    (void)fprintf(stderr,
                  _("postroom: the %ld newest; there are more: --limit N, or --limit 0 "
                    "for all\n"),
                  (long)most);
}

static const char *
label_at(int at)
{
    return at < LABEL_COUNT ? label_name((Label)at) : NULL;
}

static const char *
status_at(int at)
{
    return at <= STATUS_MERGED ? ticket_status_name((TicketStatus)at) : NULL;
}

static const char *
priority_at(int at)
{
    return at <= PRIORITY_URGENT ? priority_name((Priority)at) : NULL;
}

/* A misspelt filter would find nothing and look like an answer. */
static bool
check_name(const char *option, const char *name, const char *(*name_at)(int at))
{
    g_autoptr(GString) known = g_string_new(NULL);
    g_autofree char *trouble = NULL;

    for (int i = 0; name && name_at(i); i++) {
        if (g_str_equal(name_at(i), name))
            return true;
        g_string_append_printf(known, "%s%s", i ? ", " : "", name_at(i));
    }
    if (!name)
        return true;
    trouble = g_strdup_printf("%s '%s' is none of %s", option, name, known->str);
    (void)options_usage("tickets", trouble);
    return false;
}

static int
list_tickets(void *self, char *const *arguments)
{
    const Filing *filing = self;
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) tickets = NULL;
    int code;

    (void)arguments;
    if (!check_name("--priority", filing->filter.priority, priority_at))
        return EX_USAGE;
    tickets = read_tickets(filing, &reader, &code);
    if (!tickets)
        return code;
    tell_limit(filing, tickets);
    if (filing->csv)
        table_print_csv(tickets);
    else if (filing->options->json)
        table_print_json(tickets);
    else
        table_print(tickets, list_columns);
    return print_end();
}

static int
export_tickets(void *self, char *const *arguments)
{
    Filing *filing = self;

    filing->csv = !filing->options->json;
    filing->filter.most = 0; /* all, whatever the limit of a list */
    return list_tickets(self, arguments);
}

static int
show_ticket(void *self, char *const *arguments)
{
    Filing *filing = self;
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) ticket = NULL;
    g_autoptr(StoreTable) messages = NULL;
    g_autoptr(StoreTable) steps = NULL;
    g_autoptr(GError) error = NULL;
    int code;

    if (!verb_number("tickets", arguments[0], &filing->filter.number))
        return EX_USAGE;
    ticket = read_tickets(filing, &reader, &code);
    if (!ticket)
        return code;
    if (ticket->rows->len == 0) {
        g_set_error(&error, FAULT, FAULT_MESSAGE, "there is no ticket %s",
                    arguments[0]);
        return options_fail(error);
    }
    messages = store_read_ticket_messages(reader, filing->filter.number, &error);
    steps = messages ? store_read_ticket_steps(reader, filing->filter.number, &error)
                     : NULL;
    if (!steps)
        return options_fail(error);
    if (filing->options->json) {
        records_nest(ticket, "conversation", messages);
        records_nest(ticket, "history", steps);
        table_print_json(ticket);
        return print_end();
    }
    table_print_fields(ticket, 0, ticket_fields);
    (void)putchar('\n');
    table_print(messages, message_columns);
    (void)putchar('\n');
    table_print(steps, step_columns);
    return print_end();
}

static int
change_ticket(Filing *filing, const char *const *words, char *const *number)
{
    g_autofree char *answer = NULL;
    int code = order_run(filing->options, words, &answer);

    return code ? code : show_ticket(filing, number);
}

static int
set_ticket(void *self, char *const *arguments)
{
    Filing *filing = self;
    TicketFilter wanted = filing->filter;
    const struct {
        const char *field, *value;
    } pairs[] = {{"status", wanted.status},
                 {"assignee", wanted.assignee},
                 {"priority", wanted.priority},
                 {"department", wanted.department}};
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_auto(GStrv) all = NULL;

    if (!verb_number("tickets", arguments[0], &filing->filter.number))
        return EX_USAGE;
    g_strv_builder_add_many(words, "tickets set", arguments[0], NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (pairs[i].value)
            g_strv_builder_add_many(words, pairs[i].field, pairs[i].value, NULL);
    all = g_strv_builder_end(words);
    if (g_strv_length(all) == 2)
        return options_usage("tickets", "'set' wants --status, --assignee, --priority "
                                        "or --department");
    filing->filter = (TicketFilter){.since = TIME_NONE};
    return change_ticket(filing, (const char *const *)all, arguments);
}

static int
merge_ticket(void *self, char *const *arguments)
{
    Filing *filing = self;
    const char *const words[] = {"tickets merge", arguments[0], arguments[1], NULL};
    int64_t number;

    if (!verb_number("tickets", arguments[0], &number) ||
        !verb_number("tickets", arguments[1], &number))
        return EX_USAGE;
    return change_ticket(filing, words, arguments);
}

static const Verb ticket_verbs[] = {
    {"list", NULL, 0, list_tickets},     {"show", "N", 1, show_ticket},
    {"set", "N", 1, set_ticket},         {"merge", "N INTO", 2, merge_ticket},
    {"export", NULL, 0, export_tickets}, {0}};

int
cli_tickets(int argc, char **argv)
{
    g_autofree char *label = NULL;
    g_autofree char *status = NULL;
    g_autofree char *department = NULL;
    g_autofree char *sender = NULL;
    g_autofree char *since = NULL;
    g_autofree char *assignee = NULL;
    g_autofree char *priority = NULL;
    g_auto(CommonOptions) options = {0};
    Filing filing = {
        .options = &options, .filter = {.since = TIME_NONE}, .most = USUAL_LINES};
    const GOptionEntry own[] = {
        {"label", 0, 0, G_OPTION_ARG_FILENAME, &label, "support, lead, ...", "LABEL"},
        {"status", 0, 0, G_OPTION_ARG_FILENAME, &status,
         "open, waiting, closed, reopened, ...", "STATUS"},
        {"department", 0, 0, G_OPTION_ARG_FILENAME, &department, "that has it", "NAME"},
        {"since", 0, 0, G_OPTION_ARG_FILENAME, &since, "created at or after, ISO 8601",
         "TIME"},
        {"sender", 0, 0, G_OPTION_ARG_FILENAME, &sender,
         "who asked: an address, or part of one", "ADDRESS"},
        {"assignee", 0, 0, G_OPTION_ARG_FILENAME, &assignee,
         "who has it; '' for nobody", "NAME"},
        {"priority", 0, 0, G_OPTION_ARG_FILENAME, &priority,
         "low, normal, high, urgent", "PRIORITY"},
        {"limit", 0, 0, G_OPTION_ARG_INT64, &filing.most,
         "of list: the newest N (1000); 0 for all", "N"},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &filing.csv, "for a spreadsheet", NULL},
        G_OPTION_ENTRY_NULL};
    int code;

    if (!options_parse(&options, argc, argv, "[list|show N|set N|merge N INTO|export]",
                       "Lists tickets, shows one with its messages, changes its "
                       "status, assignee, priority or department, merges it into "
                       "another, exports all as CSV (or with --json).",
                       own, &code))
        return code;
    if (since && !clock_parse(since, &filing.filter.since))
        return options_usage("tickets", "--since is not an ISO 8601 date or time");
    if (filing.most < 0 || filing.most >= MOST_LINES)
        return options_usage("tickets", "--limit is not a number from 0");
    filing.filter.most = filing.most ? filing.most + 1 : 0;
    filing.filter.label = label;
    filing.filter.status = status;
    filing.filter.department = department;
    filing.filter.sender = sender;
    filing.filter.assignee = assignee;
    filing.filter.priority = priority;
    if (!check_name("--label", label, label_at) ||
        !check_name("--status", status, status_at))
        return EX_USAGE;
    return verb_run("tickets", options.rest, ticket_verbs, &filing);
}
