#include "message_rows.h"

#include "evidence.h"

enum {
    REFERENCES_MOST = 100,
    RECIPIENTS_MOST = 1000, /* of each kind */
    HEADERS_MOST = 1000,
    ATTACHMENTS_MOST = 1000,
    PARTICIPANTS_MOST = 100, /* of each kind */
};

static bool
insert_reference(Database *db, const Message *message, int64_t position,
                 const char *reference, GError **error)
{
    return statement_run(db, error,
                         "INSERT INTO message_refs (message_id, position, reference) "
                         "VALUES (?, ?, ?)",
                         "iit", message->id, position, reference);
}

/* The last ones: they are the nearest. In-Reply-To comes after them, as the parent. */
static bool
insert_references(Database *db, const Message *message, GError **error)
{
    size_t n = list_length(message->references);
    size_t first = n > REFERENCES_MOST ? n - REFERENCES_MOST : 0;

    for (size_t i = first; i < n; i++) {
        if (!insert_reference(db, message, (int64_t)i, message->references->pdata[i],
                              error))
            return false;
    }
    return !message->in_reply_to ||
           insert_reference(db, message, (int64_t)n, message->in_reply_to, error);
}

static bool
insert_recipients(Database *db, const Message *message, const char *kind,
                  const GPtrArray *addresses, GError **error)
{
    for (size_t i = 0; i < MIN(list_length(addresses), RECIPIENTS_MOST); i++) {
        const Address *address = addresses->pdata[i];

        if (!statement_run(db, error,
                           "INSERT INTO recipients (message_id, kind, position, name, "
                           "address) VALUES (?, ?, ?, ?, ?)",
                           "ititt", message->id, kind, (int64_t)i, address->name,
                           address->address))
            return false;
    }
    return true;
}

static bool
insert_headers(Database *db, const Message *message, GError **error)
{
    for (size_t i = 0; i < MIN(list_length(message->headers), HEADERS_MOST); i++) {
        const Header *header = message->headers->pdata[i];

        if (!statement_run(db, error,
                           "INSERT INTO headers (message_id, position, name, value) "
                           "VALUES (?, ?, ?, ?)",
                           "iitt", message->id, (int64_t)i, header->name,
                           header->value))
            return false;
    }
    return true;
}

static bool
insert_attachments(Database *db, const Message *message, GError **error)
{
    for (size_t i = 0; i < MIN(list_length(message->attachments), ATTACHMENTS_MOST);
         i++) {
        const Attachment *attachment = message->attachments->pdata[i];

        if (!statement_run(
                db, error,
                "INSERT INTO attachments (message_id, position, part, filename, "
                "content_type, size_bytes, sha256, content_id, is_inline, risk_json) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "iitttittbj", message->id, (int64_t)i + 1, attachment->part,
                attachment->filename, attachment->content_type, attachment->size_bytes,
                attachment->sha256, attachment->content_id, (int)attachment->is_inline,
                evidence_texts(attachment->risk)))
            return false;
    }
    return true;
}

bool
message_rows_put(Database *db, const Message *message, GError **error)
{
    return insert_references(db, message, error) &&
           insert_recipients(db, message, "to", message->to, error) &&
           insert_recipients(db, message, "cc", message->cc, error) &&
           insert_recipients(db, message, "reply_to", message->reply_to, error) &&
           insert_headers(db, message, error) && insert_attachments(db, message, error);
}

static bool
insert_participant(Database *db, int64_t ticket, const Address *person, GError **error)
{
    return !person->address ||
           statement_run(db, error,
                         "INSERT INTO ticket_participants (ticket, address) "
                         "VALUES (?, lower(?)) ON CONFLICT DO NOTHING",
                         "it", ticket, person->address);
}

static bool
insert_participants(Database *db, int64_t ticket, const GPtrArray *people,
                    GError **error)
{
    for (size_t i = 0; i < MIN(list_length(people), PARTICIPANTS_MOST); i++) {
        if (!insert_participant(db, ticket, people->pdata[i], error))
            return false;
    }
    return true;
}

bool
message_rows_put_participants(Database *db, const Message *message, int64_t ticket,
                              GError **error)
{
    return insert_participant(db, ticket, &message->from, error) &&
           insert_participants(db, ticket, message->reply_to, error) &&
           insert_participants(db, ticket, message->to, error) &&
           insert_participants(db, ticket, message->cc, error);
}
