#include "route/route.h"

#include <string.h>

#include "route/rules.h"
#include "route/subject.h"
#include "route/thread.h"

/* As in sort/classify: where signs of phishing make a label. */
static const double PHISHING_FROM = 0.6;

static void
add_reason(Placement *placement, const char *signal, const char *text)
{
    Reason *reason = shape_new(&reason_shape);

    reason->signal = g_strdup(signal);
    reason->weight = 1;
    reason->text = g_strdup(text);
    if (!placement->classification.reasons)
        placement->classification.reasons = g_ptr_array_new();
    g_ptr_array_insert(placement->classification.reasons, 0, reason);
}

static void
relabel(Placement *placement, Label label, const char *signal, const char *text)
{
    placement->classification.label = label;
    g_clear_pointer(&placement->classification.sublabel, g_free); /* of the old one */
    placement->classification.confidence = 1;
    placement->classification.review = false;
    add_reason(placement, signal, text);
}

/* What the text alone says, when it is neither spam nor a reply to a campaign. */
static Label
next_best(const Classification *opinion, double *score)
{
    Label best = LABEL_SUPPORT;

    *score = 0;
    for (guint i = 0; i < list_length(opinion->scores); i++) {
        const Score *other = opinion->scores->pdata[i];

        for (Label label = LABEL_SUPPORT; label <= LABEL_OTHER; label++)
            if (label != LABEL_CAMPAIGN_REPLY && other->score > *score &&
                g_strcmp0(other->label, label_name(label)) == 0) {
                best = label;
                *score = other->score;
            }
    }
    return best;
}

static const RelatedMessage *
campaign_answered(const Related *related)
{
    for (guint i = 0; i < list_length(related->messages); i++) {
        const RelatedMessage *known = related->messages->pdata[i];

        if (known->direction == DIRECTION_OUT && known->campaign)
            return known;
    }
    return NULL;
}

static const char *const intents[] = {
    [LABEL_SUPPORT] = "question",     [LABEL_LEAD] = "interested",
    [LABEL_CAMPAIGN_REPLY] = "other", [LABEL_UNSUBSCRIBE] = "unsubscribe",
    [LABEL_COMPLAINT] = "complaint",  [LABEL_OTHER] = "other",
};

/* A campaign is confirmed by a message of ours that was sent by one. The text model's
 * label then names what the writer wants. */
static void
settle_campaign(const Related *related, Placement *placement)
{
    const RelatedMessage *ours = campaign_answered(related);
    Classification *label = &placement->classification;

    if (!ours || label->label > LABEL_OTHER)
        return;
    if (!placement->campaign)
        placement->campaign = shape_new(&campaign_shape);
    g_free(placement->campaign->id);
    placement->campaign->id = g_strdup(ours->campaign);
    if (!placement->campaign->original_message_id)
        placement->campaign->original_message_id = g_strdup(ours->message_id);
    if (!placement->campaign->intent)
        placement->campaign->intent = g_strdup(intents[label->label]);
    if (label->label != LABEL_UNSUBSCRIBE && label->label != LABEL_COMPLAINT)
        relabel(placement, LABEL_CAMPAIGN_REPLY, "sent_index",
                "answers a message of a campaign of ours");
}

/* A mail of ours says itself which campaign it belongs to; answers find it by that. */
static void
name_campaign(const Facts *facts, const RouteSettings *settings, Placement *placement)
{
    for (size_t i = 0; i < list_length(settings->campaign_headers); i++) {
        const char *id =
            message_header(&facts->message, settings->campaign_headers->pdata[i]);

        if (!id || !*id)
            continue;
        if (!placement->campaign)
            placement->campaign = shape_new(&campaign_shape);
        g_free(placement->campaign->id);
        placement->campaign->id = g_strstrip(g_strdup(id));
        return;
    }
}

static bool
looks_like_an_answer(const Message *message)
{
    g_autofree char *base = subject_base(message->subject);
    g_autofree char *folded =
        message->subject ? g_utf8_casefold(message->subject, -1) : NULL;

    return message->in_reply_to || list_length(message->references) ||
           (folded && strlen(base) + 3 <= strlen(folded));
}

/* Words alone make no reply to a campaign: a mail that answers nothing, or answers in
 * a ticket of another kind, is told to the CRM as what it is otherwise. What answers a
 * mail that we do not know may answer a campaign of another program: a person looks. */
static void
doubt_campaign(const Facts *facts, const RelatedMessage *known, Placement *placement)
{
    const Campaign *found = placement->campaign;
    bool is_elsewhere = known && known->ticket_kind != TICKET_CAMPAIGN_REPLY;
    double score;
    Label label;

    if (placement->classification.label != LABEL_CAMPAIGN_REPLY ||
        (found && (found->id || found->original_message_id)))
        return;
    if (!is_elsewhere && looks_like_an_answer(&facts->message)) {
        add_reason(placement, "unknown_campaign",
                   "answers a mail that is not known here");
        placement->classification.review = true;
        return;
    }
    label = next_best(&placement->classification, &score);
    relabel(placement, label, "no_campaign",
            is_elsewhere ? "belongs to a ticket that no campaign began"
                         : "answers nothing, so no campaign either");
    placement->classification.confidence = score;
    placement->classification.review = true;
    shape_free(&campaign_shape, placement->campaign);
    placement->campaign = NULL;
}

/* Whoever answers a mail of ours knows it, and is no spammer; for the words that are in
 * spam he may have his reasons. */
static bool
answers_ours(const Related *related)
{
    for (guint i = 0; i < list_length(related->messages); i++) {
        const RelatedMessage *known = related->messages->pdata[i];

        if (known->direction == DIRECTION_OUT && (known->message || known->by_token))
            return true;
    }
    return false;
}

/* Spam comes with what the text model says of it. */
static void
clear_of_spam(const Related *related, Placement *placement)
{
    bool answers = answers_ours(related);
    double score;
    Label label = next_best(&placement->classification, &score);

    if (!answers && !related->is_trusted)
        return;
    relabel(placement, label, answers ? "sent_index" : "sender_history",
            answers ? "answers a mail of ours, so no spam"
                    : "people here answer this sender, who is authenticated");
    placement->classification.confidence = score;
    placement->classification.review = true;
}

/* A customer may write from a new address; only with another sign it is a pretended
 * one. The house has counted the name among the signs. */
static bool
is_namesake(const Mail *mail, const Facts *facts, const Related *related)
{
    const PhishingFacts *phishing = &facts->opinion.phishing;

    return related->namesake && mail->origin.role == FOLDER_INBOX &&
           phishing->score >= PHISHING_FROM && list_length(phishing->signals) >= 2 &&
           facts->opinion.classification.label <= LABEL_OTHER;
}

/* Where the mail lay and who sent it can overrule what it says. What is in Junk is
 * spam whatever it says; a sender's standing never touches bounces, reports and
 * automatic mail; our own mail is nobody's reply. */
static void
settle_label(const Mail *mail, const Facts *facts, const Related *related,
             Placement *placement)
{
    Label label = placement->classification.label;
    bool is_proven = facts->verdict.kind == VERDICT_AUTHENTICATED;

    if (facts->opinion.campaign) {
        placement->campaign = shape_new(&campaign_shape);
        shape_copy(&campaign_shape, placement->campaign, facts->opinion.campaign);
    }
    if (mail->origin.role == FOLDER_SENT) {
        relabel(placement, LABEL_OTHER, "folder:sent", "our own mail, from Sent");
    } else if (mail->origin.role == FOLDER_JUNK && label != LABEL_PHISHING) {
        relabel(placement, LABEL_SPAM, "folder:junk", "lay in the Junk folder");
    } else if (related->sender == SENDER_BLOCKED && label <= LABEL_OTHER) {
        relabel(placement, LABEL_SPAM, "sender_rule", "the sender is blocked");
    } else if (mail->origin.role == FOLDER_INBOX && related->sender == SENDER_ALLOWED &&
               is_proven && (label == LABEL_SPAM || label == LABEL_PHISHING)) {
        relabel(placement, LABEL_SUPPORT, "sender_rule",
                "the sender is allowed, and authenticated");
    } else {
        if (label == LABEL_SPAM)
            clear_of_spam(related, placement);
        if (is_namesake(mail, facts, related))
            relabel(placement, LABEL_PHISHING, "phishing:namesake",
                    "shows the name of a customer of ours, and more is wrong");
        settle_campaign(related, placement);
    }
}

/* Two programs that acknowledge each other's answers would do so for ever. What they
 * write beyond measure is filed as what it is, and moves nothing any more. */
static void
stop_loop(const Mail *mail, const Related *related, const RouteSettings *settings,
          Placement *placement)
{
    bool is_many = settings->loop_pair && related->answers_pair >= settings->loop_pair;
    bool is_everywhere =
        settings->loop_address && related->answers_address >= settings->loop_address;

    if (mail->origin.role != FOLDER_INBOX || (!is_many && !is_everywhere) ||
        placement->classification.label > LABEL_OTHER)
        return;
    relabel(placement, LABEL_AUTO_REPLY, "loop",
            is_many ? "more answers an hour to this mailbox than `loop_pair` allows"
                    : "more answers an hour than `loop_address` allows");
}

static void
settle_bounces(const Related *related, Placement *placement)
{
    for (size_t i = 0; i < list_length(related->bounced); i++)
        texts_append(&placement->bounced, g_strdup(related->bounced->pdata[i]));
}

static EventType
bounce_event(const Facts *facts)
{
    for (guint i = 0; i < list_length(facts->opinion.bounces); i++) {
        const Bounce *bounce = facts->opinion.bounces->pdata[i];

        if (g_strcmp0(bounce->action, "delayed") != 0)
            return EVENT_DELIVERY_FAILED;
    }
    return list_length(facts->opinion.bounces) ? EVENT_DELIVERY_DELAYED
                                               : EVENT_DELIVERY_FAILED;
}

static const struct {
    TicketKind kind;
    EventType event;
} opened[] = {
    [LABEL_SUPPORT] = {TICKET_SUPPORT, EVENT_TICKET_CREATED},
    [LABEL_LEAD] = {TICKET_LEAD, EVENT_LEAD_CREATED},
    [LABEL_CAMPAIGN_REPLY] = {TICKET_CAMPAIGN_REPLY, EVENT_CAMPAIGN_REPLIED},
    [LABEL_UNSUBSCRIBE] = {TICKET_OTHER, EVENT_CONTACT_UNSUBSCRIBED},
    [LABEL_COMPLAINT] = {TICKET_COMPLAINT, EVENT_COMPLAINT_RECEIVED},
    [LABEL_OTHER] = {TICKET_OTHER, EVENT_TICKET_CREATED},
};

static bool
is_ours(const char *address, const RouteSettings *settings)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    for (size_t i = 0; at && i < list_length(settings->our_domains); i++)
        if (g_ascii_strcasecmp(settings->our_domains->pdata[i], at + 1) == 0)
            return true;
    return false;
}

static void
request_by(Placement *placement, const Address *requester, const char *source)
{
    shape_copy(&address_shape, &placement->requester, requester);
    placement->requester_source = g_strdup(source);
}

/* A web form writes as our own server, or as that of a provider of forms: the customer
 * stands in Reply-To, or in what he filled in. Others are who they say. */
static void
find_requester(const Facts *facts, const RouteSettings *settings, Placement *placement)
{
    const Message *message = &facts->message;
    const Lead *lead = facts->opinion.lead;
    const Address *answer_to =
        list_length(message->reply_to) ? message->reply_to->pdata[0] : NULL;
    bool is_our_form = is_ours(message->from.address, settings);
    Address filled_in = {0};

    if (answer_to && answer_to->address && (is_our_form || lead) &&
        !is_ours(answer_to->address, settings)) {
        request_by(placement, answer_to, "reply_to");
    } else if (is_our_form && lead && lead->email && !is_ours(lead->email, settings)) {
        filled_in = (Address){.name = lead->name, .address = lead->email};
        request_by(placement, &filled_in, "body");
    } else if (!message->from.address && message->sender.address) {
        request_by(placement, &message->sender, "sender");
    } else {
        request_by(placement, &message->from, "from");
    }
}

static void
open_ticket(const Facts *facts, const RouteSettings *settings, Placement *placement)
{
    Label label = placement->classification.label;

    placement->move = MOVE_OPEN;
    placement->kind = opened[label].kind;
    placement->event = opened[label].event;
    if (label == LABEL_COMPLAINT)
        placement->priority = PRIORITY_HIGH;
    find_requester(facts, settings, placement);
}

static void
join_ticket(const RelatedMessage *known, Placement *placement, EventType event)
{
    placement->move = MOVE_JOIN;
    placement->ticket = known->ticket;
    placement->event = event;
}

static void
place_sent(const RelatedMessage *known, bool is_auto, Placement *placement)
{
    if (!known) {
        placement->is_silent = true;
        placement->event = EVENT_TICKET_ANSWERED;
        return;
    }
    join_ticket(known, placement, EVENT_TICKET_ANSWERED);
    placement->is_answer = !is_auto;
}

static void
place_written(const Facts *facts, const RelatedMessage *known,
              const RouteSettings *settings, Placement *placement)
{
    Label label = placement->classification.label;
    bool is_report =
        facts->opinion.complaint && facts->opinion.complaint->feedback_type;
    bool is_doubtful = label == LABEL_UNSUBSCRIBE && placement->classification.review;

    if ((label == LABEL_UNSUBSCRIBE && !is_doubtful) ||
        (label == LABEL_COMPLAINT && is_report)) {
        placement->event = opened[label].event;
    } else if (known && known->ticket_status == STATUS_SPAM) {
        join_ticket(known, placement, EVENT_MESSAGE_SPAM);
    } else if (known) {
        join_ticket(known, placement, EVENT_TICKET_REPLIED);
        placement->reopens = known->ticket_status == STATUS_CLOSED;
    } else {
        open_ticket(facts, settings, placement);
    }
    /* Told as such, and seen by a person who may know better. */
    if (is_doubtful)
        placement->event = EVENT_CONTACT_UNSUBSCRIBED;
}

static void
place_by_label(const Mail *mail, const Facts *facts, const RelatedMessage *known,
               const RouteSettings *settings, Placement *placement)
{
    if (mail->origin.role == FOLDER_SENT) {
        place_sent(known, facts->opinion.automatic.is_auto, placement);
        return;
    }
    switch (placement->classification.label) {
    case LABEL_SPAM:
    case LABEL_PHISHING:
        placement->event = EVENT_MESSAGE_SPAM;
        break;
    case LABEL_BOUNCE:
        placement->event = bounce_event(facts);
        break;
    case LABEL_AUTO_REPLY:
        if (known)
            join_ticket(known, placement, EVENT_MESSAGE_AUTO_REPLY);
        placement->event = EVENT_MESSAGE_AUTO_REPLY;
        break;
    case LABEL_SUPPORT:
    case LABEL_LEAD:
    case LABEL_CAMPAIGN_REPLY:
    case LABEL_UNSUBSCRIBE:
    case LABEL_COMPLAINT:
    case LABEL_OTHER:
        place_written(facts, known, settings, placement);
        break;
    }
}

/* The label is the last thing rules can be asked about, and the first they change. */
static void
obey_spam(const RuleHits *hits, Placement *placement)
{
    const Rule *rule = hits->of[ACTION_SPAM];
    g_autofree char *because = NULL;

    if (!rule)
        return;
    because = g_strdup_printf("the rule '%s' says so; it looked like %s", rule->name,
                              label_name(placement->classification.label));
    relabel(placement, LABEL_SPAM, "rule", because);
}

Placement *
route_place(const Mail *mail, const Facts *facts, const Related *related,
            const RouteSettings *settings)
{
    Placement *placement = placement_new();
    const RelatedMessage *known;
    RuleSubject subject = {.mail = mail,
                           .facts = facts,
                           .department = settings->department,
                           .our_domains = settings->our_domains};
    g_auto(RuleHits) hits = {0};
    bool is_sent = mail->origin.role == FOLDER_SENT;

    shape_copy(&classification_shape, &placement->classification,
               &facts->opinion.classification);
    placement->priority = PRIORITY_NORMAL;
    placement->route.department = g_strdup(settings->department);
    settle_label(mail, facts, related, placement);
    if (is_sent)
        name_campaign(facts, settings, placement);
    settle_bounces(related, placement);
    known = thread_find(mail, facts, related, settings, placement);
    stop_loop(mail, related, settings, placement);
    doubt_campaign(facts, known, placement);
    subject.label = placement->classification.label;
    rules_find(is_sent ? NULL : settings->rules, &subject, &hits, NULL);
    obey_spam(&hits, placement);
    place_by_label(mail, facts, known, settings, placement);
    rules_apply(&hits, &subject, placement);
    placement->unsubscribe_verified =
        facts->opinion.unsubscribe && facts->opinion.unsubscribe->is_verified;
    return placement;
}

Placement *
route_try(const RouteTrial *trial, const RouteSettings *settings, GArray *tried)
{
    const RuleSubject subject = {.mail = trial->mail,
                                 .facts = trial->facts,
                                 .label = trial->label,
                                 .department = settings->department,
                                 .our_domains = settings->our_domains,
                                 .unknown = trial->unknown};
    Placement *placement = placement_new();
    g_auto(RuleHits) hits = {0};

    placement->priority = PRIORITY_NORMAL;
    placement->route.department = g_strdup(settings->department);
    rules_find(settings->rules, &subject, &hits, tried);
    rules_apply(&hits, &subject, placement);
    return placement;
}
