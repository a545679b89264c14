#include "registrar.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "deferred.h"
#include "evidence.h"
#include "folders.h"
#include "label_rows.h"
#include "late_answers.h"
#include "lessons.h"
#include "message_rows.h"
#include "raw.h"
#include "ticket_steps.h"

/* In the order of the model's enums; the CHECKs of the schema say the same. */
static const char *const method_names[] = {"none", "token", "message_id", "references"};
static const char *const direction_names[] = {"in", "out"};

static const char insert_message[] =
    "INSERT INTO messages (ticket, mailbox_id, folder_id, direction, message_id, "
    "in_reply_to, sha256, size_bytes, date_at, received_at, filed_at, "
    "from_name, from_address, sender_name, sender_address, envelope_from, "
    "delivered_to, subject, language, text, reply_text, quoted_text, signature_text, "
    "html, is_truncated, is_signed, is_encrypted, attachment_count, links_json, "
    "calendar_json, defects_json, "
    "verdict, author_domain, verdict_because_json, auth_json, "
    "label, sublabel, confidence, review, reasons_json, scores_json, model, "
    "spam_score, spam_verdict, spam_tokens_json, phishing_score, "
    "phishing_signals_json, is_automatic, automatic_kind, automatic_because, "
    "thread_method, thread_confidence, thread_because, department, rules_json, "
    "actions_json, campaign, campaign_intent) VALUES ("
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?)";

static const char insert_message_format[] = "ziitttt"       /* up to sha256 */
                                            "issm"          /* up to filed_at */
                                            "ttttttttttttt" /* names to html */
                                            "bbbijjj"       /* up to defects */
                                            "ttjj"          /* verdict */
                                            "ttrbjjt"       /* classification */
                                            "rtjrjbtt"      /* spam to automatic */
                                            "trttjjtt";     /* thread to campaign */

/* One statement, so one long list of values in the order of the columns. */
static bool
insert_row(Database *db, const FolderRow *folder, int64_t ticket, const Facts *facts,
           const Placement *placement, GError **error)
{
    const Message *m = &facts->message;
    const Verdict *v = &facts->verdict;
    const Opinion *o = &facts->opinion;
    const Classification *c = &placement->classification;
    const Campaign *campaign = placement->campaign ? placement->campaign : o->campaign;

    return statement_run(
        db, error, insert_message, insert_message_format, ticket, folder->mailbox,
        folder->folder, direction_names[m->direction], m->message_id, m->in_reply_to,
        m->sha256, m->size_bytes, m->date, m->received_at, clock_now_ms(), m->from.name,
        m->from.address, m->sender.name, m->sender.address, m->envelope_from,
        m->delivered_to, m->subject, m->language, m->text, m->reply_text,
        m->quoted_text, m->signature_text, m->html, (int)m->is_truncated,
        (int)m->security.is_signed, (int)m->security.is_encrypted,
        (int64_t)list_length(m->attachments), evidence_list(&link_shape, m->links),
        evidence_list(&invitation_shape, m->calendar), evidence_texts(m->defects),
        verdict_kind_name(v->kind), v->author_domain, evidence_texts(v->because),
        evidence_object(&verdict_shape, v), label_name(c->label), c->sublabel,
        c->confidence, (int)c->review, evidence_list(&reason_shape, c->reasons),
        evidence_scores(c->scores), c->model, o->spam.score, o->spam.verdict,
        evidence_texts(o->spam.top_tokens), o->phishing.score,
        evidence_texts(o->phishing.signals), (int)o->automatic.is_auto,
        o->automatic.kind, o->automatic.because, method_names[placement->thread.method],
        placement->thread.confidence, placement->thread.because,
        placement->route.department, evidence_texts(placement->route.rules),
        evidence_texts(placement->route.actions), campaign ? campaign->id : NULL,
        campaign ? campaign->intent : NULL);
}

/* A collector that asks again for what is filed gets a fault it can heal from: it reads
 * the ledger anew. */
static bool
insert_delivery(Database *db, const FolderRow *folder, const Origin *origin,
                int64_t message, GError **error)
{
    if (!statement_run(db, error,
                       "INSERT INTO deliveries (message_id, folder_id, uidvalidity, "
                       "epoch, uid, seen_epoch, received_at, filed_at) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                       "ON CONFLICT (folder_id, epoch, uid) DO NOTHING",
                       "iiiiiism", message, folder->folder, origin->uidvalidity,
                       folder->epoch, origin->uid, folder->epoch, origin->received_at,
                       clock_now_ms()))
        return false;
    if (sqlite3_changes(db->sqlite) == 1)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY,
                "uid %" G_GINT64_FORMAT " of folder '%s' is filed already", origin->uid,
                origin->folder);
    return false;
}

/* What is to go through the relay. */
typedef struct Sendings {
    const FolderRow *folder;
    int64_t uid, message;
} Sendings;

static bool
put_sending(Database *db, const Sendings *all, const char *verb, const char *to,
            GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(db, error,
                         "INSERT INTO pending_actions (message_id, folder_id, epoch, "
                         "uid, action, argument, due_at, created_at) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         "iiiittmm", all->message, all->folder->folder,
                         all->folder->epoch, all->uid, verb, to, now, now);
}

static bool
put_sendings(Database *db, const Sendings *all, const Placement *placement,
             GError **error)
{
    const GPtrArray *forwards = placement->forwards;
    const char *verb = placement->is_forwarded_attached ? "attach" : "forward";

    for (size_t i = 0; i < list_length(forwards); i++)
        if (!put_sending(db, all, verb, forwards->pdata[i], error))
            return false;
    return !placement->acknowledges ||
           put_sending(db, all, "acknowledge", placement->acknowledges, error);
}

static const char *
ticket_step(const Placement *placement, const Ticket *ticket)
{
    if (ticket->is_new)
        return "opened";
    if (placement->is_answer)
        return "answered";
    return placement->reopens ? "reopened" : "joined";
}

static const char *
who_wrote(const Facts *facts)
{
    if (facts->opinion.automatic.is_auto)
        return "program";
    return facts->message.direction == DIRECTION_OUT ? "agent" : "customer";
}

/* Rules have their say when a ticket is opened. */
static char *
rules_text(const Placement *placement, const Ticket *ticket)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; ticket->is_new && i < list_length(placement->route.rules); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               (const char *)placement->route.rules->pdata[i]);
    return g_string_free(names, names->len == 0);
}

static bool
put_ticket_step(Database *db, const Facts *facts, const Placement *placement,
                const Ticket *ticket, GError **error)
{
    g_autofree char *rules = rules_text(placement, ticket);
    TicketStep step = {.ticket = ticket->number,
                       .sequence = ticket->sequence,
                       .message = facts->message.id,
                       .kind = ticket_step(placement, ticket),
                       .actor = who_wrote(facts),
                       .rule = rules};

    if (ticket->is_new || ticket->status != ticket->status_before) {
        step.field = "status";
        step.old_value =
            ticket->is_new ? NULL : ticket_status_name(ticket->status_before);
        step.new_value = ticket_status_name(ticket->status);
    }
    return ticket_steps_put(db, &step, error);
}

static bool
put_ticket_rows(Database *db, const Facts *facts, const Placement *placement,
                const Ticket *ticket, GError **error)
{
    if (ticket->number == 0)
        return true;
    return put_ticket_step(db, facts, placement, ticket, error) &&
           message_rows_put_participants(db, &facts->message, ticket->number, error);
}

/* Junk is somebody's word, the server's or a person's; an answer is a person's. */
static bool
put_lessons(Database *db, int64_t junk, int64_t answered, GError **error)
{
    return (junk == 0 || lessons_settle(db, junk, error)) &&
           (answered == 0 || lessons_note_answer(db, answered, error));
}

bool
store_put_message(StoreTxn *txn, const Mail *mail, Facts *facts,
                  const Placement *placement, const Ticket *ticket, GError **error)
{
    Database *db = txn->db;
    Message *message = &facts->message;
    FolderRow folder = {0};
    Sendings sendings;
    int64_t row;

    if (!folders_find_origin(db, &mail->origin, &folder, error) ||
        !insert_row(db, &folder, ticket->number, facts, placement, error))
        return false;
    row = sqlite3_last_insert_rowid(db->sqlite);
    if (!insert_delivery(db, &folder, &mail->origin, row, error))
        return false;
    message->id = row;
    sendings = (Sendings){&folder, mail->origin.uid, row};
    if (mail->bytes && message->sha256 && !raw_put(db, message->sha256, mail, error))
        return false;
    return message_rows_put(db, message, error) &&
           put_ticket_rows(db, facts, placement, ticket, error) &&
           late_answers_join(db, message, ticket->number, error) &&
           label_rows_put(db, facts, placement, ticket->number, error) &&
           put_sendings(db, &sendings, placement, error) &&
           put_lessons(db, mail->origin.role == FOLDER_JUNK ? row : 0,
                       placement->is_answer ? ticket->number : 0, error) &&
           deferred_put(db, facts, error);
}

bool
store_put_copy(StoreTxn *txn, const Mail *mail, int64_t message, GError **error)
{
    FolderRow folder = {0};

    return folders_find_origin(txn->db, &mail->origin, &folder, error) &&
           insert_delivery(txn->db, &folder, &mail->origin, message, error);
}
