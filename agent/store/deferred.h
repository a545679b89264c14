/* Messages whose verdict waits for an answer. */
#pragma once

#include "model/facts.h"
#include "statement.h"

/* Remembers the message facts->message.id, if its verdict is one to look at again. */
bool deferred_put(Database *db, const Facts *facts,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends a StoreDeferred of a row: message, since when, its SHA-256, then mailbox and
 * address, folder and role, UIDVALIDITY, UID and arrival of its first delivery. */
bool deferred_read(Database *db, const Statement *row, GPtrArray *out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
