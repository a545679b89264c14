/* The story of a ticket: one row a step. */
#pragma once

#include "statement.h"

typedef struct TicketStep {
    int64_t ticket;
    int64_t sequence;
    int64_t message; /* 0: none */
    const char *kind;
    const char *actor;
    const char *rule;  /* NULL: none had a say */
    const char *field; /* NULL: none changed */
    const char *old_value, *new_value;
} TicketStep;

bool ticket_steps_put(Database *db, const TicketStep *step,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
