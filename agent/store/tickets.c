#include "tickets.h"

#include "base/clock.h"
#include "base/fault.h"
#include "contacts.h"
#include "folders.h"
#include "registrar.h"

enum {
    MERGES_MOST = 100000, /* a chain that is longer is a ring */
};

/* `next` 0: it goes no further. */
static bool
merged_into(Database *db, int64_t number, bool *is_there, int64_t *next, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db, "SELECT merged_into FROM tickets WHERE number = ?", "i", number);

    *is_there = statement_row(&found);
    *next = *is_there ? statement_int(&found, 0) : 0;
    return statement_done(&found, error);
}

bool
tickets_follow(Database *db, int64_t number, int64_t *target, GError **error)
{
    bool is_there = false;
    int64_t next = 0;

    for (int step = 0; step < MERGES_MOST; step++) {
        if (!merged_into(db, number, &is_there, &next, error))
            return false;
        if (next == 0) {
            *target = is_there ? number : 0;
            return true;
        }
        number = next;
    }
    *target = 0; /* a ring, made by hand: no ticket to go to */
    return true;
}

/* The clocks of mail servers are all there is: INTERNALDATE, else now. */
static int64_t
arrival(const Mail *mail)
{
    return mail->origin.received_at == TIME_NONE ? clock_now_s()
                                                 : mail->origin.received_at;
}

typedef struct NewTicket {
    int64_t number;
    const char *reply_token;
} NewTicket;

/* The number the next ticket gets: its reply token is made of it, and a ticket that is
 * written once costs less than one that is written and changed. */
static bool
next_number(Database *db, int64_t *number, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE "
                        "name = 'tickets'",
                        "");

    *number = statement_row(&found) ? statement_int(&found, 0) : 0;
    return statement_done(&found, error);
}

static bool
insert_ticket(Database *db, const Mail *mail, const Facts *facts,
              const Placement *placement, const NewTicket *ticket, GError **error)
{
    const Address *requester = &placement->requester;
    const Message *message = &facts->message;
    FolderRow folder = {0};
    int64_t contact = 0;

    if (!folders_find_origin(db, &mail->origin, &folder, error) ||
        !contacts_put(db, requester, &contact, error))
        return false;
    return statement_run(
        db, error,
        "INSERT INTO tickets (kind, priority, department, assignee, mailbox_id, "
        "requester_id, requester_name, requester_address, requester_source, "
        "subject, language, label, created_at, unanswered_since, "
        "customer_wrote_at, opened_at, updated_at, linked_to, number, reply_token) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?13, "
        "?14, ?14, (SELECT number FROM tickets WHERE number = ?15), ?16, ?17)",
        "ttttizttttttsmzit", ticket_kind_name(placement->kind),
        priority_name(placement->priority), placement->route.department,
        placement->assignee, folder.mailbox, contact, requester->name,
        requester->address, placement->requester_source, message->subject,
        message->language, label_name(placement->classification.label), arrival(mail),
        clock_now_ms(), placement->linked_to, ticket->number, ticket->reply_token);
}

/* A word the CHECK of the table lets in is one the model knows. */
static void
fill_enums(const Statement *row, Ticket *out)
{
    bool known = ticket_kind_from_name(statement_text(row, 2), &out->kind) &&
                 ticket_status_from_name(statement_text(row, 3), &out->status) &&
                 priority_from_name(statement_text(row, 4), &out->priority);

    g_assert(known);
}

static bool
read_tags(Database *db, int64_t number, GPtrArray **out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db, "SELECT tag FROM ticket_tags WHERE ticket = ? ORDER BY tag", "i", number);

    while (statement_row(&row))
        texts_append(out, statement_dup_text(&row, 0));
    return statement_done(&row, error);
}

static bool
put_tags(Database *db, int64_t number, const GPtrArray *tags, GError **error)
{
    for (guint i = 0; i < list_length(tags); i++)
        if (!statement_run(db, error,
                           "INSERT INTO ticket_tags (ticket, tag) VALUES (?, ?) "
                           "ON CONFLICT DO NOTHING",
                           "it", number, (const char *)tags->pdata[i]))
            return false;
    return true;
}

bool
tickets_read(Database *db, int64_t number, Ticket *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT number, reply_token, kind, status, priority, department, "
        "assignee, subject, created_at, first_response_seconds, "
        "message_count, sequence FROM tickets WHERE number = ?",
        "i", number);

    if (statement_row(&row)) {
        shape_clear(&ticket_shape, out);
        out->number = statement_int(&row, 0);
        out->reply_token = statement_dup_text(&row, 1);
        fill_enums(&row, out);
        out->status_before = out->status;
        out->department = statement_dup_text(&row, 5);
        out->assignee = statement_dup_text(&row, 6);
        out->subject = statement_dup_text(&row, 7);
        out->created_at = statement_time(&row, 8);
        out->first_response_s = statement_int_or_none(&row, 9);
        out->message_count = statement_int(&row, 10);
        out->sequence = statement_int(&row, 11);
    }
    return statement_done(&row, error) && read_tags(db, number, &out->tags, error);
}

static bool
put_business_seconds(Database *db, int64_t number, const int64_t seconds[2],
                     GError **error)
{
    return statement_run(db, error,
                         "UPDATE tickets SET first_response_business_seconds = "
                         "coalesce(first_response_business_seconds, ?), "
                         "resolution_business_seconds = ? WHERE number = ?",
                         "nni", seconds[0], seconds[1], number);
}

bool
tickets_count_hours(Database *db, int64_t number, GError **error)
{
    int64_t seconds[2] = {TIME_NONE, TIME_NONE};
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT created_at, first_response_at, closed_at FROM tickets WHERE number = ?",
        "i", number);

    if (statement_row(&row)) {
        int64_t created_s = statement_time(&row, 0);

        for (int i = 0; i < 2; i++) {
            int64_t end_s = statement_time(&row, i + 1);

            if (created_s != TIME_NONE && end_s != TIME_NONE)
                seconds[i] = hours_between(db->hours, created_s, end_s);
        }
    }
    return statement_done(&row, error) &&
           put_business_seconds(db, number, seconds, error);
}

/* Automatic mail moves nothing: an absent customer has not answered. */
static bool
is_automatic(const Facts *facts, const Placement *placement)
{
    return facts->opinion.automatic.is_auto ||
           placement->classification.label == LABEL_AUTO_REPLY;
}

static TicketStatus
next_status(TicketStatus status, const Facts *facts, const Placement *placement)
{
    bool speaks =
        facts->message.direction == DIRECTION_IN && !is_automatic(facts, placement);

    if (placement->closes && status != STATUS_SPAM && status != STATUS_MERGED)
        return STATUS_CLOSED;
    switch (status) {
    case STATUS_OPEN:
    case STATUS_REOPENED:
        return placement->is_answer ? STATUS_WAITING : status;
    case STATUS_WAITING:
        return speaks ? STATUS_OPEN : STATUS_WAITING;
    case STATUS_CLOSED:
        return placement->reopens ? STATUS_REOPENED : STATUS_CLOSED;
    case STATUS_SPAM:
    case STATUS_MERGED:
        return status;
    }
    return status;
}

/* Since when does the customer wait for us? Nobody waits once a person has answered. */
static int64_t
waits_from(const Mail *mail, const Facts *facts, const Placement *placement)
{
    bool asks =
        facts->message.direction == DIRECTION_IN && !is_automatic(facts, placement);

    return asks ? arrival(mail) : TIME_NONE;
}

/* Whose turn a mail ends, and when it was written. */
typedef struct Turn {
    bool is_ours;
    int64_t at_s;
    int64_t ticket;
} Turn;

/* Mail is not always filed in the order it was written: what the other side has
 * overtaken meanwhile says nothing about whose turn it is. */
static bool
is_overtaken(Database *db, const Turn *turn, bool *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT coalesce(iif(?1, customer_wrote_at, answered_at) > ?2, 0) "
        "FROM tickets WHERE number = ?3",
        "bsi", (int)turn->is_ours, turn->at_s, turn->ticket);

    *out = statement_row(&row) && statement_int(&row, 0) != 0;
    return statement_done(&row, error);
}

static bool
note_turn(Database *db, const Turn *turn, GError **error)
{
    static const char by_us[] = "UPDATE tickets SET answered_at = "
                                "max(coalesce(answered_at, ''), ?) WHERE number = ?";
    static const char by_customer[] = "UPDATE tickets SET customer_wrote_at = "
                                      "max(coalesce(customer_wrote_at, ''), ?) "
                                      "WHERE number = ?";

    return statement_run(db, error, turn->is_ours ? by_us : by_customer, "si",
                         turn->at_s, turn->ticket);
}

/* The first answer alone has a time; clocks that disagree never make it negative. */
static bool
join(Database *db, const Mail *mail, const Facts *facts, const Placement *placement,
     Ticket *ticket, GError **error)
{
    TicketStatus status = ticket->status;
    int64_t waits_s = waits_from(mail, facts, placement);
    bool speaks = placement->is_answer || waits_s != TIME_NONE;
    const Turn turn = {placement->is_answer, arrival(mail), ticket->number};
    bool late = false;
    bool reopened;
    bool answers_first = placement->is_answer && ticket->first_response_s == TIME_NONE;
    int64_t response_s = ticket->first_response_s;

    if (speaks &&
        (!is_overtaken(db, &turn, &late, error) || !note_turn(db, &turn, error)))
        return false;
    if (!late)
        status = next_status(ticket->status, facts, placement);
    reopened = ticket->status == STATUS_CLOSED && status == STATUS_REOPENED;
    if (answers_first)
        response_s = MAX(arrival(mail) - ticket->created_at, 0);
    if (!statement_run(db, error,
                       "UPDATE tickets SET status = ?1, updated_at = ?2, "
                       "first_response_seconds = ?3, "
                       "first_response_at = coalesce(first_response_at, ?4), "
                       "message_count = message_count + 1, sequence = sequence + 1, "
                       "reopened_count = reopened_count + ?5, "
                       "closed_at = iif(?5, NULL, iif(?1 = 'closed', "
                       "coalesce(closed_at, ?2), closed_at)), "
                       "resolution_business_seconds = iif(?5, NULL, "
                       "resolution_business_seconds), "
                       "unanswered_since = iif(?6, NULL, coalesce(unanswered_since, "
                       "?7)) WHERE number = ?8",
                       "tmnsbbsi", ticket_status_name(status), clock_now_ms(),
                       response_s, answers_first ? arrival(mail) : TIME_NONE,
                       (int)reopened,
                       (int)((placement->is_answer || placement->closes) && !late),
                       late ? TIME_NONE : waits_s, ticket->number))
        return false;
    ticket->status = status;
    ticket->first_response_s = response_s;
    ticket->message_count++;
    ticket->sequence++;
    return !answers_first || tickets_count_hours(db, ticket->number, error);
}

static bool
join_ticket(Database *db, const Mail *mail, const Facts *facts,
            const Placement *placement, Ticket *ticket, GError **error)
{
    int64_t number = 0;

    if (!tickets_follow(db, placement->ticket, &number, error))
        return false;
    if (number == 0) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "there is no ticket %" G_GINT64_FORMAT " to join",
                    placement->ticket);
        return false;
    }
    return put_tags(db, number, placement->tags, error) &&
           tickets_read(db, number, ticket, error) &&
           join(db, mail, facts, placement, ticket, error);
}

/* A rule says that nobody has to answer. */
static bool
close_new(Database *db, int64_t number, GError **error)
{
    return statement_run(db, error,
                         "UPDATE tickets SET status = 'closed', "
                         "closed_at = opened_at, unanswered_since = NULL "
                         "WHERE number = ?",
                         "i", number);
}

bool
store_place(StoreTxn *txn, const Mail *mail, const Facts *facts,
            const Placement *placement, StoreTokenMaker reply_token, const void *self,
            Ticket *ticket, GError **error)
{
    NewTicket new = {0};
    g_autofree char *token = NULL;

    switch (placement->move) {
    case MOVE_NONE:
        shape_clear(&ticket_shape, ticket);
        return true;
    case MOVE_JOIN:
        return join_ticket(txn->db, mail, facts, placement, ticket, error);
    case MOVE_OPEN:
        break;
    }
    if (!next_number(txn->db, &new.number, error))
        return false;
    new.reply_token = token = reply_token(new.number, self);
    if (!insert_ticket(txn->db, mail, facts, placement, &new, error) ||
        !put_tags(txn->db, new.number, placement->tags, error) ||
        (placement->closes && !close_new(txn->db, new.number, error)) ||
        !tickets_read(txn->db, new.number, ticket, error))
        return false;
    ticket->is_new = true;
    return true;
}
