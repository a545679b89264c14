#include "ticket_steps.h"

#include "base/clock.h"

bool
ticket_steps_put(Database *db, const TicketStep *step, GError **error)
{
    return statement_run(db, error,
                         "INSERT INTO ticket_events (ticket, sequence, at, kind, "
                         "message_id, actor, rule, field, old_value, new_value) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "iimtzttttt", step->ticket, step->sequence, clock_now_ms(),
                         step->kind, step->message, step->actor, step->rule,
                         step->field, step->old_value, step->new_value);
}
