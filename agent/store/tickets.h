/* Rows of tickets, for the other files of the room. */
#pragma once

#include "model/ticket.h"
#include "statement.h"

/* Follows merges to the ticket where messages go on; 0: there is no such ticket. */
bool tickets_follow(Database *db, int64_t number, int64_t *target,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fills `out`, an initialised Ticket; a number that is none leaves it alone. */
bool tickets_read(Database *db, int64_t number, Ticket *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes down the seconds within business hours up to the first answer and the closing,
 * which SQL cannot count. After either changed. */
bool tickets_count_hours(Database *db, int64_t number,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
