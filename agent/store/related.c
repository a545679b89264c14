#include "registrar.h"

#include "base/clock.h"
#include "contacts.h"
#include "reputation.h"
#include "tickets.h"

enum {
    IDS_MOST = 64,       /* of one mail's references that are looked up */
    MESSAGES_MOST = 4,   /* mails that share one Message-ID */
    SIBLINGS_MOST = 100, /* mails looked at that refer to one unseen mail */
    BOUNCES_MOST = 1000, /* of one report that are verified */
    LOOP_S = 3600,       /* answers are counted for so long */
    ANSWERS_MOST = 1000, /* mails looked at for that */
};

bool
store_find_bytes(StoreTxn *txn, const char *sha256, int64_t *message, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT id FROM messages WHERE sha256 = ? ORDER BY id LIMIT 1", "t",
        sha256);

    *message = statement_row(&found) ? statement_int(&found, 0) : 0;
    return statement_done(&found, error);
}

/* The writer, if he is one: a long ticket has thousands. */
static bool
add_participants(Database *db, const char *writer, RelatedMessage *related,
                 GError **error)
{
    g_auto(Statement) found = statement_begin(
        db, "SELECT address FROM ticket_participants WHERE ticket = ? AND address = ?",
        "it", related->ticket, writer);

    while (statement_row(&found))
        texts_append(&related->participants, statement_dup_text(&found, 0));
    return statement_done(&found, error);
}

static bool
add_ticket(Database *db, const char *writer, RelatedMessage *related, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT t.status, t.kind, m.name, t.subject FROM tickets t "
                        "JOIN mailboxes m ON m.id = t.mailbox_id WHERE t.number = ?",
                        "i", related->ticket);

    if (statement_row(&found)) {
        bool known =
            ticket_status_from_name(statement_text(&found, 0),
                                    &related->ticket_status) &&
            ticket_kind_from_name(statement_text(&found, 1), &related->ticket_kind);

        g_assert(known);
        related->ticket_mailbox = statement_dup_text(&found, 2);
        if (!related->subject)
            related->subject = statement_dup_text(&found, 3);
    }
    return statement_done(&found, error) &&
           add_participants(db, writer, related, error);
}

/* What a found message or token says of its ticket, merges followed. */
static bool
complete(Database *db, const char *writer, RelatedMessage *related, GError **error)
{
    if (related->ticket == 0)
        return true;
    if (!tickets_follow(db, related->ticket, &related->ticket, error))
        return false;
    return related->ticket == 0 || add_ticket(db, writer, related, error);
}

static void
append_message(const Statement *row, const char *message_id, Related *out)
{
    RelatedMessage *related = shape_append(&related_message_shape, &out->messages);

    related->message_id = g_strdup(message_id);
    related->message = statement_int(row, 0);
    related->ticket = statement_int(row, 1);
    related->direction =
        g_strcmp0(statement_text(row, 2), "out") == 0 ? DIRECTION_OUT : DIRECTION_IN;
    related->subject = statement_dup_text(row, 3);
    related->campaign = statement_dup_text(row, 4);
}

/* The first mail with an id is the one that was meant: a later one that repeats it must
 * not take its place. */
static bool
add_messages(Database *db, const char *message_id, Related *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT g.id, g.ticket, g.direction, g.subject, "
        "(SELECT s.campaign FROM sent_messages s WHERE s.message_id = g.message_id "
        "AND s.campaign IS NOT NULL LIMIT 1) "
        "FROM messages g WHERE g.message_id = ? "
        "ORDER BY (g.ticket IS NULL), g.id LIMIT ?",
        "ti", message_id, (int64_t)MESSAGES_MOST);

    while (statement_row(&found))
        append_message(&found, message_id, out);
    return statement_done(&found, error);
}

/* A mail of ours known from an imported campaign only; null comes last. */
static bool
add_sent(Database *db, const char *message_id, Related *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT 0, 0, 'out', NULL, campaign FROM sent_messages "
                        "WHERE message_id = ? ORDER BY campaign DESC LIMIT 1",
                        "t", message_id);

    if (statement_row(&found))
        append_message(&found, message_id, out);
    return statement_done(&found, error);
}

/* Nobody has the mail itself, but an earlier one of ours refers to it: siblings of a
 * parent we never saw belong together. */
static bool
add_sibling(Database *db, const char *message_id, Related *out, GError **error)
{
    /* A plain walk along the index: a LIMIT in a subquery would be a table in memory.
     */
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT g.id, g.ticket, g.direction, g.subject, NULL FROM message_refs r "
        "CROSS JOIN messages g ON g.id = r.message_id WHERE r.reference = ? "
        "ORDER BY r.message_id LIMIT ?",
        "ti", message_id, (int64_t)SIBLINGS_MOST);

    while (statement_row(&found)) {
        if (!statement_is_null(&found, 1)) {
            append_message(&found, message_id, out);
            return true;
        }
    }
    return statement_done(&found, error);
}

static bool
relate_id(Database *db, const char *message_id, const char *writer, Related *out,
          GError **error)
{
    size_t before = list_length(out->messages);

    if (!add_messages(db, message_id, out, error))
        return false;
    if (list_length(out->messages) == before && !add_sent(db, message_id, out, error))
        return false;
    if (list_length(out->messages) == before &&
        !add_sibling(db, message_id, out, error))
        return false;
    for (size_t i = before; i < list_length(out->messages); i++) {
        if (!complete(db, writer, out->messages->pdata[i], error))
            return false;
    }
    return true;
}

static bool
relate_token(Database *db, int64_t ticket, const char *writer, Related *out,
             GError **error)
{
    RelatedMessage *related = shape_append(&related_message_shape, &out->messages);

    related->ticket = ticket;
    related->direction = DIRECTION_OUT;
    related->by_token = true;
    return complete(db, writer, related, error);
}

/* Most houses have none, and the question costs more than the answer. */
static bool
has_rules(Database *db, bool *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db, "SELECT 1 FROM sender_rules WHERE id > 0 LIMIT 1", "");

    *out = statement_row(&found);
    return statement_done(&found, error);
}

/* Of the rules that apply, the newest counts. An allow applies to authenticated mail
 * only, for anybody can write any From. */
static bool
find_standing(Database *db, const Facts *facts, SenderStanding *out, GError **error)
{
    const char *address = facts->message.from.address;
    bool is_proven = facts->verdict.kind == VERDICT_AUTHENTICATED;
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT standing FROM ("
        "SELECT * FROM sender_rules WHERE pattern IN (lower(?3), lower(?4)) UNION ALL "
        "SELECT * FROM sender_rules WHERE pattern GLOB '*[*?]*' "
        "AND lower(?3) GLOB pattern) "
        "WHERE (until_at IS NULL OR until_at > ?1) AND (standing = 'blocked' OR ?2) "
        "ORDER BY id DESC LIMIT 1",
        "mbtt", clock_now_ms(), (int)is_proven, address, contacts_domain(address));

    *out = SENDER_UNKNOWN;
    if (statement_row(&found))
        *out = g_str_equal(statement_text(&found, 0), "allowed") ? SENDER_ALLOWED
                                                                 : SENDER_BLOCKED;
    return statement_done(&found, error);
}

/* Only a recipient of that very mail can have failed to get it. */
static bool
was_sent(Database *db, const Bounce *bounce, bool *out, GError **error)
{
    static const char to_anybody[] =
        "SELECT 1 FROM sent_messages WHERE message_id = ?1 LIMIT 1";
    static const char to_somebody[] =
        "SELECT 1 FROM sent_messages WHERE message_id = ?1 AND recipient = ?2 LIMIT 1";
    g_auto(Statement) found =
        bounce->recipient
            ? statement_begin(db, to_somebody, "tt", bounce->original_message_id,
                              bounce->recipient)
            : statement_begin(db, to_anybody, "t", bounce->original_message_id);

    *out = statement_row(&found);
    return statement_done(&found, error);
}

static bool
verify_bounces(Database *db, const Facts *facts, Related *out, GError **error)
{
    const GPtrArray *bounces = facts->opinion.bounces;

    for (size_t i = 0; i < MIN(list_length(bounces), BOUNCES_MOST); i++) {
        const Bounce *bounce = bounces->pdata[i];
        bool sent = false;

        if (!bounce->original_message_id)
            continue;
        if (!was_sent(db, bounce, &sent, error))
            return false;
        if (sent)
            texts_append(
                &out->bounced,
                placement_bounce_key(bounce->original_message_id, bounce->recipient));
    }
    return true;
}

bool
store_related(StoreTxn *txn, const Facts *facts, const GPtrArray *message_ids,
              const GArray *token_tickets, Related *out, GError **error)
{
    const char *sha256 = facts->message.sha256;
    const char *writer = facts->message.from.address;
    bool rules;

    for (guint i = 0; token_tickets && i < MIN(token_tickets->len, IDS_MOST); i++) {
        if (!relate_token(txn->db, g_array_index(token_tickets, int64_t, i), writer,
                          out, error))
            return false;
    }
    for (guint i = 0; message_ids && i < MIN(message_ids->len, IDS_MOST); i++) {
        if (!relate_id(txn->db, message_ids->pdata[i], writer, out, error))
            return false;
    }
    if (sha256 && !store_find_bytes(txn, sha256, &out->same_bytes, error))
        return false;
    return verify_bounces(txn->db, facts, out, error) &&
           reputation_find(txn->db, facts, out, error) &&
           has_rules(txn->db, &rules, error) &&
           (!rules || find_standing(txn->db, facts, &out->sender, error));
}

bool
store_count_answers(StoreTxn *txn, const Mail *mail, const Facts *facts, Related *out,
                    GError **error)
{
    const Message *message = &facts->message;
    int64_t at_s =
        message->received_at == TIME_NONE ? clock_now_s() : message->received_at;
    bool is_answer = message->in_reply_to || list_length(message->references);
    g_auto(Statement) row = {0};

    if (mail->origin.role != FOLDER_INBOX || !is_answer || !message->from.address)
        return true;
    row = statement_begin(
        txn->db,
        "SELECT count(*), coalesce(sum(mailbox_id = (SELECT id FROM mailboxes WHERE "
        "name = ?4)), 0) FROM (SELECT mailbox_id, in_reply_to FROM messages WHERE "
        "from_address = ?1 AND received_at BETWEEN ?2 AND ?3 ORDER BY received_at DESC "
        "LIMIT ?5) WHERE in_reply_to IS NOT NULL",
        "tssti", message->from.address, at_s - LOOP_S, at_s, mail->origin.mailbox,
        (int64_t)ANSWERS_MOST);
    if (statement_row(&row)) {
        out->answers_address = statement_int(&row, 0);
        out->answers_pair = statement_int(&row, 1);
    }
    return statement_done(&row, error);
}
