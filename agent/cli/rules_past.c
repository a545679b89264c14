/* Today's rules over yesterday's mail. */
#include "cli/rules.h"

#include <stdio.h>

#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"
#include "event/event.h"

typedef struct DryRun {
    const Config *config;
    bool json;
    int64_t messages, changed, unjudged;
} DryRun;

/* A mail, what was done with it, and what would be done. */
typedef struct Comparison {
    const StorePast *past;
    const char *because; /* it cannot be judged; NULL: it can */
    GPtrArray *then_rules, *then_actions;
    const GPtrArray *rules, *actions;
} Comparison;

static bool
has_text(const GPtrArray *texts, const char *text)
{
    return texts && g_ptr_array_find_with_equal_func((GPtrArray *)(uintptr_t)texts,
                                                     text, g_str_equal, NULL);
}

static bool
are_same(const GPtrArray *a, const GPtrArray *b)
{
    if (list_length(a) != list_length(b))
        return false;
    for (guint i = 0; i < list_length(a); i++)
        if (!has_text(b, a->pdata[i]))
            return false;
    return true;
}

static void
print_json(const Comparison *made)
{
    static const char *const columns[] = {"message",
                                          "received_at",
                                          "mailbox",
                                          "from",
                                          "subject",
                                          "unjudged",
                                          "rules_then_json",
                                          "actions_then_json",
                                          "rules_now_json",
                                          "actions_now_json",
                                          NULL};
    const Message *message = &made->past->facts->message;
    char *values[] = {g_strdup_printf("%" G_GINT64_FORMAT, made->past->message),
                      g_strdup(made->past->received_at),
                      g_strdup(made->past->mail->origin.mailbox),
                      g_strdup(message->from.address),
                      g_strdup(message->subject),
                      g_strdup(made->because),
                      g_strdup(made->past->rules_json),
                      g_strdup(made->past->actions_json),
                      made->because ? NULL : event_write_texts(made->rules),
                      made->because ? NULL : event_write_texts(made->actions)};
    g_autoptr(StoreTable) told = records_new(columns, "message");
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        g_ptr_array_add(row, values[i]);
    g_ptr_array_add(told->rows, row);
    table_print_json(told);
}

static void
print_missing(const char *mark, const GPtrArray *texts, const GPtrArray *others)
{
    for (guint i = 0; i < list_length(texts); i++)
        if (!has_text(others, texts->pdata[i])) {
            g_autofree char *safe = print_safe(texts->pdata[i]);

            (void)printf("    %s%s\n", mark, safe);
        }
}

static void
print_account(const Comparison *made)
{
    const Message *message = &made->past->facts->message;
    g_autofree char *line =
        g_strdup_printf("%" G_GINT64_FORMAT "  %s  %s  %s", made->past->message,
                        made->past->received_at ? made->past->received_at : "-",
                        message->from.address ? message->from.address : "-",
                        message->subject ? message->subject : "");
    g_autofree char *safe = print_safe(line);

    (void)puts(safe);
    if (made->because) {
        g_autofree char *because = print_safe(made->because);

        (void)printf("    ? %s\n", because);
        return;
    }
    print_missing("- rule ", made->then_rules, made->rules);
    print_missing("+ rule ", made->rules, made->then_rules);
    print_missing("- ", made->then_actions, made->actions);
    print_missing("+ ", made->actions, made->then_actions);
}

/* Why one of the rules cannot be judged, owned; NULL: all can. */
static char *
doubt(const GArray *tried)
{
    for (guint i = 0; i < tried->len; i++) {
        const RouteTried *one = &g_array_index(tried, RouteTried, i);

        if (one->answer == RULE_UNJUDGED)
            return g_strdup_printf("the rule '%s' asks for the %s of then, which is "
                                   "not kept",
                                   one->rule->name, one->decided->field);
    }
    return NULL;
}

/* A person's label, or a rule's, stands in the place of the one that rules saw; the
 * department was that of a mailbox that is gone; without a time no hours. */
static void
note_unknown(const StorePast *past, bool was_spam, bool is_mailbox_known,
             const char **unknown)
{
    if (past->is_corrected || was_spam)
        *unknown++ = "label";
    if (!is_mailbox_known)
        *unknown++ = "department";
    if (!past->received_at)
        *unknown++ = "time";
    *unknown = NULL;
}

static void
tell(DryRun *run, const Comparison *made)
{
    bool same = are_same(made->then_rules, made->rules) &&
                are_same(made->then_actions, made->actions);

    run->messages++;
    run->unjudged += made->because != NULL;
    run->changed += !made->because && !same;
    if (!made->because && same)
        return;
    if (run->json)
        print_json(made);
    else
        print_account(made);
}

static void
judge(const StorePast *past, void *self)
{
    DryRun *run = self;
    const char *unknown[4];
    Mail mail = *past->mail; /* what it points to is the visit's */
    const MailboxConfig *mailbox =
        config_find_mailbox(run->config, past->mail->origin.mailbox);
    const RouteSettings settings = {.rules = run->config->rules,
                                    .our_domains = run->config->our_domains,
                                    .department = mailbox ? mailbox->department : NULL};
    const RouteTrial trial = {.mail = &mail,
                              .facts = past->facts,
                              .label = past->facts->opinion.classification.label,
                              .unknown = unknown};
    g_autoptr(GPtrArray) then_rules = event_read_texts(past->rules_json, NULL);
    g_autoptr(GPtrArray) then_actions = event_read_texts(past->actions_json, NULL);
    g_autoptr(GArray) tried = g_array_new(FALSE, FALSE, sizeof(RouteTried));
    g_autoptr(Placement) now = NULL;
    g_autofree char *because = NULL;
    Comparison made = {
        .past = past, .then_rules = then_rules, .then_actions = then_actions};

    mail.origin.address = mailbox ? mailbox->address : NULL;
    note_unknown(past, has_text(then_actions, "spam=yes"), mailbox, unknown);
    now = route_try(&trial, &settings, tried);
    because = doubt(tried);
    made.because = because;
    made.rules = now->route.rules;
    made.actions = now->route.actions;
    tell(run, &made);
}

static void
print_summary(const DryRun *run)
{
    (void)printf(run->json ? "{\"summary\":{\"messages\":%" G_GINT64_FORMAT
                             ",\"changed\":%" G_GINT64_FORMAT
                             ",\"unjudged\":%" G_GINT64_FORMAT "}}\n"
                           : "%" G_GINT64_FORMAT " messages, %" G_GINT64_FORMAT
                             " would be treated otherwise, %" G_GINT64_FORMAT
                             " cannot be judged\n",
                 run->messages, run->changed, run->unjudged);
}

int
rules_dry_run(const CommonOptions *options, int64_t since_s)
{
    g_autoptr(GError) error = NULL;
    int code = 0;
    g_autoptr(Config) config = options_load_config(options, &code);
    g_autoptr(StoreReader) reader = NULL;
    DryRun run = {.config = config, .json = options->json};

    if (!config)
        return code;
    reader = store_reader_open(config->state, &error);
    if (!reader || !store_visit_past(reader, since_s, judge, &run, &error))
        return options_fail(error);
    print_summary(&run);
    return print_end();
}
