/* postroom correct: a person says what a message was. */
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "cli/options.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/records.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "model/opinion.h"

typedef struct Wish {
    char *label;
    gboolean spam, not_spam, undo;
} Wish;

static const char *
wished_word(const Wish *wish)
{
    if (wish->label)
        return wish->label;
    return wish->spam ? "spam" : "not_spam";
}

static int
show_label(const CommonOptions *options, const char *word, int64_t message)
{
    static const char *const columns[] = {"message", "label", "confidence", NULL};
    g_autoptr(StoreTable) outcome = records_new(columns, "message confidence");
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) row = NULL;
    g_autoptr(GError) error = NULL;
    int code = EX_OK;

    reader = options_open_reader(options, &code);
    if (!reader)
        return code;
    row = store_read_message(reader, message, &error);
    if (!row)
        return options_fail(error);
    records_add(outcome,
                (const char *const[]){word, records_value(row, 0, "label"),
                                      records_value(row, 0, "confidence"), NULL});
    if (options->json)
        table_print_json(outcome);
    else
        (void)printf(_("message %s is %s\n"), word, records_value(row, 0, "label"));
    return print_end();
}

static int
correct(const CommonOptions *options, const Wish *wish)
{
    const char *word = options->rest[0];
    const char *const change[] = {"correct", word, wished_word(wish), NULL};
    const char *const undo[] = {"correct undo", word, NULL};
    g_autofree char *answer = NULL;
    int64_t message;
    int code;

    if (!verb_number("correct", word, &message))
        return EX_USAGE;
    code = order_run(options, wish->undo ? undo : change, &answer);
    return code ? code : show_label(options, word, message);
}

int
cli_correct(int argc, char **argv)
{
    g_autofree char *label = NULL;
    Wish wish = {0};
    g_auto(CommonOptions) options = {0};
    const GOptionEntry own[] = {
        {"label", 0, 0, G_OPTION_ARG_STRING, &label, "what it was", "LABEL"},
        {"spam", 0, 0, G_OPTION_ARG_NONE, &wish.spam, "it was spam", NULL},
        {"not-spam", 0, 0, G_OPTION_ARG_NONE, &wish.not_spam, "it was none", NULL},
        {"undo", 0, 0, G_OPTION_ARG_NONE, &wish.undo, "take the last word back", NULL},
        G_OPTION_ENTRY_NULL};
    Label known;
    int code;

    if (!options_parse(&options, argc, argv, "ID --label L|--spam|--not-spam|--undo",
                       "Says what a filed message was. Every word is kept, and can be "
                       "taken back.",
                       own, &code))
        return code;
    wish.label = label;
    if (!options.rest[0] || options.rest[1])
        return options_usage("correct", "give one message id");
    if ((label != NULL) + wish.spam + wish.not_spam + wish.undo != 1)
        return options_usage("correct",
                             "give one of --label, --spam, --not-spam and --undo");
    if (label && !label_from_name(label, &known))
        return options_usage("correct",
                             "--label is one of support, lead, "
                             "campaign_reply, unsubscribe, complaint, other, "
                             "bounce, auto_reply, spam and phishing");
    return correct(&options, &wish);
}
