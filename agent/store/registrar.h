/* The registrar: one thread, one connection, every write. Inside the room a work sees
 * the database through its StoreTxn. */
#pragma once

#include <pthread.h>

#include "base/digest.h"
#include "base/owned.h"
#include "checkpoint.h"
#include "search_index.h"
#include "statement.h"
#include "store.h"

enum {
    GROUP_MOST = 256 /* works a commit: beyond, the gain is small and the wait long */
};

struct StoreTxn {
    Database *db;
    GHashTable *lent;  /* outbox rows that a courier has: id -> endpoint, owned */
    GHashTable *paces; /* endpoint -> how many it may have lent */
    GArray *lent_now;  /* int64_t: those lent in this group, for the way back */
    GError **scrub; /* after the commit: where to tell how it went; NULL: not wanted */
};

struct StoreTicket {
    Store *store;
    StoreWork work;
    void *self;
    GError *error;
    bool is_repeatable;
    bool is_settled; /* under the store's lock; the rest belongs to the registrar */
    StoreTicket *next;
};

struct Store {
    Database db; /* the registrar's alone while it runs, like all down to the lock */
    StoreTxn txn;
    Checkpoint checkpoint;
    SearchIndex index;
    Hours *hours;
    OwnedFd folder_lock;
    uint8_t token_key[SHA256_BYTES]; /* never changes once open */
    pthread_t registrar;
    bool is_running;
    pthread_mutex_t lock;
    pthread_cond_t arrived; /* something to do, or closing */
    pthread_cond_t settled; /* a group is done */
    StoreTicket *first, *last;
    int queued;  /* from first to last */
    int waiting; /* threads that can do nothing before their ticket is settled */
    bool is_closing;
};

/* When the store is opened: the clock may have been set back since it was closed. */
bool clock_turn_opening(Database *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

GHashTable *outbox_paces_new(void);
/* What was lent from place `from` of lent_now on never reached its courier. */
void outbox_take_back(StoreTxn *txn, guint from);

/* The thread's main function; `store` is a Store. Ends when closing and all is done. */
void *registrar_run(void *store);
