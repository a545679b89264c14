/* The short half of the corridor: runs in the registrar, inside one transaction. Two
 * replies that arrive together meet here, one after the other. */
#include "ingest/filing.h"

#include "base/clock.h"
#include "base/digest.h"
#include "event/event.h"
#include "ingest/actions.h"
#include "route/route.h"

/* Weighs like the other signs of sort/classify/phishing.c. */
static const double NAMESAKE_WEIGHT = 0.3;

void
filing_free(Filing *filing)
{
    if (!filing)
        return;
    mail_free(filing->mail);
    facts_free(filing->facts);
    g_free(filing->sha256);
    g_free(filing->held_because);
    g_free(filing);
}

static bool
settle(StoreTxn *txn, const Filing *filing, UidState state, int64_t message,
       GError **error)
{
    const Origin *origin = &filing->mail->origin;
    const StoreSettling to = {
        {(uint32_t)origin->uid, filing->listed_bytes, origin->received_at},
        state,
        message};

    return store_settle_listed(txn, &filing->folder, &to, error);
}

/* A folder that counts anew without a new UIDVALIDITY uses UIDs twice: its epoch keeps
 * the ids of their events apart. */
static char *
id_of(const Filing *filing, EventType type)
{
    g_autofree char *id = event_id(&filing->mail->origin, type);
    g_autofree char *name = NULL;

    if (filing->folder.epoch <= 1)
        return g_steal_pointer(&id);
    name = g_strdup_printf("%s/%" G_GINT64_FORMAT, id, filing->folder.epoch);
    return digest_uuid5(name);
}

static bool
announce(StoreTxn *txn, const Filing *filing, EventType type, const Ticket *ticket,
         const char *body, GError **error)
{
    const char *name = event_type_name(type);
    g_autofree char *id = id_of(filing, type);
    g_autoptr(GPtrArray) endpoints =
        filing->house->is_silent ? g_ptr_array_new()
                                 : ingest_endpoints(filing->house->config, name);

    return store_put_event(txn, id, name, ticket ? ticket->number : 0,
                           filing->facts ? filing->facts->message.id : 0, body,
                           endpoints, error);
}

bool
filing_announce_held(StoreTxn *txn, const Filing *filing, GError **error)
{
    g_autoptr(Mail) empty = mail_new(
        &filing->mail->origin,
        filing->mail->bytes ? g_bytes_ref(filing->mail->bytes) : g_bytes_new(NULL, 0));
    g_autofree char *body = event_held_body(clock_now_s(), empty, filing->held_because);

    return announce(txn, filing, EVENT_MESSAGE_HELD, NULL, body, error);
}

static bool
hold(StoreTxn *txn, const Filing *filing, GError **error)
{
    bool was_held = false;
    int64_t held = 0;

    if (filing->folder.epoch > 1 &&
        !store_was_held(txn, &filing->folder, filing->sha256, &was_held, error))
        return false;
    if (was_held)
        return settle(txn, filing, UID_HELD, 0, error);
    return store_put_held(txn, filing->mail, filing->stage, filing->held_because, &held,
                          error) &&
           filing_announce_held(txn, filing, error) &&
           settle(txn, filing, UID_HELD, 0, error);
}

/* The very same bytes are one message: a copy in another of our mailboxes, or the old
 * mail again after the server renumbered its folder. */
static bool
find_copy(StoreTxn *txn, Filing *filing, int64_t *message, GError **error)
{
    *message = 0;
    if (filing->folder.epoch > 1 &&
        !store_absorb_copy(txn, &filing->folder, filing->sha256, message, error))
        return false;
    filing->is_absorbed = *message != 0;
    return *message != 0 || store_find_bytes(txn, filing->sha256, message, error);
}

static char *
reply_token(int64_t ticket, const void *settings)
{
    return route_reply_token(ticket, settings);
}

/* The sorter cannot know whom this house knows. */
static void
note_namesake(Facts *facts, const Related *related)
{
    PhishingFacts *phishing = &facts->opinion.phishing;

    if (!related->namesake)
        return;
    phishing->score = MIN(1.0, phishing->score + NAMESAKE_WEIGHT);
    texts_append(&phishing->signals,
                 g_strdup_printf("the name shown is that of our customer %s, the "
                                 "address is not",
                                 related->namesake));
}

static Placement *
place(StoreTxn *txn, const Filing *filing, const RouteSettings *settings,
      GError **error)
{
    RouteQuestions questions = {0};
    g_autoptr(Related) related = related_new();
    Placement *placement = NULL;

    route_ask(filing->mail, filing->facts, settings, &questions);
    if (store_related(txn, filing->facts, questions.message_ids, questions.tickets,
                      related, error) &&
        store_count_answers(txn, filing->mail, filing->facts, related, error)) {
        note_namesake(filing->facts, related);
        placement = route_place(filing->mail, filing->facts, related, settings);
    }
    route_questions_clear(&questions);
    return placement;
}

static bool
is_spam(const Filing *filing, const Placement *placement)
{
    Label label = placement->classification.label;

    return filing->mail->origin.role == FOLDER_JUNK || label == LABEL_SPAM ||
           label == LABEL_PHISHING;
}

/* In one pass Sent is read before INBOX, for campaigns and bounces; but what an answer
 * of ours answers may be in INBOX and as new. */
static bool
is_early(const Filing *filing, const Placement *placement)
{
    const Message *message = &filing->facts->message;

    return filing->mail->origin.role == FOLDER_SENT && placement->is_silent &&
           !filing->house->takes_orphans &&
           (message->in_reply_to || list_length(message->references));
}

/* What lay there before the first connection is old news to whom it would go. */
static void
drop_forwards(GPtrArray *forwards)
{
    if (!forwards)
        return;
    g_ptr_array_set_free_func(forwards, g_free);
    g_ptr_array_set_size(forwards, 0);
    g_ptr_array_set_free_func(forwards, NULL);
}

/* The rules say that a person has to look at it first. */
static bool
hold_by_rule(StoreTxn *txn, Filing *filing, const Placement *placement, GError **error)
{
    facts_free(filing->facts);
    filing->facts = NULL;
    filing->stage = "rule";
    filing->held_because = g_strdup(placement->held_because);
    return hold(txn, filing, error);
}

typedef struct Placing {
    const RouteSettings *settings;
    const Placement *placement;
    Ticket ticket;
} Placing;

static bool
file_placed(StoreTxn *txn, const Filing *filing, Placing *placing, GError **error)
{
    const Placement *placement = placing->placement;
    Ticket *ticket = &placing->ticket;
    Filed filed = {.is_spam = is_spam(filing, placement),
                   .move_to = placement->move_to};
    g_autofree char *body = NULL;

    if (!store_place(txn, filing->mail, filing->facts, placement, reply_token,
                     placing->settings, ticket, error) ||
        !store_put_message(txn, filing->mail, filing->facts, placement, ticket, error))
        return false;
    if (!placement->is_silent) {
        body = event_body(placement->event, clock_now_s(), &filing->mail->origin,
                          filing->facts, placement, ticket);
        if (!announce(txn, filing, placement->event, ticket, body, error))
            return false;
    }
    filed.message = filing->facts->message.id;
    return actions_put(txn, filing, &filed, error);
}

static bool
file(StoreTxn *txn, Filing *filing, GError **error)
{
    const RouteSettings settings = {
        .rules = filing->house->config->rules,
        .our_domains = filing->house->config->our_domains,
        .campaign_headers = filing->house->config->campaign_headers,
        .department = filing->mailbox->department,
        .token_key = store_token_key(filing->house->store),
        .token_key_bytes = 32,
        .joins_new_subject = filing->house->config->joins_new_subject,
        .joins_other_mailbox = filing->house->config->joins_other_mailbox,
        .loop_pair = filing->house->config->loop_pair,
        .loop_address = filing->house->config->loop_address,
    };
    g_autoptr(Placement) placement = place(txn, filing, &settings, error);
    Placing placing = {.settings = &settings, .placement = placement};
    bool done;

    if (!placement)
        return false;
    filing->label = placement->classification.label;
    if (placement->held_because && !filing->is_released)
        return hold_by_rule(txn, filing, placement, error);
    filing->is_postponed = is_early(filing, placement);
    if (filing->is_postponed)
        return true;
    if (filing->house->is_silent)
        drop_forwards(placement->forwards);
    shape_init(&ticket_shape, &placing.ticket);
    done = filing_acknowledge(txn, filing, &settings, placement, error) &&
           file_placed(txn, filing, &placing, error) &&
           settle(txn, filing, UID_FILED, filing->facts->message.id, error);
    shape_clear(&ticket_shape, &placing.ticket);
    return done;
}

/* A mail that is filed already is met once more: settled, and perhaps a sign. */
static bool
file_copy(StoreTxn *txn, Filing *filing, int64_t message, GError **error)
{
    Filed filed = {message, filing->mail->origin.role == FOLDER_JUNK, NULL};

    filing->is_copy = true;
    filing->label = filing->facts->opinion.classification.label;
    filing->facts->message.id = message;
    if (!filing->is_absorbed &&
        !store_note_move(txn, &filing->folder, filing->mail->origin.role, message,
                         error))
        return false;
    if (!filed.is_spam && !store_is_spam(txn, message, &filed.is_spam, error))
        return false;
    return store_put_copy(txn, filing->mail, message, error) &&
           settle(txn, filing, UID_FILED, message, error) &&
           actions_put(txn, filing, &filed, error);
}

bool
filing_work(StoreTxn *txn, void *self, GError **error)
{
    Filing *filing = self;
    int64_t message;

    filing->is_copy = filing->is_postponed = false; /* of a run that was undone */
    if (!filing->facts)
        return hold(txn, filing, error);
    if (!find_copy(txn, filing, &message, error))
        return false;
    return message ? file_copy(txn, filing, message, error) : file(txn, filing, error);
}
