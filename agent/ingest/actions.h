/* `after:`: what becomes of a mail on its server once it is filed. Written down in the
 * transaction that files it, done afterwards, and again until it is done. */
#pragma once

#include "ingest/visit.h"

/* In the transaction. `is_spam`: as which it was filed. */
bool actions_put(StoreTxn *txn, const Filing *filing, int64_t message, bool is_spam,
                 GError **error);

/* False: the session broke. What the server refuses is tried again later. */
bool actions_run(Visit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
