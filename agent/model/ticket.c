#include "model/ticket.h"

static const char *const kind_names[] = {"support", "lead", "campaign_reply",
                                         "complaint", "other"};
static const char *const status_names[] = {"open",     "waiting", "closed",
                                           "reopened", "spam",    "merged"};
static const char *const priority_names[] = {"low", "normal", "high", "urgent"};

static const Field ticket_fields[] = {
    SHAPE_INT(Ticket, "number", number),
    SHAPE_TEXT(Ticket, "reply_token", reply_token),
    SHAPE_ENUM(Ticket, "kind", kind, kind_names),
    SHAPE_ENUM(Ticket, "status", status, status_names),
    SHAPE_ENUM(Ticket, "priority", priority, priority_names),
    SHAPE_TEXT(Ticket, "department", department),
    SHAPE_TEXT(Ticket, "assignee", assignee),
    SHAPE_TEXTS(Ticket, "tags", tags),
    SHAPE_BOOL(Ticket, "is_new", is_new),
    SHAPE_TEXT(Ticket, "subject", subject),
    SHAPE_TIME(Ticket, "created_at", created_at),
    SHAPE_INT(Ticket, "first_response_seconds", first_response_s),
    SHAPE_INT(Ticket, "message_count", message_count),
    SHAPE_INT(Ticket, "sequence", sequence),
};
const Shape ticket_shape = SHAPE_OF(Ticket, ticket_fields);

static bool
find_name(const char *const *names, size_t n, const char *name, int *out)
{
    for (size_t i = 0; i < n; i++) {
        if (g_str_equal(names[i], name)) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}

const char *
ticket_kind_name(TicketKind kind)
{
    return kind_names[kind];
}

bool
ticket_kind_from_name(const char *name, TicketKind *out)
{
    return find_name(kind_names, G_N_ELEMENTS(kind_names), name, (int *)out);
}

const char *
ticket_status_name(TicketStatus status)
{
    return status_names[status];
}

bool
ticket_status_from_name(const char *name, TicketStatus *out)
{
    return find_name(status_names, G_N_ELEMENTS(status_names), name, (int *)out);
}

const char *
priority_name(Priority priority)
{
    return priority_names[priority];
}

bool
priority_from_name(const char *name, Priority *out)
{
    return find_name(priority_names, G_N_ELEMENTS(priority_names), name, (int *)out);
}
