/* Answers of ours that were filed before the question they answer: Sent is read first.
 */
#pragma once

#include "model/placement.h"
#include "statement.h"

/* Those that refer to the message, went to its writer and belong to no ticket yet join
 * its ticket. */
bool late_answers_join(Database *db, const Message *question, int64_t ticket,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
