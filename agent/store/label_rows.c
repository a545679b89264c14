#include "label_rows.h"

#include "base/clock.h"
#include "contacts.h"
#include "evidence.h"

enum {
    BOUNCES_MOST = 1000,    /* recipients of one report */
    RECIPIENTS_MOST = 1000, /* of one mail of ours */
};

static int64_t
at_ms(const Message *message)
{
    return message->received_at == TIME_NONE ? clock_now_ms()
                                             : message->received_at * 1000;
}

/* Whether a bounce is about a mail of ours is known only now, with the related rows. */
static bool
put_bounces(Database *db, const Facts *facts, const Placement *placement,
            GError **error)
{
    const GPtrArray *bounces = facts->opinion.bounces;

    for (size_t i = 0; i < MIN(list_length(bounces), BOUNCES_MOST); i++) {
        const Bounce *bounce = bounces->pdata[i];

        if (!statement_run(
                db, error,
                "INSERT INTO bounces (message_id, at, recipient, action, status, "
                "smtp_code, diagnostic, reason, is_hard, remote_mta, "
                "original_message_id, is_verified) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "imtttnttbttb", facts->message.id, at_ms(&facts->message),
                bounce->recipient, bounce->action, bounce->status, bounce->smtp_code,
                bounce->diagnostic, bounce->reason, (int)bounce->is_hard,
                bounce->remote_mta, bounce->original_message_id,
                (int)placement_verifies(placement, bounce)))
            return false;
    }
    return true;
}

/* A report names whom it is about, or nobody; without a report it is the writer. */
static const char *
complainer(const Facts *facts)
{
    const Complaint *complaint = facts->opinion.complaint;

    return g_strcmp0(complaint->kind, "abuse_report") == 0
               ? complaint->original_recipient
               : facts->message.from.address;
}

static bool
put_complaint(Database *db, const Facts *facts, GError **error)
{
    const Complaint *complaint = facts->opinion.complaint;

    return statement_run(
        db, error,
        "INSERT INTO complaints (message_id, at, kind, address, feedback_type, "
        "original_recipient, original_message_id, source_ip, arrival_date, reporter, "
        "campaign) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "imttttttttt", facts->message.id, at_ms(&facts->message), complaint->kind,
        complainer(facts), complaint->feedback_type, complaint->original_recipient,
        complaint->original_message_id, complaint->source_ip, complaint->arrival_date,
        complaint->reporter, complaint->campaign);
}

static bool
put_unsubscribe(Database *db, const Facts *facts, const Placement *placement,
                GError **error)
{
    const Unsubscribe *unsubscribe = facts->opinion.unsubscribe;

    return statement_run(db, error,
                         /* The token's subscriber, whoever sent it on. */
                         "INSERT INTO unsubscribes (message_id, at, address, list, "
                         "token, via, is_verified) VALUES (?1, ?2, "
                         "coalesce((SELECT recipient FROM sent_messages WHERE token = "
                         "?5 LIMIT 1), ?3), coalesce(?4, (SELECT campaign FROM "
                         "sent_messages WHERE token = ?5 LIMIT 1)), ?5, ?6, ?7 OR "
                         "EXISTS (SELECT 1 FROM sent_messages WHERE token = ?5 AND "
                         "recipient IS NOT NULL))",
                         "imttttb", facts->message.id, at_ms(&facts->message),
                         unsubscribe->address, unsubscribe->list, unsubscribe->token,
                         unsubscribe->via, (int)placement->unsubscribe_verified);
}

static bool
put_lead(Database *db, const Facts *facts, int64_t ticket, GError **error)
{
    const Lead *lead = facts->opinion.lead;
    const Address person = {.name = lead->name, .address = lead->email};
    int64_t contact = 0;

    return statement_run(db, error,
                         "INSERT INTO leads (message_id, ticket, at, name, company, "
                         "email, phones_json, website, address_check_json) VALUES "
                         "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, json_extract(?9, "
                         "'$.address_check'))",
                         "izmtttjtj", facts->message.id, ticket, at_ms(&facts->message),
                         lead->name, lead->company, lead->email,
                         evidence_texts(lead->phones), lead->website,
                         evidence_object(&lead_shape, lead)) &&
           contacts_put(db, &person, &contact, error) &&
           contacts_put_organisation(db, lead, error);
}

static bool
put_sent(Database *db, const Facts *facts, const GPtrArray *recipients,
         const char *campaign, GError **error)
{
    const Message *message = &facts->message;

    for (size_t i = 0; i < MIN(list_length(recipients), RECIPIENTS_MOST); i++) {
        const Address *recipient = recipients->pdata[i];

        if (!statement_run(
                db, error,
                "INSERT INTO sent_messages (message_id, recipient, campaign, "
                "sent_at, message) VALUES (?, ?, ?, ?, ?)",
                "tttmi", message->message_id, recipient->address, campaign,
                at_ms(message), message->id))
            return false;
    }
    return true;
}

/* People only: no reports, no robots, nobody who is out of office, no spam. */
static bool
is_from_person(const Facts *facts, const Placement *placement)
{
    if (facts->message.direction == DIRECTION_OUT || facts->opinion.automatic.is_auto)
        return false;
    switch (placement->classification.label) {
    case LABEL_SUPPORT:
    case LABEL_LEAD:
    case LABEL_CAMPAIGN_REPLY:
    case LABEL_UNSUBSCRIBE:
    case LABEL_COMPLAINT:
    case LABEL_OTHER:
        return true;
    case LABEL_BOUNCE:
    case LABEL_AUTO_REPLY:
    case LABEL_SPAM:
    case LABEL_PHISHING:
        return false;
    }
    return false;
}

/* Of what came through a web form, who filled it in. */
static const Address *
writer(const Facts *facts, const Placement *placement)
{
    return placement->requester.address ? &placement->requester : &facts->message.from;
}

static bool
put_incoming(Database *db, const Facts *facts, const Placement *placement,
             int64_t ticket, GError **error)
{
    const Opinion *opinion = &facts->opinion;
    Label label = placement->classification.label;

    if (label == LABEL_BOUNCE && !put_bounces(db, facts, placement, error))
        return false;
    if (label == LABEL_COMPLAINT && opinion->complaint &&
        !put_complaint(db, facts, error))
        return false;
    if (label == LABEL_UNSUBSCRIBE && opinion->unsubscribe &&
        !put_unsubscribe(db, facts, placement, error))
        return false;
    if (label == LABEL_LEAD && opinion->lead && !put_lead(db, facts, ticket, error))
        return false;
    return !is_from_person(facts, placement) ||
           contacts_heard(db, writer(facts, placement), error);
}

bool
label_rows_put(Database *db, const Facts *facts, const Placement *placement,
               int64_t ticket, GError **error)
{
    const Campaign *campaign =
        placement->campaign ? placement->campaign : facts->opinion.campaign;
    const char *id = campaign ? campaign->id : NULL;

    if (facts->message.direction == DIRECTION_IN)
        return put_incoming(db, facts, placement, ticket, error);
    return put_sent(db, facts, facts->message.to, id, error) &&
           put_sent(db, facts, facts->message.cc, id, error);
}
