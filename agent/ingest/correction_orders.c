/* What a message was, said by a person. */
#include "ingest/orders.h"

#include "base/fault.h"
#include "model/opinion.h"

static int64_t
number(const char *word)
{
    return g_ascii_strtoll(word, NULL, 10);
}

/* ID LABEL */
bool
obey_correct(StoreTxn *txn, void *self, GError **error)
{
    const Order *order = self;
    StoreCorrection correction = {number(order->words[0]), order->words[1],
                                  order->actor};
    Label label;

    if (!label_from_name(correction.label, &label)) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is no label", correction.label);
        return false;
    }
    return store_correct(txn, &correction, error);
}

/* ID */
bool
obey_correct_undo(StoreTxn *txn, void *self, GError **error)
{
    const Order *order = self;

    return store_undo_correction(txn, number(order->words[0]), error);
}
