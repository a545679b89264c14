#include "reader.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "database.h"
#include "raw.h"

StoreReader *
store_reader_open(const char *state, GError **error)
{
    g_autoptr(StoreReader) reader = g_new0(StoreReader, 1);

    if (!database_open_reader(&reader->db, state, error))
        return NULL;
    return g_steal_pointer(&reader);
}

void
store_reader_close(StoreReader *reader)
{
    if (!reader)
        return;
    database_clear(&reader->db);
    g_free(reader);
}

static void
free_row(gpointer row)
{
    g_ptr_array_unref(row);
}

static StoreTable *
empty_table(const Statement *statement)
{
    StoreTable *table = g_new0(StoreTable, 1);
    int columns = sqlite3_column_count(statement->prepared);

    table->columns = g_ptr_array_new_with_free_func(g_free);
    table->rows = g_ptr_array_new_with_free_func(free_row);
    table->numeric = g_byte_array_new();
    for (int i = 0; i < columns; i++) {
        const uint8_t unknown = 1;

        g_ptr_array_add(table->columns,
                        g_strdup(sqlite3_column_name(statement->prepared, i)));
        g_byte_array_append(table->numeric, &unknown, 1);
    }
    return table;
}

void
store_table_free(StoreTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->columns);
    g_ptr_array_unref(table->rows);
    g_byte_array_unref(table->numeric);
    g_free(table);
}

/* Tables are STRICT: a column that shows one text is a column of texts. */
static void
append_row(const Statement *statement, StoreTable *table)
{
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < table->columns->len; i++) {
        int type = sqlite3_column_type(statement->prepared, (int)i);

        if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            table->numeric->data[i] = 0;
        g_ptr_array_add(row, statement_dup_text(statement, (int)i));
    }
    g_ptr_array_add(table->rows, row);
}

StoreTable *
reader_table(Statement *statement, GError **error)
{
    g_autoptr(StoreTable) table = NULL;

    if (statement->prepared)
        table = empty_table(statement);
    while (statement_row(statement))
        append_row(statement, table);
    if (!statement_done(statement, error))
        return NULL;
    return g_steal_pointer(&table);
}

/* A whole one; else it is part of one. */
static bool
is_address(const char *text)
{
    const char *at = strchr(text, '@');

    return at && at > text && strchr(at, '.') && !g_str_has_suffix(text, ".");
}

/* Read from the newest back, told from the oldest on. */
static void
turn_round(GPtrArray *rows)
{
    for (guint i = 0; i < rows->len / 2; i++) {
        gpointer row = rows->pdata[i];

        rows->pdata[i] = rows->pdata[rows->len - 1 - i];
        rows->pdata[rows->len - 1 - i] = row;
    }
}

/* Whether at least one of twenty people has `part` in his address: then the newest
 * tickets are looked through, else all tickets of those who have. */
static bool
is_common(StoreReader *reader, const char *part, bool *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        &reader->db,
        "SELECT count(*) FILTER (WHERE instr(address, lower(?))) * 20 >= count(*) "
        "FROM contacts",
        "t", part);

    *out = statement_row(&row) && statement_int(&row, 0);
    return statement_done(&row, error);
}

/* Only the filters that were given: what is compared with null uses no index. A text
 * for each set of filters, kept for ever, because statements are known by it. */
static const char *
ticket_question(const TicketFilter *filter, bool is_common_sender)
{
    bool is_whole = filter->sender && is_address(filter->sender);
    bool is_part = filter->sender && !is_whole;
    const struct {
        bool is_given;
        const char *sql;
    } filters[] = {
        {filter->number, " AND number = ?1"},
        {filter->label, " AND label = ?2"},
        {filter->status, " AND status = ?3"},
        {filter->department, " AND department = ?4"},
        {is_whole, " AND requester = ?5"},
        {is_part && is_common_sender, " AND instr(lower(requester), lower(?5))"},
        {is_part && !is_common_sender,
         /* People are fewer than tickets; who is no contact has an index of his own. */
         " AND number IN (SELECT number FROM tickets WHERE requester_address IN ("
         "SELECT address FROM contacts WHERE instr(address, lower(?5)) UNION ALL "
         "SELECT requester_address FROM tickets INDEXED BY tickets_strangers WHERE "
         "requester_id IS NULL AND instr(lower(requester_address), lower(?5))))"},
        {filter->since != TIME_NONE, " AND created_at >= ?6"},
        {filter->assignee && *filter->assignee, " AND assignee = ?7"},
        {filter->assignee && !*filter->assignee, " AND assignee IS NULL"},
        {filter->priority, " AND priority = ?8"},
    };
    g_autoptr(GString) sql = g_string_new(
        "SELECT number, kind, status, priority, department, assignee, "
        "requester, subject, messages, created_at, updated_at, first_response_seconds, "
        "mailbox, language, label, merged_into, linked_to, unanswered_since, "
        "closed_at, first_response_business_seconds, resolution_seconds, "
        "resolution_business_seconds FROM v_tickets WHERE true");

    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
        if (filters[i].is_given)
            g_string_append(sql, filters[i].sql);
    g_string_append(sql, filter->since == TIME_NONE
                             ? " ORDER BY number DESC LIMIT ?9"
                             : " ORDER BY created_at DESC, number DESC LIMIT ?9");
    return g_intern_string(sql->str);
}

StoreTable *
store_read_tickets(StoreReader *reader, const TicketFilter *filter, GError **error)
{
    bool is_common_sender = false;
    g_auto(Statement) found = {0};
    StoreTable *tickets;

    if (filter->sender && !is_address(filter->sender) &&
        !is_common(reader, filter->sender, &is_common_sender, error))
        return NULL;
    found = statement_begin(&reader->db, ticket_question(filter, is_common_sender),
                            "zttttstti", filter->number, filter->label, filter->status,
                            filter->department, filter->sender, filter->since,
                            filter->assignee, filter->priority,
                            filter->most ? filter->most : INT64_C(-1));
    tickets = reader_table(&found, error);
    if (tickets)
        turn_round(tickets->rows);
    return tickets;
}

/* Tickets that were merged into this one, at last. */
#define FAMILY                                                                         \
    "WITH RECURSIVE chain (number) AS (SELECT ?1 UNION SELECT t.number FROM chain c "  \
    "JOIN tickets t ON t.merged_into = c.number) "

StoreTable *
store_read_ticket_messages(StoreReader *reader, int64_t number, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        FAMILY
        "SELECT id, ticket, direction, coalesce(received_at, filed_at) AS received_at, "
        "sender, subject, label, verdict, thread_method, thread_because, attachments "
        "FROM v_messages WHERE ticket IN (SELECT number FROM chain) "
        "ORDER BY coalesce(received_at, filed_at), id",
        "i", number);

    return reader_table(&found, error);
}

StoreTable *
store_read_ticket_steps(StoreReader *reader, int64_t number, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT sequence, at, kind, actor, message_id AS message, field, old_value, "
        "new_value, rule FROM ticket_events WHERE ticket = ? ORDER BY sequence",
        "i", number);

    return reader_table(&found, error);
}

StoreTable *
store_read_message(StoreReader *reader, int64_t message, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT v.id, v.ticket, v.mailbox, v.folder, v.direction, v.sender_name, "
        "v.sender, "
        "(SELECT group_concat(address, ', ') FROM recipients r "
        "WHERE r.message_id = v.id AND r.kind = 'to') AS recipients, "
        "(SELECT group_concat(address, ', ') FROM recipients r "
        "WHERE r.message_id = v.id AND r.kind = 'cc') AS copies, "
        "v.subject, v.date_at, v.received_at, v.message_id, g.in_reply_to, v.label, "
        "v.sublabel, v.confidence, v.review, v.reasons_json, v.verdict, "
        "v.author_domain, v.verdict_because_json, v.spam_score, v.phishing_score, "
        "v.is_automatic, g.automatic_because, v.thread_method, v.thread_because, "
        "v.department, v.rules_json, g.actions_json, v.campaign, v.language, "
        "g.defects_json, v.attachments, v.size_bytes, v.sha256, g.text, "
        "g.reply_text, g.is_truncated "
        "FROM v_messages v JOIN messages g ON g.id = v.id WHERE v.id = ?",
        "i", message);

    return reader_table(&found, error);
}

StoreTable *
store_read_attachments(StoreReader *reader, int64_t message, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT position AS n, part, filename, content_type, size_bytes, sha256, "
        "is_inline, risk_json FROM attachments WHERE message_id = ? ORDER BY position",
        "i", message);

    return reader_table(&found, error);
}

static bool
find_sha256(StoreReader *reader, int64_t id, bool held, char **sha256, GError **error)
{
    static const char of_message[] = "SELECT sha256 FROM messages WHERE id = ?";
    static const char of_held[] = "SELECT sha256 FROM held_mail WHERE id = ?";
    g_auto(Statement) found =
        statement_begin(&reader->db, held ? of_held : of_message, "i", id);
    bool is_there = statement_row(&found);
    g_autofree char *name = is_there ? statement_dup_text(&found, 0) : NULL;

    if (!statement_done(&found, error))
        return false;
    if (!name) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    is_there ? "%s %" G_GINT64_FORMAT " has no raw mail"
                             : "there is no %s %" G_GINT64_FORMAT,
                    held ? "held mail" : "message", id);
        return false;
    }
    *sha256 = g_steal_pointer(&name);
    return true;
}

GBytes *
store_read_raw(StoreReader *reader, int64_t id, bool held, GError **error)
{
    g_autofree char *sha256 = NULL;

    if (!find_sha256(reader, id, held, &sha256, error))
        return NULL;
    return raw_get(&reader->db, sha256, error);
}

StoreTable *
store_read_held(StoreReader *reader, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT h.id, h.state, m.name AS mailbox, f.name AS folder, h.uid, h.stage, "
        "h.because, h.size_bytes, h.received_at, h.held_at, h.sha256 FROM held_mail h "
        "JOIN folders f ON f.id = h.folder_id JOIN mailboxes m ON m.id = f.mailbox_id "
        "ORDER BY h.id",
        "");

    return reader_table(&found, error);
}

StoreTable *
store_read_mailboxes(StoreReader *reader, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT mailbox, address, state, messages, held, holes, failures, "
        "last_success_at, seconds_since_success, last_failure_at, "
        "last_error FROM v_mailbox_health ORDER BY mailbox",
        "");

    return reader_table(&found, error);
}

StoreTable *
store_read_webhooks(StoreReader *reader, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT webhook, state, waiting, delivered, dead, oldest_waiting_at, "
        "last_success_at, last_failure_at, last_error, because FROM v_webhook_health "
        "ORDER BY webhook",
        "");

    return reader_table(&found, error);
}

StoreTable *
store_read_dead_letters(StoreReader *reader, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT o.endpoint AS webhook, e.type, o.event_id, o.ticket, "
        "e.message_id AS message, o.attempts, o.created_at, o.settled_at, "
        "a.http_status, a.because AS last_error FROM outbox o "
        "JOIN events e ON e.id = o.event_id LEFT JOIN delivery_attempts a ON a.id = "
        "(SELECT max(id) FROM delivery_attempts WHERE outbox_id = o.id) "
        "WHERE o.state = 'dead' ORDER BY o.id",
        "");

    return reader_table(&found, error);
}
