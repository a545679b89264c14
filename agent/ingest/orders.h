/* What a command wants written, carried out by the one who may write. */
#pragma once

#include "ingest/ingest.h"

enum {
    REPLAY_WORDS_MOST = 504,   /* four words and the ids */
    CAMPAIGN_WORDS_MOST = 1001 /* its id, and four words a mail */
};

typedef struct Order {
    const IngestHouse *house;
    const char *actor;
    const char *const *words; /* after the verb; ends with NULL */
    GString *answer;
} Order;

/* Each a StoreWork; `self` is an Order. */
bool obey_tickets_set(StoreTxn *txn, void *self, GError **error);
bool obey_tickets_merge(StoreTxn *txn, void *self, GError **error);
bool obey_senders_allow(StoreTxn *txn, void *self, GError **error);
bool obey_senders_block(StoreTxn *txn, void *self, GError **error);
bool obey_senders_forget(StoreTxn *txn, void *self, GError **error);
bool obey_campaign_import(StoreTxn *txn, void *self, GError **error);
bool obey_held_drop(StoreTxn *txn, void *self, GError **error);
bool obey_webhooks_replay(StoreTxn *txn, void *self, GError **error);
bool obey_webhooks_enable(StoreTxn *txn, void *self, GError **error);

/* These go through a sorter first. */
bool obey_held_retry(Order *order, GError **error);
bool obey_held_release(Order *order, GError **error);
bool obey_correct(Order *order, GError **error);
bool obey_correct_undo(Order *order, GError **error);
bool obey_erase(Order *order, GError **error);
