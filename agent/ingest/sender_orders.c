/* Whom people trust, and what was sent in our name. */
#include "ingest/orders.h"

#include "base/clock.h"
#include "base/fault.h"

/* An empty word is no time. */
static bool
read_time(const char *word, int64_t *out, GError **error)
{
    *out = TIME_NONE;
    if (!word || !*word || clock_parse(word, out))
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE, "'%s' is not an ISO 8601 date or time",
                word);
    return false;
}

/* PATTERN [UNTIL] */
static bool
put_rule(StoreTxn *txn, const Order *order, bool is_allowed, GError **error)
{
    StoreSenderRule rule = {
        .pattern = order->words[0], .is_allowed = is_allowed, .actor = order->actor};

    return read_time(order->words[1], &rule.until_s, error) &&
           store_put_sender_rule(txn, &rule, error);
}

bool
obey_senders_allow(StoreTxn *txn, void *self, GError **error)
{
    return put_rule(txn, self, true, error);
}

bool
obey_senders_block(StoreTxn *txn, void *self, GError **error)
{
    return put_rule(txn, self, false, error);
}

bool
obey_senders_forget(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;

    return store_forget_sender(txn, order->words[0], error);
}

static const char *
known(const char *word)
{
    return *word ? word : NULL;
}

/* ID, then MESSAGE-ID RECIPIENT TOKEN SENT-AT for each mail, "" where not known.
 * Answers with the number of those that were new. */
bool
obey_campaign_import(StoreTxn *txn, void *self, GError **error)
{
    Order *order = self;
    const char *const *words = order->words + 1;
    int64_t count = 0;

    for (; words[0] && words[1] && words[2] && words[3]; words += 4) {
        StoreCampaignMail mail = {.campaign = order->words[0],
                                  .message_id = known(words[0]),
                                  .recipient = known(words[1]),
                                  .token = known(words[2])};
        bool added = false;

        if (!read_time(words[3], &mail.sent_s, error) ||
            !store_put_campaign_mail(txn, &mail, &added, error))
            return false;
        count += added;
    }
    g_string_printf(order->answer, "%" G_GINT64_FORMAT, count);
    return true;
}
