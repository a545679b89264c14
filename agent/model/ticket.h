/* A ticket: one conversation with one customer. JSON: `data.ticket`. */
#pragma once

#include "model/shape.h"

typedef enum {
    TICKET_SUPPORT,
    TICKET_LEAD,
    TICKET_CAMPAIGN_REPLY,
    TICKET_COMPLAINT,
    TICKET_OTHER,
} TicketKind;

typedef enum {
    STATUS_OPEN,
    STATUS_WAITING, /* we answered; the customer's turn */
    STATUS_CLOSED,
    STATUS_REOPENED, /* closed, and then the customer wrote again; our turn */
    STATUS_SPAM,
    STATUS_MERGED,
} TicketStatus;

typedef enum {
    PRIORITY_LOW,
    PRIORITY_NORMAL,
    PRIORITY_HIGH,
    PRIORITY_URGENT,
} Priority;

typedef struct Ticket {
    int64_t number;
    char *reply_token;
    TicketKind kind;
    TicketStatus status;
    TicketStatus status_before; /* this event; for the record, not told */
    Priority priority;
    char *department;
    char *assignee;
    GPtrArray *tags; /* texts */
    bool is_new;
    char *subject;
    int64_t created_at;
    int64_t first_response_s; /* TIME_NONE: not answered yet */
    int64_t message_count;
    int64_t sequence; /* of this event within the ticket, from 1 */
} Ticket;

extern const Shape ticket_shape;

const char *ticket_kind_name(TicketKind kind);
bool ticket_kind_from_name(const char *name, TicketKind *out);
const char *ticket_status_name(TicketStatus status);
bool ticket_status_from_name(const char *name, TicketStatus *out);
const char *priority_name(Priority priority);
bool priority_from_name(const char *name, Priority *out);
