/* A placement: which ticket, which label, which event. Made by route/ inside the
 * registrar's transaction from the facts and the related rows. */
#pragma once

#include "model/facts.h"
#include "model/mail.h"
#include "model/ticket.h"

typedef enum {
    EVENT_TICKET_CREATED,
    EVENT_TICKET_REPLIED,
    EVENT_TICKET_ANSWERED,
    EVENT_LEAD_CREATED,
    EVENT_CAMPAIGN_REPLIED,
    EVENT_CONTACT_UNSUBSCRIBED,
    EVENT_COMPLAINT_RECEIVED,
    EVENT_DELIVERY_FAILED,
    EVENT_DELIVERY_DELAYED,
    EVENT_MESSAGE_AUTO_REPLY,
    EVENT_MESSAGE_SPAM,
    EVENT_MESSAGE_HELD,
    EVENT_MAILBOX_FAILING,
    EVENT_MAILBOX_RECOVERED,
    EVENT_MAILBOX_RESET,
    EVENT_WEBHOOK_DISABLED,
    EVENT_TICKET_UPDATED, /* a deferred verdict was settled */
    EVENT_WEBHOOK_TEST,   /* somebody asked whether it arrives; never stored */
} EventType;

/* "ticket.created", ... */
const char *event_type_name(EventType type);

typedef enum {
    THREAD_NONE,
    THREAD_TOKEN,
    THREAD_MESSAGE_ID, /* In-Reply-To */
    THREAD_REFERENCES,
} ThreadMethod;

typedef struct Thread {
    ThreadMethod method;
    double confidence;
    char *because;
} Thread;

typedef struct Route {
    char *department;
    GPtrArray *rules;   /* texts: the names of all that matched */
    GPtrArray *actions; /* texts: "department=ventas", "forward=a@b" */
} Route;

/* A message of ours that the new one may belong to. */
typedef struct RelatedMessage {
    char *message_id;
    int64_t message; /* row */
    int64_t ticket;  /* number; 0: none */
    Direction direction;
    TicketStatus ticket_status;
    TicketKind ticket_kind;
    char *ticket_mailbox;
    char *subject;
    GPtrArray *participants; /* texts: the writer, if he is one of that ticket */
    char *campaign;          /* NULL: not sent by a campaign */
    bool by_token;           /* found by a reply token, not by a message id */
} RelatedMessage;

typedef enum {
    SENDER_UNKNOWN,
    SENDER_ALLOWED,
    SENDER_BLOCKED,
} SenderStanding;

typedef struct Related {
    GPtrArray *messages; /* RelatedMessage, in the order asked */
    SenderStanding sender;
    bool
        is_trusted; /* this proven sender is answered here, and was never called spam */
    char *namesake; /* a customer's address: the unproven sender shows his name */
    int64_t same_bytes; /* row of a message with the very same bytes; 0: none */
    /* Answers from this very address in the hour before: to the same mailbox, to all.
     */
    int64_t answers_pair, answers_address;
    GPtrArray *bounced; /* texts: placement_bounce_key of what we really sent to that
                           recipient */
    /* A message in Sent with no In-Reply-To: the ticket whose requester it is
     * addressed to is not guessed at; only ids and tokens join. */
} Related;

typedef enum {
    MOVE_NONE, /* no ticket: spam, bounces, automatic mail, Sent without a ticket */
    MOVE_OPEN, /* a new ticket */
    MOVE_JOIN, /* into `ticket` */
} TicketMove;

typedef struct Placement {
    TicketMove move;
    int64_t ticket;    /* MOVE_JOIN: its number */
    int64_t linked_to; /* MOVE_OPEN: a ticket this one is related to; 0: none */
    bool reopens;      /* a closed ticket comes back to life */
    bool is_answer;    /* our own, not automatic: counts for first response */
    TicketKind kind;   /* MOVE_OPEN */
    Priority priority;
    char *assignee;
    Address requester;             /* MOVE_OPEN: whom the ticket is for */
    char *requester_source;        /* from, sender, reply_to, body */
    Classification classification; /* final */
    Thread thread;
    Route route;
    Campaign *campaign;
    GPtrArray *bounced; /* as in Related */
    bool unsubscribe_verified;
    GPtrArray *forwards; /* texts: addresses */
    bool is_forwarded_attached;
    char *acknowledges; /* whom we tell that his mail is here; NULL: nobody */
    GPtrArray *tags;    /* texts: of the ticket */
    bool closes;        /* the ticket; a rule says so */
    char *held_because; /* a rule wants a person to look at it; NULL: none does */
    char *move_to;      /* folder; NULL: as the mailbox says */
    EventType event;
    bool is_silent; /* no event: a rule says so, or our own mail without a ticket */
} Placement;

/* What a bounce claims: which mail did not reach whom. Owned. */
char *placement_bounce_key(const char *message_id, const char *recipient);
/* It is about a mail of ours, and about somebody that mail was sent to: who got a mail
 * of ours knows its Message-ID, and could name anybody. */
bool placement_verifies(const Placement *placement, const Bounce *bounce);

extern const Shape thread_shape;
extern const Shape route_shape;
extern const Shape related_message_shape;
extern const Shape related_shape;
extern const Shape placement_shape;

Placement *placement_new(void);
void placement_free(Placement *placement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Placement, placement_free)
Related *related_new(void);
void related_free(Related *related);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Related, related_free)
