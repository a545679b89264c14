/* Messages whose verdict waits for an answer. */
#pragma once

#include "model/facts.h"
#include "statement.h"

/* Remembers the message facts->message.id, if its verdict is one to look at again. */
bool deferred_put(Database *db, const Facts *facts,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
