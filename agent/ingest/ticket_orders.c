/* What people say about tickets. */
#include "ingest/orders.h"

static int64_t
number_of(const char *word)
{
    return g_ascii_strtoll(word, NULL, 10); /* 0 for what is none: no such ticket */
}

/* NUMBER FIELD VALUE [FIELD VALUE]...: all or none. */
bool
obey_tickets_set(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;

    for (const char *const *pair = order->words + 1; pair[0] && pair[1]; pair += 2) {
        const StoreChange change = {.field = pair[0],
                                    .value = *pair[1] ? pair[1] : NULL,
                                    .actor = order->actor};

        if (!store_change_ticket(txn, number_of(order->words[0]), &change, error))
            return false;
    }
    return true;
}

/* NUMBER INTO */
bool
obey_tickets_merge(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;

    return store_merge_tickets(txn, number_of(order->words[0]),
                               number_of(order->words[1]), order->actor, error);
}
