/* `after:`: what becomes of a mail on its server once it is filed. Written down in the
 * transaction that files it, done afterwards, and again until it is done. */
#pragma once

#include "ingest/visit.h"

/* How a mail was filed. */
typedef struct Filed {
    int64_t message;
    bool is_spam;
    const char *move_to; /* a rule names this folder; NULL: none does */
} Filed;

/* In the transaction. */
bool actions_put(StoreTxn *txn, const Filing *filing, const Filed *filed,
                 GError **error);

/* False: the session broke. What the server refuses is tried again later. */
bool actions_run(Visit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
