/* A person who wants to be forgotten. */
#include "ingest/orders.h"

#include <string.h>

#include "base/fault.h"

typedef struct Forgetting {
    const Order *order;
    StoreErasure erasure;
} Forgetting;

static bool
erase(StoreTxn *txn, void *self, GError **error)
{
    Forgetting *forgetting = self;

    return store_erase(txn, forgetting->order->words[0], forgetting->order->actor,
                       &forgetting->erasure, error);
}

/* ADDRESS. Answers with the numbers of tickets, messages, mentions and held mails. */
bool
obey_erase(Order *order, GError **error)
{
    Forgetting forgetting = {.order = order};
    const StoreErasure *erasure = &forgetting.erasure;
    const char *at = strchr(order->words[0], '@');

    if (!at || at == order->words[0] || !at[1]) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is no address", order->words[0]);
        return false;
    }
    if (!store_do(order->house->store, erase, &forgetting, error))
        return false;
    if (erasure->traces) {
        g_propagate_prefixed_error(
            error, erasure->traces,
            "the rows are gone, but traces may still lie in the files, run it again: ");
        return false;
    }
    g_string_printf(order->answer,
                    "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                    " %" G_GINT64_FORMAT,
                    erasure->tickets, erasure->messages, erasure->mentions,
                    erasure->held);
    return true;
}
