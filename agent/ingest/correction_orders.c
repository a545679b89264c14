/* What a message was, said by a person. Whatever was taught is in use before the order
 * is answered: the next mail is judged by it. */
#include "ingest/orders.h"

#include "base/fault.h"
#include "base/log.h"
#include "model/opinion.h"

static int64_t
number(const char *word)
{
    return g_ascii_strtoll(word, NULL, 10);
}

/* ID LABEL */
static bool
correct(StoreTxn *txn, void *self, GError **error)
{
    const Order *order = self;
    const char *word = order->words[1];
    Label label;

    if (!label_from_name(word, &label) && !g_str_equal(word, "not_spam")) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is no label", word);
        return false;
    }
    return store_correct(txn, number(order->words[0]), word, order->actor, error);
}

/* ID */
static bool
undo(StoreTxn *txn, void *self, GError **error)
{
    const Order *order = self;

    return store_undo_correction(txn, number(order->words[0]), error);
}

/* The word stands, whether or not it can be learned from just now: then later. */
static bool
learn(const Order *order)
{
    g_autoptr(GError) fault = NULL;

    if (!ingest_learn(order->house, &fault))
        log_fault(LEVEL_WARNING, "lesson.failing", fault, NULL);
    return true;
}

bool
obey_correct(Order *order, GError **error)
{
    return store_do(order->house->store, correct, order, error) && learn(order);
}

bool
obey_correct_undo(Order *order, GError **error)
{
    return store_do(order->house->store, undo, order, error) && learn(order);
}
