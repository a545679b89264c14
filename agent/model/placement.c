#include "model/placement.h"

static const char *const event_names[] = {
    "ticket.created",     "ticket.replied",    "ticket.answered",
    "lead.created",       "campaign.replied",  "contact.unsubscribed",
    "complaint.received", "delivery.failed",   "delivery.delayed",
    "message.auto_reply", "message.spam",      "message.held",
    "mailbox.failing",    "mailbox.recovered", "mailbox.reset",
    "webhook.disabled",   "ticket.updated",    "webhook.test"};
static const char *const method_names[] = {"none", "token", "message_id", "references"};
static const char *const number_names[] = {"0", "1", "2", "3", "4", "5"};

const char *
event_type_name(EventType type)
{
    return event_names[type];
}

static const Field thread_fields[] = {
    SHAPE_ENUM(Thread, "method", method, method_names),
    SHAPE_REAL(Thread, "confidence", confidence),
    SHAPE_TEXT(Thread, "because", because),
};
const Shape thread_shape = SHAPE_OF(Thread, thread_fields);

static const Field route_fields[] = {
    SHAPE_TEXT(Route, "department", department),
    SHAPE_TEXTS(Route, "rules", rules),
    SHAPE_TEXTS(Route, "actions", actions),
};
const Shape route_shape = SHAPE_OF(Route, route_fields);

static const Field related_message_fields[] = {
    SHAPE_TEXT(RelatedMessage, "message_id", message_id),
    SHAPE_INT(RelatedMessage, "message", message),
    SHAPE_INT(RelatedMessage, "ticket", ticket),
    SHAPE_ENUM(RelatedMessage, "direction", direction, number_names),
    SHAPE_ENUM(RelatedMessage, "ticket_status", ticket_status, number_names),
    SHAPE_ENUM(RelatedMessage, "ticket_kind", ticket_kind, number_names),
    SHAPE_TEXT(RelatedMessage, "ticket_mailbox", ticket_mailbox),
    SHAPE_TEXT(RelatedMessage, "subject", subject),
    SHAPE_TEXTS(RelatedMessage, "participants", participants),
    SHAPE_TEXT(RelatedMessage, "campaign", campaign),
    SHAPE_BOOL(RelatedMessage, "by_token", by_token),
};
const Shape related_message_shape = SHAPE_OF(RelatedMessage, related_message_fields);

static const Field related_fields[] = {
    SHAPE_LIST(Related, "messages", messages, &related_message_shape),
    SHAPE_ENUM(Related, "sender", sender, number_names),
    SHAPE_BOOL(Related, "is_trusted", is_trusted),
    SHAPE_TEXT(Related, "namesake", namesake),
    SHAPE_INT(Related, "same_bytes", same_bytes),
    SHAPE_INT(Related, "answers_pair", answers_pair),
    SHAPE_INT(Related, "answers_address", answers_address),
    SHAPE_TEXTS(Related, "bounced", bounced),
};
const Shape related_shape = SHAPE_OF(Related, related_fields);

static const Field placement_fields[] = {
    SHAPE_ENUM(Placement, "move", move, number_names),
    SHAPE_INT(Placement, "ticket", ticket),
    SHAPE_INT(Placement, "linked_to", linked_to),
    SHAPE_BOOL(Placement, "reopens", reopens),
    SHAPE_BOOL(Placement, "is_answer", is_answer),
    SHAPE_ENUM(Placement, "kind", kind, number_names),
    SHAPE_ENUM(Placement, "priority", priority, number_names),
    SHAPE_TEXT(Placement, "assignee", assignee),
    SHAPE_ONE(Placement, "requester", requester, &address_shape),
    SHAPE_TEXT(Placement, "requester_source", requester_source),
    SHAPE_ONE(Placement, "classification", classification, &classification_shape),
    SHAPE_ONE(Placement, "thread", thread, &thread_shape),
    SHAPE_ONE(Placement, "route", route, &route_shape),
    SHAPE_MAYBE(Placement, "campaign", campaign, &campaign_shape),
    SHAPE_TEXTS(Placement, "bounced", bounced),
    SHAPE_BOOL(Placement, "unsubscribe_verified", unsubscribe_verified),
    SHAPE_TEXTS(Placement, "forwards", forwards),
    SHAPE_BOOL(Placement, "is_forwarded_attached", is_forwarded_attached),
    SHAPE_TEXT(Placement, "acknowledges", acknowledges),
    SHAPE_TEXTS(Placement, "tags", tags),
    SHAPE_BOOL(Placement, "closes", closes),
    SHAPE_TEXT(Placement, "held_because", held_because),
    SHAPE_TEXT(Placement, "move_to", move_to),
    SHAPE_ENUM(Placement, "event", event, event_names),
    SHAPE_BOOL(Placement, "silent", is_silent),
};
const Shape placement_shape = SHAPE_OF(Placement, placement_fields);

Placement *
placement_new(void)
{
    return shape_new(&placement_shape);
}

void
placement_free(Placement *placement)
{
    shape_free(&placement_shape, placement);
}

Related *
related_new(void)
{
    return shape_new(&related_shape);
}

void
related_free(Related *related)
{
    shape_free(&related_shape, related);
}

char *
placement_bounce_key(const char *message_id, const char *recipient)
{
    g_autofree char *whom = g_ascii_strdown(recipient ? recipient : "", -1);

    return g_strconcat(message_id ? message_id : "", " ", whom, NULL);
}

bool
placement_verifies(const Placement *placement, const Bounce *bounce)
{
    g_autofree char *key = NULL;

    if (!bounce->original_message_id)
        return false;
    key = placement_bounce_key(bounce->original_message_id, bounce->recipient);
    for (size_t i = 0; i < list_length(placement->bounced); i++)
        if (g_str_equal(placement->bounced->pdata[i], key))
            return true;
    return false;
}
