/* postroom rules: what would they do? Writes nothing. */
#include "cli/rules.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/mbox.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "event/event.h"
#include "sorters/sorters.h"

enum {
    MOST_FILE_BYTES = 1 << 30
};

typedef struct RulesOptions {
    CommonOptions common; /* first: every verb gets these */
    char *mailbox, *received_at, *since;
} RulesOptions;

/* One mail after the other, as its mailbox would have it. */
typedef struct RulesTrial {
    const CommonOptions *options;
    const Config *config;
    const MailboxConfig *mailbox;
    SortSettings *settings;
    Sorters *sorters;
    int code;
} RulesTrial;

char *
rules_condition(const RuleTest *decided)
{
    GString *text = g_string_new(decided ? decided->field : "always");

    for (guint i = 0; decided && i < decided->values->len; i++)
        g_string_append_printf(text, "%s%s", i ? " | " : ": ",
                               ((const RuleValue *)decided->values->pdata[i])->text);
    return g_string_free(text, FALSE);
}

/* In the house's place: the mail belongs to no ticket, its sender has no history. */
static Label
label_before_rules(const Mail *mail, const Facts *facts, const RouteSettings *settings)
{
    RouteSettings without = *settings;
    g_autoptr(Related) related = related_new();
    g_autoptr(Placement) placement = NULL;

    without.rules = NULL;
    placement = route_place(mail, facts, related, &without);
    return placement->classification.label;
}

static StoreTable *
table_of_rules(const GArray *tried)
{
    static const char *const columns[] = {"rule", "matches", "decided", NULL};
    StoreTable *table = records_new(columns, "matches");

    for (guint i = 0; i < tried->len; i++) {
        const RouteTried *one = &g_array_index(tried, RouteTried, i);
        g_autofree char *decided = rules_condition(one->decided);

        records_add(
            table, (const char *const[]){one->rule->name,
                                         one->answer == RULE_MATCHES ? "true" : "false",
                                         decided, NULL});
    }
    return table;
}

static char *
truth(bool is_true)
{
    return g_strdup(is_true ? "true" : "false");
}

static bool
is_done(const Placement *placement, const char *action)
{
    for (guint i = 0; i < list_length(placement->route.actions); i++)
        if (g_str_equal(placement->route.actions->pdata[i], action))
            return true;
    return false;
}

static void
print_record(const char *file, Label label, const Placement *placement,
             const StoreTable *rules)
{
    static const char *const columns[] = {
        "file",      "label",        "department",   "priority", "assignee",
        "tags_json", "hold",         "spam",         "close",    "move",
        "event",     "forward_json", "actions_json", NULL};
    char *values[] = {g_strdup(file),
                      g_strdup(label_name(label)),
                      g_strdup(placement->route.department),
                      g_strdup(priority_name(placement->priority)),
                      g_strdup(placement->assignee),
                      event_write_texts(placement->tags),
                      truth(placement->held_because),
                      truth(is_done(placement, "spam=yes")),
                      truth(placement->closes),
                      g_strdup(placement->move_to),
                      g_strdup(placement->is_silent ? "off" : NULL),
                      event_write_texts(placement->forwards),
                      event_write_texts(placement->route.actions)};
    g_autoptr(StoreTable) told = records_new(columns, "hold spam close");
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        g_ptr_array_add(row, values[i]);
    g_ptr_array_add(told->rows, row);
    records_nest(told, "rules", rules);
    table_print_json(told);
}

static void
print_account(const char *file, Label label, const Placement *placement,
              const StoreTable *rules)
{
    print_field("file", file);
    print_field("label", label_name(label));
    for (guint i = 0; i < rules->rows->len; i++) {
        bool matches = g_str_equal(records_value(rules, i, "matches"), "true");
        g_autofree char *line = g_strdup_printf("%s %s (%s)", matches ? "+" : "-",
                                                records_value(rules, i, "rule"),
                                                records_value(rules, i, "decided"));

        print_field(i ? "" : "rules", line);
    }
    print_field("department", placement->route.department);
    print_field("priority", priority_name(placement->priority));
    for (guint i = 0; i < list_length(placement->route.actions); i++)
        print_field(i ? "" : "actions", placement->route.actions->pdata[i]);
    (void)putchar('\n');
}

static void
try_rules(const RulesTrial *trial, const char *file, const Mail *mail,
          const Facts *facts)
{
    const RouteSettings settings = {.rules = trial->config->rules,
                                    .our_domains = trial->config->our_domains,
                                    .campaign_headers = trial->config->campaign_headers,
                                    .department = trial->mailbox->department};
    const RouteTrial asked = {.mail = mail,
                              .facts = facts,
                              .label = label_before_rules(mail, facts, &settings)};
    g_autoptr(GArray) tried = g_array_new(FALSE, FALSE, sizeof(RouteTried));
    g_autoptr(Placement) placement = route_try(&asked, &settings, tried);
    g_autoptr(StoreTable) rules = table_of_rules(tried);

    if (trial->options->json)
        print_record(file, asked.label, placement, rules);
    else
        print_account(file, asked.label, placement, rules);
}

static void
try_file(RulesTrial *trial, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mails = mbox_read(file, MOST_FILE_BYTES, &error);

    if (!mails)
        trial->code = options_fail(error);
    for (guint i = 0; mails && i < mails->len; i++) {
        g_autoptr(GError) fault = NULL;
        g_autoptr(Facts) facts = sorters_finish(
            sorters_begin(trial->sorters, mails->pdata[i], trial->settings), &fault);
        g_autoptr(Mail) mail =
            mail_new(&trial->settings->origin, g_bytes_ref(mails->pdata[i]));

        if (facts) {
            try_rules(trial, file, mail, facts);
        } else {
            (void)options_fail(fault);
            trial->code = EX_DATAERR;
        }
    }
}

/* As the house does that the configuration names. */
static bool
start_sorters(RulesTrial *trial, Resolver *resolver, GError **error)
{
    const SortersSettings sorting = {.count = 1};
    g_autoptr(Lessons) lessons =
        options_read_lessons(trial->options, sorters_lesson_version());
    LearnReport report = {0};
    bool done;

    trial->sorters = sorters_new(&sorting, resolver, error);
    done = trial->sorters && sorters_teach(trial->sorters, lessons, &report, error);
    learn_report_clear(&report);
    return done;
}

static int
try_all(RulesTrial *trial, char *const *files)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) resolver = options_open_resolver(trial->options, &error);
    int written;

    if (!resolver || !start_sorters(trial, resolver, &error)) {
        sorters_free(trial->sorters);
        return options_fail(error);
    }
    for (; *files; files++)
        try_file(trial, *files);
    sorters_free(trial->sorters);
    written = print_end();
    return trial->code ? trial->code : written;
}

static int
test_rules(void *self, char *const *arguments)
{
    const RulesOptions *options = self;
    int code = EX_OK;
    g_autoptr(Config) config = options_load_config(&options->common, &code);
    g_autoptr(SortSettings) settings = NULL;
    RulesTrial trial = {.options = &options->common, .config = config};

    if (!config)
        return code;
    if (!*arguments)
        return options_usage("rules", "'test' takes a file, or - for standard input");
    if (!options->mailbox && config->mailboxes->len != 1)
        return options_usage("rules", "there are several mailboxes: name one with "
                                      "--mailbox");
    trial.mailbox = options->mailbox
                        ? options_find_mailbox(config, "rules", options->mailbox)
                        : config->mailboxes->pdata[0];
    if (!trial.mailbox)
        return EX_USAGE;
    settings = config_sort_settings(config, trial.mailbox);
    settings->origin.received_at = clock_now_s();
    if (options->received_at &&
        !clock_parse(options->received_at, &settings->origin.received_at))
        return options_usage("rules", "--received-at is not an ISO 8601 time");
    trial.settings = settings;
    return try_all(&trial, arguments);
}

static int
dry_run(void *self, char *const *arguments)
{
    const RulesOptions *options = self;
    int64_t since_s;

    (void)arguments;
    if (!options->since)
        return options_usage("rules", "'dry-run' takes --since DATE");
    if (!clock_parse(options->since, &since_s))
        return options_usage("rules", "--since is a date or a time, ISO 8601");
    return rules_dry_run(&options->common, since_s);
}

static const Verb rules_verbs[] = {
    {"test", "FILE...", VERB_ANY, test_rules}, {"dry-run", NULL, 0, dry_run}, {0}};

int
cli_rules(int argc, char **argv)
{
    RulesOptions options = {0};
    const GOptionEntry own[] = {
        {"mailbox", 0, 0, G_OPTION_ARG_STRING, &options.mailbox,
         "of test: as mail of this configured mailbox", "NAME"},
        {"received-at", 0, 0, G_OPTION_ARG_STRING, &options.received_at,
         "of test: when it arrived, ISO 8601; default now", "TIME"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &options.since,
         "of dry-run: all mail that came in since then", "DATE"},
        G_OPTION_ENTRY_NULL};
    int code;

    if (options_parse(
            &options.common, argc, argv, "[test FILE...|dry-run]",
            "What the rules would do with a mail, and why; what today's rules "
            "would have done otherwise with past mail. Writes nothing.",
            own, &code))
        code = verb_run("rules", options.common.rest, rules_verbs, &options);
    options_clear(&options.common);
    g_free(options.mailbox);
    g_free(options.received_at);
    g_free(options.since);
    return code;
}
