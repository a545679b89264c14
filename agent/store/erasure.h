/* The right to be forgotten: what deleting rows leaves behind. */
#pragma once

#include "statement.h"

/* Outside of a transaction, after the rows are gone: full text, free pages and log keep
 * what was deleted until they are written anew. FAULT_RETRY: some of it is still there.
 */
bool erasure_scrub(Database *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
