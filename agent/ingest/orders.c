/* Orders: a table of verbs. A new one is a row and a function. */
#include "ingest/orders.h"

#include "base/fault.h"

/* One of the two: `work` is one transaction, `obey` does its own. */
typedef struct OrderKind {
    const char *verb;
    guint least_words, most_words; /* after the verb */
    StoreWork work;
    bool (*obey)(Order *order, GError **error);
    bool needs_sorters;
} OrderKind;

static const OrderKind kinds[] = {
    {"tickets set", 3, 9, obey_tickets_set, NULL, false},
    {"tickets merge", 2, 2, obey_tickets_merge, NULL, false},
    {"senders allow", 1, 2, obey_senders_allow, NULL, false},
    {"senders block", 1, 2, obey_senders_block, NULL, false},
    {"senders forget", 1, 1, obey_senders_forget, NULL, false},
    {"campaign import", 5, CAMPAIGN_WORDS_MOST, obey_campaign_import, NULL, false},
    {"held retry", 1, 1, NULL, obey_held_retry, true},
    {"held release", 1, 1, NULL, obey_held_release, true},
    {"held drop", 1, 1, obey_held_drop, NULL, false},
    {"correct", 2, 2, NULL, obey_correct, true},
    {"correct undo", 1, 1, NULL, obey_correct_undo, true},
    {"erase", 1, 1, NULL, obey_erase, false},
    {"webhooks replay", 4, REPLAY_WORDS_MOST, obey_webhooks_replay, NULL, false},
    {"webhooks enable", 1, 1, obey_webhooks_enable, NULL, false},
};

static const OrderKind *
find_kind(const char *verb)
{
    for (size_t i = 0; verb && i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].verb, verb))
            return &kinds[i];
    return NULL;
}

bool
ingest_order_needs_sorters(const char *verb)
{
    const OrderKind *kind = find_kind(verb);

    return kind && kind->needs_sorters;
}

/* Another version of the program may stand at the other end of the socket. */
static const OrderKind *
understand(const char *const *words, GError **error)
{
    const OrderKind *kind = find_kind(words[0]);
    guint count = 0;

    while (words[0] && words[count + 1])
        count++;
    if (kind && count >= kind->least_words && count <= kind->most_words)
        return kind;
    g_set_error(error, FAULT, FAULT_CONFIG,
                "the house does not understand the order '%s': is the daemon of "
                "another version?",
                words[0] ? words[0] : "");
    return NULL;
}

bool
ingest_obey(const IngestHouse *house, const char *actor, const char *const *words,
            char **answer, GError **error)
{
    const OrderKind *kind = understand(words, error);
    g_autoptr(GString) text = g_string_new(NULL);
    Order order = {house, actor, words + 1, text};
    bool done;

    if (!kind)
        return false;
    done = kind->work ? store_do(house->store, kind->work, &order, error)
                      : kind->obey(&order, error);
    if (done)
        *answer = g_strdup(text->str);
    return done;
}
