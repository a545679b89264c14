/* postroom senders: whom we trust, and whom not. */
#include "cli/cli.h"

#include <sysexits.h>

#include "base/clock.h"
#include "cli/listing.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/verb.h"

typedef struct Trust {
    const CommonOptions *options;
    char *until;
} Trust;

static const TableColumn rule_columns[] = {{"standing", NULL, 8, 0},
                                           {"pattern", NULL, 48, 0},
                                           {"state", NULL, 9, 0},
                                           {"created_at", "since", 16, 1},
                                           {"until_at", "until", 16, 0},
                                           {"actor", "by", 0, 0},
                                           {0}};

static int
list_rules(void *self, char *const *arguments)
{
    const Trust *trust = self;

    (void)arguments;
    return listing_print(trust->options, store_read_sender_rules, rule_columns);
}

static int
order_rule(const Trust *trust, const char *verb, const char *pattern)
{
    const char *const words[] = {verb, pattern, trust->until, NULL};
    g_autofree char *answer = NULL;
    int code = order_run(trust->options, words, &answer);

    return code ? code
                : listing_print(trust->options, store_read_sender_rules, rule_columns);
}

static int
allow(void *self, char *const *arguments)
{
    return order_rule(self, "senders allow", arguments[0]);
}

static int
block(void *self, char *const *arguments)
{
    return order_rule(self, "senders block", arguments[0]);
}

static int
forget(void *self, char *const *arguments)
{
    const Trust *trust = self;

    if (trust->until)
        return options_usage("senders", "'forget' takes no --until: what is forgotten "
                                        "is gone at once");
    return order_rule(trust, "senders forget", arguments[0]);
}

static const Verb sender_verbs[] = {{"list", NULL, 0, list_rules},
                                    {"allow", "PATTERN", 1, allow},
                                    {"block", "PATTERN", 1, block},
                                    {"forget", "PATTERN", 1, forget},
                                    {0}};

int
cli_senders(int argc, char **argv)
{
    g_autofree char *until = NULL;
    g_auto(CommonOptions) options = {0};
    const GOptionEntry own[] = {{"until", 0, 0, G_OPTION_ARG_FILENAME, &until,
                                 "when the rule ends, ISO 8601", "TIME"},
                                G_OPTION_ENTRY_NULL};
    Trust trust = {.options = &options};
    int64_t end;
    int code;

    if (!options_parse(&options, argc, argv,
                       "[list|allow PATTERN|block PATTERN|forget PATTERN]",
                       "Rules about senders: an address, a domain, or either with * "
                       "and ?. The newest that fits counts; an allow holds only for "
                       "authenticated mail.",
                       own, &code))
        return code;
    if (until && !clock_parse(until, &end))
        return options_usage("senders", "--until is not an ISO 8601 date or time");
    if (until && end <= clock_now_s())
        return options_usage("senders", "--until is in the past");
    trust.until = until;
    return verb_run("senders", options.rest, sender_verbs, &trust);
}
