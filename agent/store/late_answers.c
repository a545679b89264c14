#include "late_answers.h"

#include "base/clock.h"
#include "ticket_steps.h"
#include "tickets.h"

enum {
    REFERENCES_MOST = 100, /* mails looked at that refer to the question */
};

static bool
find_answers(Database *db, const Message *question, GArray *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT g.id FROM (SELECT DISTINCT message_id FROM message_refs WHERE "
        "reference = ?1 ORDER BY message_id LIMIT ?2) r JOIN messages g ON g.id = "
        "r.message_id "
        "WHERE g.direction = 'out' AND g.ticket IS NULL AND EXISTS (SELECT 1 FROM "
        "recipients p WHERE p.message_id = g.id AND p.address = ?3) ORDER BY g.id",
        "tit", question->message_id, (int64_t)REFERENCES_MOST, question->from.address);

    while (statement_row(&found)) {
        int64_t message = statement_int(&found, 0);

        g_array_append_val(out, message);
    }
    return statement_done(&found, error);
}

/* What is automatic belongs to the ticket, and answers nothing. */
static bool
count_answer(Database *db, int64_t ticket, int64_t message, GError **error)
{
    return statement_run(
        db, error,
        "UPDATE tickets SET message_count = message_count + 1, sequence = sequence + "
        "1, first_response_at = iif(g.is_automatic, first_response_at, "
        "coalesce(first_response_at, g.sent_at)), "
        "first_response_seconds = iif(g.is_automatic, first_response_seconds, "
        "coalesce(first_response_seconds, max(0, unixepoch(g.sent_at) - "
        "unixepoch(created_at)))), "
        "unanswered_since = iif(g.is_automatic, unanswered_since, NULL), "
        "answered_at = iif(g.is_automatic, answered_at, g.sent_at), "
        "status = iif(status = 'open' AND NOT g.is_automatic, 'waiting', status) "
        "FROM (SELECT is_automatic, coalesce(received_at, filed_at) AS sent_at "
        "FROM messages WHERE id = ?2) g WHERE number = ?1",
        "ii", ticket, message);
}

static bool
put_step(Database *db, const Ticket *before, int64_t message, GError **error)
{
    Ticket after;
    bool done;

    shape_init(&ticket_shape, &after);
    done = tickets_read(db, before->number, &after, error);
    if (done) {
        bool moved = after.status != before->status;
        const TicketStep step = {
            .ticket = after.number,
            .sequence = after.sequence,
            .message = message,
            .kind = moved ? "answered" : "joined",
            .actor = "agent",
            .field = moved ? "status" : NULL,
            .old_value = moved ? ticket_status_name(before->status) : NULL,
            .new_value = moved ? ticket_status_name(after.status) : NULL};

        done = ticket_steps_put(db, &step, error);
    }
    shape_clear(&ticket_shape, &after);
    return done;
}

static bool
join_answer(Database *db, int64_t number, int64_t message, GError **error)
{
    Ticket before;
    bool done;

    shape_init(&ticket_shape, &before);
    done = tickets_read(db, number, &before, error) &&
           statement_run(db, error,
                         "UPDATE messages SET ticket = ?, thread_method = "
                         "'references', thread_confidence = 0.9, thread_because = "
                         "'filed before the question it answers' WHERE id = ?",
                         "ii", number, message) &&
           statement_run(db, error,
                         "INSERT INTO ticket_participants (ticket, address) "
                         "SELECT ?, lower(address) FROM recipients WHERE message_id = "
                         "? AND kind IN ('to', 'cc') AND address IS NOT NULL "
                         "ON CONFLICT DO NOTHING",
                         "ii", number, message) &&
           count_answer(db, number, message, error) &&
           tickets_count_hours(db, number, error) &&
           put_step(db, &before, message, error);
    shape_clear(&ticket_shape, &before);
    return done;
}

bool
late_answers_join(Database *db, const Message *question, int64_t ticket, GError **error)
{
    g_autoptr(GArray) answers = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (ticket == 0 || question->direction == DIRECTION_OUT || !question->message_id ||
        !question->from.address)
        return true;
    if (!find_answers(db, question, answers, error))
        return false;
    for (guint i = 0; i < answers->len; i++)
        if (!join_answer(db, ticket, g_array_index(answers, int64_t, i), error))
            return false;
    return true;
}
