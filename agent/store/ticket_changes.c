/* What people change about tickets. Each change is a step of the story, with who did
 * it, from what to what. */
#include "registrar.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "ticket_steps.h"
#include "tickets.h"

enum {
    TEXT_MOST = 200 /* bytes of an assignee or a department */
};

static bool
is_status(const char *value)
{
    TicketStatus status;

    return value && ticket_status_from_name(value, &status) && status != STATUS_MERGED;
}

static bool
is_priority(const char *value)
{
    Priority priority;

    return value && priority_from_name(value, &priority);
}

/* Events carry it, and lists. */
static bool
is_text(const char *value)
{
    size_t length = value ? strlen(value) : 0;

    if (length > TEXT_MOST || (value && !g_utf8_validate(value, -1, NULL)))
        return false;
    for (size_t i = 0; i < length; i++)
        if (g_ascii_iscntrl(value[i]))
            return false;
    return true;
}

typedef struct Changeable {
    const char *field;
    bool (*is_good)(const char *value);
    const char *good; /* for the fault; NULL: a short text */
    const char *read, *write;
} Changeable;

static const Changeable changeables[] = {
    {"status", is_status, "open, waiting, closed, reopened or spam",
     "SELECT status FROM tickets WHERE number = ?",
     "UPDATE tickets SET status = ?1, updated_at = ?2, sequence = sequence + 1, "
     "closed_at = iif(?1 = 'closed', ?2, NULL), "
     "unanswered_since = iif(?1 IN ('open', 'reopened'), coalesce(unanswered_since, "
     "iif(customer_wrote_at > coalesce(answered_at, ''), customer_wrote_at, NULL)), "
     "NULL), reopened_count = reopened_count + (?1 = 'reopened') WHERE number = ?3"},
    {"priority", is_priority, "low, normal, high or urgent",
     "SELECT priority FROM tickets WHERE number = ?",
     "UPDATE tickets SET priority = ?1, updated_at = ?2, sequence = sequence + 1 "
     "WHERE number = ?3"},
    {"assignee", is_text, NULL, "SELECT assignee FROM tickets WHERE number = ?",
     "UPDATE tickets SET assignee = ?1, updated_at = ?2, sequence = sequence + 1 "
     "WHERE number = ?3"},
    {"department", is_text, NULL, "SELECT department FROM tickets WHERE number = ?",
     "UPDATE tickets SET department = ?1, updated_at = ?2, sequence = sequence + 1 "
     "WHERE number = ?3"},
};

static const Changeable *
find_changeable(const StoreChange *change, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changeables); i++) {
        const Changeable *found = &changeables[i];

        if (!g_str_equal(found->field, change->field))
            continue;
        if (found->is_good(change->value))
            return found;
        if (found->good)
            g_set_error(error, FAULT, FAULT_MESSAGE, "%s '%s' is none of %s",
                        found->field, change->value ? change->value : "", found->good);
        else
            g_set_error(error, FAULT, FAULT_MESSAGE,
                        "%s must be one line of at most %d bytes in UTF-8",
                        found->field, TEXT_MOST);
        return NULL;
    }
    g_set_error(error, FAULT, FAULT_MESSAGE, "a ticket has no '%s' to change",
                change->field);
    return NULL;
}

/* A merged ticket is history: what is meant is its target. */
static bool
read_living(Database *db, int64_t number, Ticket *ticket, GError **error)
{
    int64_t target = 0;

    if (!tickets_read(db, number, ticket, error))
        return false;
    if (ticket->number == 0) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "there is no ticket %" G_GINT64_FORMAT,
                    number);
        return false;
    }
    if (ticket->status != STATUS_MERGED)
        return true;
    if (tickets_follow(db, number, &target, error))
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "ticket %" G_GINT64_FORMAT
                    " was merged into ticket %" G_GINT64_FORMAT,
                    number, target);
    return false;
}

static bool
read_value(Database *db, const Changeable *what, int64_t number, char **value,
           GError **error)
{
    g_auto(Statement) row = statement_begin(db, what->read, "i", number);

    if (statement_row(&row))
        *value = statement_dup_text(&row, 0);
    return statement_done(&row, error);
}

static bool
change(Database *db, const Changeable *what, Ticket *ticket, const StoreChange *wanted,
       GError **error)
{
    g_autofree char *old_value = NULL;
    TicketStep step = {.ticket = ticket->number,
                       .sequence = ticket->sequence + 1,
                       .kind = "changed",
                       .actor = wanted->actor,
                       .field = what->field,
                       .new_value = wanted->value};

    if (!read_value(db, what, ticket->number, &old_value, error))
        return false;
    if (g_strcmp0(old_value, wanted->value) == 0)
        return true; /* no change, no step */
    step.old_value = old_value;
    return statement_run(db, error, what->write, "tmi", wanted->value, clock_now_ms(),
                         ticket->number) &&
           (!g_str_equal(what->field, "status") ||
            tickets_count_hours(db, ticket->number, error)) &&
           ticket_steps_put(db, &step, error);
}

bool
store_change_ticket(StoreTxn *txn, int64_t number, const StoreChange *wanted,
                    GError **error)
{
    const Changeable *what = find_changeable(wanted, error);
    Ticket ticket;
    bool done;

    if (!what)
        return false;
    shape_init(&ticket_shape, &ticket);
    done = read_living(txn->db, number, &ticket, error) &&
           change(txn->db, what, &ticket, wanted, error);
    shape_clear(&ticket_shape, &ticket);
    return done;
}

/* Messages and participants stay with the ticket they came to; who asks for the whole
 * conversation follows merged_into. New mail goes to the target, and so must those who
 * took part in the old ticket be let in there. */
static bool
merge(Database *db, const Ticket *from, const Ticket *into, const char *actor,
      GError **error)
{
    g_autofree char *target = g_strdup_printf("%" G_GINT64_FORMAT, into->number);
    g_autofree char *source = g_strdup_printf("%" G_GINT64_FORMAT, from->number);
    const TicketStep left = {.ticket = from->number,
                             .sequence = from->sequence + 1,
                             .kind = "merged",
                             .actor = actor,
                             .field = "merged_into",
                             .new_value = target};
    const TicketStep came = {.ticket = into->number,
                             .sequence = into->sequence + 1,
                             .kind = "merged",
                             .actor = actor,
                             .field = "merged_from",
                             .new_value = source};
    int64_t now = clock_now_ms();

    return statement_run(db, error,
                         "UPDATE tickets SET status = 'merged', merged_into = ?, "
                         "updated_at = ?, sequence = sequence + 1 WHERE number = ?",
                         "imi", into->number, now, from->number) &&
           statement_run(db, error,
                         "UPDATE tickets SET updated_at = ?1, sequence = sequence + 1, "
                         "unanswered_since = coalesce(min(unanswered_since, m.since), "
                         "unanswered_since, m.since), customer_wrote_at = "
                         "coalesce(max(customer_wrote_at, m.wrote_at), "
                         "customer_wrote_at, m.wrote_at) FROM (SELECT unanswered_since "
                         "AS since, customer_wrote_at AS wrote_at FROM tickets WHERE "
                         "number = ?3) m WHERE number = ?2",
                         "mii", now, into->number, from->number) &&
           statement_run(db, error,
                         "UPDATE tickets SET unanswered_since = NULL WHERE number = ?",
                         "i", from->number) &&
           statement_run(db, error,
                         "INSERT INTO ticket_participants (ticket, address) "
                         "SELECT ?, address FROM ticket_participants WHERE ticket = ? "
                         "ON CONFLICT DO NOTHING",
                         "ii", into->number, from->number) &&
           ticket_steps_put(db, &left, error) && ticket_steps_put(db, &came, error);
}

/* A customer who waits for us must not vanish in a closed ticket. */
static bool
reopen_for(Database *db, const Ticket *from, Ticket *into, const char *actor,
           GError **error)
{
    const StoreChange reopened = {.field = "status",
                                  .value = ticket_status_name(STATUS_REOPENED),
                                  .actor = actor};
    bool waits = from->status == STATUS_OPEN || from->status == STATUS_REOPENED;
    const Changeable *status;

    if (!waits || into->status != STATUS_CLOSED)
        return true;
    into->sequence++; /* of the merge */
    status = find_changeable(&reopened, error);
    return status && change(db, status, into, &reopened, error);
}

bool
store_merge_tickets(StoreTxn *txn, int64_t number, int64_t into, const char *actor,
                    GError **error)
{
    Ticket from;
    Ticket target;
    bool done = false;

    shape_init(&ticket_shape, &from);
    shape_init(&ticket_shape, &target);
    if (number == into)
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "ticket %" G_GINT64_FORMAT " cannot be merged into itself", number);
    else
        done = read_living(txn->db, number, &from, error) &&
               read_living(txn->db, into, &target, error) &&
               merge(txn->db, &from, &target, actor, error) &&
               reopen_for(txn->db, &from, &target, actor, error);
    shape_clear(&ticket_shape, &from);
    shape_clear(&ticket_shape, &target);
    return done;
}
