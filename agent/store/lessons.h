/* What people's words about a message teach, for the files of the room that hear them.
 */
#pragma once

#include "statement.h"

/* Somebody said or took back something about this message, or it was filed in Junk:
 * what it teaches is what now stands, and is due to be read. */
bool lessons_settle(Database *db, int64_t message,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A person answered this ticket: what came in it is mail that people want. */
bool lessons_note_answer(Database *db, int64_t ticket,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
