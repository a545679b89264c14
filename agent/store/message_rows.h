/* The lists of a message, each in its table, each cut at a bound: a mail with 300,000
 * addresses is one mail, not a table. */
#pragma once

#include "model/message.h"
#include "statement.h"

/* References, recipients, headers, attachments; message->id is the row. */
bool message_rows_put(Database *db, const Message *message,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Everyone it names may join the ticket from now on. */
bool message_rows_put_participants(Database *db, const Message *message, int64_t ticket,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
