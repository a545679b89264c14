/* The mails of the past as rules see one. In portions, so that no long read keeps the
 * log of the database from being cut, and a million need the memory of one. */
#include "reader.h"

#include <string.h>

#include "model/facts.h"

enum {
    PORTION = 500
};

typedef struct Walk {
    Database *db;
    int64_t since_s, after;
    StoreVisit visit;
    void *self;
} Walk;

static void
read_verdict(const char *name, VerdictKind *out)
{
    for (int kind = 0; kind <= VERDICT_DEFERRED; kind++)
        if (name && strcmp(verdict_kind_name((VerdictKind)kind), name) == 0)
            *out = (VerdictKind)kind;
}

static bool
read_recipients(Database *db, int64_t message, Message *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db, "SELECT kind, address FROM recipients WHERE message_id = ?", "i", message);

    while (statement_row(&found)) {
        const char *kind = statement_text(&found, 0);
        GPtrArray **list = strcmp(kind, "to") == 0   ? &out->to
                           : strcmp(kind, "cc") == 0 ? &out->cc
                                                     : &out->reply_to;
        Address *address = shape_append(&address_shape, list);

        address->address = statement_dup_text(&found, 1);
    }
    return statement_done(&found, error);
}

static bool
read_attachments(Database *db, int64_t message, Message *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT filename, content_type FROM attachments WHERE message_id = ? "
        "ORDER BY position",
        "i", message);

    while (statement_row(&found)) {
        Attachment *attachment = shape_append(&attachment_shape, &out->attachments);

        attachment->filename = statement_dup_text(&found, 0);
        attachment->content_type = statement_dup_text(&found, 1);
    }
    return statement_done(&found, error);
}

/* Only the one that tells a loop. */
static bool
read_headers(Database *db, int64_t message, Message *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT name, value FROM headers WHERE message_id = ? "
                        "AND name = 'X-Postroom-Forwarded' COLLATE NOCASE",
                        "i", message);

    while (statement_row(&found)) {
        Header *header = shape_append(&header_shape, &out->headers);

        header->name = statement_dup_text(&found, 0);
        header->value = statement_dup_text(&found, 1);
    }
    return statement_done(&found, error);
}

static void
read_row(const Statement *row, Facts *facts, Origin *origin)
{
    Message *message = &facts->message;
    Label label = LABEL_OTHER;

    origin->mailbox = statement_dup_text(row, 1);
    origin->received_at = statement_time(row, 2);
    origin->role = FOLDER_INBOX;
    message->received_at = origin->received_at;
    message->from.address = statement_dup_text(row, 3);
    message->subject = statement_dup_text(row, 4);
    message->language = statement_dup_text(row, 5);
    message->text = statement_dup_text(row, 6);
    message->reply_text = statement_dup_text(row, 7);
    read_verdict(statement_text(row, 8), &facts->verdict.kind);
    if (label_from_name(statement_text(row, 9), &label))
        facts->opinion.classification.label = label;
    facts->opinion.spam.verdict = statement_dup_text(row, 10);
}

static bool
visit_row(const Walk *walk, const Statement *row, GError **error)
{
    g_autoptr(Facts) facts = facts_new();
    Mail mail = {0};
    StorePast past = {.message = statement_int(row, 0),
                      .mail = &mail,
                      .facts = facts,
                      .received_at = statement_text(row, 2),
                      .rules_json = statement_text(row, 11),
                      .actions_json = statement_text(row, 12),
                      .is_corrected = statement_int(row, 13) != 0};
    bool done;

    shape_init(&origin_shape, &mail.origin);
    read_row(row, facts, &mail.origin);
    done = read_recipients(walk->db, past.message, &facts->message, error) &&
           read_attachments(walk->db, past.message, &facts->message, error) &&
           read_headers(walk->db, past.message, &facts->message, error);
    if (done)
        walk->visit(&past, walk->self);
    shape_clear(&origin_shape, &mail.origin);
    return done;
}

/* Rules are asked about what came in. By number, which is the order of filing. */
static bool
visit_portion(Walk *walk, int *count, GError **error)
{
    g_auto(Statement) found = statement_begin(
        walk->db,
        "SELECT m.id, b.name, m.received_at, m.from_address, m.subject, m.language, "
        "m.text, m.reply_text, m.verdict, m.label, m.spam_verdict, m.rules_json, "
        "m.actions_json, EXISTS (SELECT 1 FROM corrections c WHERE c.message_id = m.id "
        "AND c.via = 'command' AND c.undone_at IS NULL) FROM messages m "
        "JOIN mailboxes b ON b.id = m.mailbox_id WHERE m.id > ? "
        "AND m.direction = 'in' AND coalesce(m.received_at, m.filed_at) >= ? "
        "ORDER BY m.id LIMIT ?",
        "isi", walk->after, walk->since_s, (int64_t)PORTION);

    *count = 0;
    while (statement_row(&found)) {
        ++*count;
        walk->after = statement_int(&found, 0);
        if (!visit_row(walk, &found, error))
            return false;
    }
    return statement_done(&found, error);
}

bool
store_visit_past(StoreReader *reader, int64_t since_s, StoreVisit visit, void *self,
                 GError **error)
{
    Walk walk = {.db = &reader->db, .since_s = since_s, .visit = visit, .self = self};
    int count = PORTION;

    while (count == PORTION)
        if (!visit_portion(&walk, &count, error))
            return false;
    return true;
}
