/* Erases a person: tickets he asked for, mail from and to him, and wherever else his
 * address stands. Tables are found by the schema's references, so that one that joins
 * the house later is not forgotten. */
#include "erasure.h"

#include <string.h>

#include "base/fault.h"
#include "database.h"
#include "raw.h"
#include "registrar.h"

/* ---- functions for SQL ---- */

static const char *
find_folded(const char *text, const char *address)
{
    size_t length = strlen(address);

    for (; *text; text++)
        if (g_ascii_strncasecmp(text, address, length) == 0)
            return text;
    return NULL;
}

/* mentions(address, text, ...) */
static void
sql_mentions(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *address = (const char *)sqlite3_value_text(values[0]);

    for (int i = 1; i < count; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);

        if (text && find_folded(text, address)) {
            sqlite3_result_int(context, 1);
            return;
        }
    }
    sqlite3_result_int(context, 0);
}

/* erased(address, text): the text without the address. */
static void
sql_erased(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *address = (const char *)sqlite3_value_text(values[0]);
    const char *text = (const char *)sqlite3_value_text(values[1]);
    const char *found = text ? find_folded(text, address) : NULL;
    g_autoptr(GString) kept = NULL;

    (void)count;
    if (!found) {
        sqlite3_result_value(context, values[1]);
        return;
    }
    kept = g_string_new(NULL);
    for (; found; found = find_folded(text, address)) {
        g_string_append_len(kept, text, found - text);
        g_string_append(kept, "[erased]");
        text = found + strlen(address);
    }
    g_string_append(kept, text);
    sqlite3_result_text(context, kept->str, (int)kept->len, SQLITE_TRANSIENT);
}

static bool
add_functions(const Database *db, GError **error)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int code = sqlite3_create_function(db->sqlite, "mentions", -1, flags, NULL,
                                       sql_mentions, NULL, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_create_function(db->sqlite, "erased", 2, flags, NULL, sql_erased,
                                       NULL, NULL);
    if (code != SQLITE_OK)
        database_fault(db, code, error);
    return code == SQLITE_OK;
}

/* ---- who and what ---- */

static const char begin_sql[] =
    "PRAGMA defer_foreign_keys = ON;"
    "DROP TABLE IF EXISTS temp.person; DROP TABLE IF EXISTS temp.dead_tickets;"
    "DROP TABLE IF EXISTS temp.dead_messages; DROP TABLE IF EXISTS temp.changed;"
    "CREATE TEMP TABLE person (address TEXT);"
    "CREATE TEMP TABLE dead_tickets (id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE dead_messages (id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE changed (id INTEGER PRIMARY KEY);";

static const char choose_sql[] =
    "INSERT INTO temp.dead_tickets SELECT number FROM tickets "
    "WHERE requester_address = (SELECT address FROM temp.person);"
    "INSERT OR IGNORE INTO temp.dead_messages SELECT id FROM messages "
    "WHERE ticket IN (SELECT id FROM temp.dead_tickets);"
    "INSERT OR IGNORE INTO temp.dead_messages SELECT id FROM messages "
    "WHERE from_address = (SELECT address FROM temp.person);"
    "INSERT OR IGNORE INTO temp.dead_messages SELECT message_id FROM recipients "
    "WHERE address = (SELECT address FROM temp.person);"
    "INSERT OR IGNORE INTO temp.dead_messages SELECT message_id FROM leads "
    "WHERE email = (SELECT address FROM temp.person) COLLATE NOCASE;"
    /* A ticket that loses its last message goes too. */
    "INSERT OR IGNORE INTO temp.dead_tickets SELECT ticket FROM messages d "
    "WHERE id IN (SELECT id FROM temp.dead_messages) AND ticket IS NOT NULL AND NOT "
    "EXISTS (SELECT 1 FROM messages m WHERE m.ticket = d.ticket AND m.id NOT IN "
    "(SELECT id FROM temp.dead_messages));";

/* Others' mail that names the address: the text changes, the raw mail goes. */
static const char mentioned_sql[] =
    "INSERT OR IGNORE INTO temp.changed SELECT id FROM messages WHERE mentions("
    "(SELECT address FROM temp.person), subject, text, reply_text, quoted_text, "
    "signature_text, html, sender_address, envelope_from, delivered_to, links_json, "
    "calendar_json, auth_json, message_id, in_reply_to) "
    "AND id NOT IN (SELECT id FROM temp.dead_messages);"
    "INSERT OR IGNORE INTO temp.changed SELECT message_id FROM headers WHERE "
    "mentions((SELECT address FROM temp.person), value) "
    "AND message_id NOT IN (SELECT id FROM temp.dead_messages);"
    "DELETE FROM raw_mail WHERE sha256 IN (SELECT sha256 FROM messages WHERE id IN "
    "(SELECT id FROM temp.dead_messages UNION ALL SELECT id FROM temp.changed));"
    "INSERT INTO message_words (message_words, rowid, subject, reply_text) "
    "SELECT 'delete', id, subject, reply_text FROM messages WHERE id IN "
    "(SELECT id FROM temp.dead_messages UNION ALL SELECT id FROM temp.changed) "
    "AND id <= (SELECT value FROM house WHERE key = 'indexed_to');";

static const char rows_sql[] =
    "DELETE FROM delivery_attempts WHERE outbox_id IN (SELECT o.id FROM outbox o JOIN "
    "events e ON e.id = o.event_id WHERE e.message_id IN (SELECT id FROM "
    "temp.dead_messages) OR e.ticket IN (SELECT id FROM temp.dead_tickets));"
    "DELETE FROM outbox WHERE event_id IN (SELECT id FROM events WHERE message_id IN "
    "(SELECT id FROM temp.dead_messages) OR ticket IN (SELECT id FROM "
    "temp.dead_tickets));"
    "UPDATE uid_ledger SET message_id = NULL WHERE message_id IN "
    "(SELECT id FROM temp.dead_messages);"
    "UPDATE held_mail SET message_id = NULL WHERE message_id IN "
    "(SELECT id FROM temp.dead_messages);"
    /* What was merged into a ticket that goes lives on by itself. */
    "INSERT INTO ticket_events (ticket, sequence, at, kind, actor, field, old_value, "
    "new_value) SELECT number, sequence + 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), "
    "'changed', 'postroom', 'status', 'merged', 'open' FROM tickets WHERE merged_into "
    "IN (SELECT id FROM temp.dead_tickets) AND number NOT IN (SELECT id FROM "
    "temp.dead_tickets);"
    "UPDATE tickets SET merged_into = NULL, status = 'open', sequence = sequence + 1, "
    "unanswered_since = iif(customer_wrote_at > coalesce(answered_at, ''), "
    "customer_wrote_at, NULL) WHERE merged_into IN (SELECT id FROM temp.dead_tickets);"
    "UPDATE tickets SET linked_to = NULL WHERE linked_to IN "
    "(SELECT id FROM temp.dead_tickets);"
    "UPDATE tickets SET message_count = (SELECT count(*) FROM messages m WHERE "
    "m.ticket = tickets.number AND m.id NOT IN (SELECT id FROM temp.dead_messages)) "
    "WHERE number IN (SELECT ticket FROM messages WHERE id IN "
    "(SELECT id FROM temp.dead_messages));";

static const char person_sql[] =
    "DELETE FROM bounces WHERE recipient = (SELECT address FROM temp.person);"
    "DELETE FROM complaints WHERE address = (SELECT address FROM temp.person) "
    "OR original_recipient = (SELECT address FROM temp.person) COLLATE NOCASE;"
    "DELETE FROM unsubscribes WHERE address = (SELECT address FROM temp.person);"
    "DELETE FROM sent_messages WHERE recipient = (SELECT address FROM temp.person);"
    "DELETE FROM ticket_participants WHERE address = (SELECT address FROM "
    "temp.person);"
    "DELETE FROM sender_rules WHERE pattern = (SELECT address FROM temp.person);"
    "UPDATE tickets SET requester_id = NULL WHERE requester_id IN (SELECT id FROM "
    "contacts WHERE address = (SELECT address FROM temp.person));"
    "DELETE FROM contacts WHERE address = (SELECT address FROM temp.person);";

static const char end_sql[] =
    "INSERT INTO message_words (rowid, subject, reply_text) SELECT id, subject, "
    "reply_text FROM messages WHERE id IN (SELECT id FROM temp.changed) "
    "AND id <= (SELECT value FROM house WHERE key = 'indexed_to');"
    "DROP TABLE temp.person; DROP TABLE temp.dead_tickets;"
    "DROP TABLE temp.dead_messages; DROP TABLE temp.changed;";

/* ---- by the schema ---- */

/* One statement for each row of `question`, which makes it; then all are run. */
static bool
run_made(Database *db, Statement *question, GError **error)
{
    g_autoptr(GString) sql = g_string_new(NULL);

    while (statement_row(question))
        g_string_append_printf(sql, "%s;", statement_text(question, 0));
    return statement_done(question, error) && database_execute(db, sql->str, error);
}

static bool
delete_references(Database *db, GError **error)
{
    g_auto(Statement) made = statement_begin(
        db,
        "SELECT printf('DELETE FROM \"%w\" WHERE \"%w\" IN (SELECT id FROM temp.%s)', "
        "s.name, f.\"from\", iif(f.\"table\" = 'tickets', 'dead_tickets', "
        "'dead_messages')) FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f "
        "WHERE s.type = 'table' AND f.\"table\" IN ('tickets', 'messages') AND s.name "
        "NOT IN ('tickets', 'messages', 'uid_ledger', 'held_mail')",
        "");

    return run_made(db, &made, error) &&
           database_execute(db,
                            "DELETE FROM messages WHERE id IN (SELECT id FROM "
                            "temp.dead_messages); DELETE FROM tickets WHERE number IN "
                            "(SELECT id FROM temp.dead_tickets);",
                            error);
}

/* Every text of every table, once. */
static bool
erase_mentions(Database *db, GError **error)
{
    g_auto(Statement) made = statement_begin(
        db,
        "SELECT printf('UPDATE \"%w\" SET %s WHERE mentions((SELECT address FROM "
        "temp.person), %s)', name, group_concat(printf('\"%w\" = erased((SELECT "
        "address FROM temp.person), \"%w\")', field, field), ', '), "
        "group_concat(printf('\"%w\"', field), ', ')) FROM (SELECT s.name, c.name AS "
        "field FROM sqlite_schema s JOIN pragma_table_info(s.name) c WHERE "
        "s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND s.name NOT LIKE "
        "'message_words%' AND c.type = 'TEXT' AND c.name NOT IN ('sha256', 'zstd')) "
        "GROUP BY name",
        "");

    return run_made(db, &made, error);
}

/* Held mail is looked at as it came. Nobody read it, so nobody misses more. */
static bool
find_held(Database *db, const char *address, GArray *out, GError **error)
{
    g_auto(Statement) held = statement_begin(
        db, "SELECT id, sha256 FROM held_mail WHERE sha256 IS NOT NULL", "");

    while (statement_row(&held)) {
        g_autoptr(GError) damaged = NULL; /* what cannot be read names nobody */
        g_autoptr(GBytes) bytes = raw_get(db, statement_text(&held, 1), &damaged);
        int64_t id = statement_int(&held, 0);
        gsize size = 0;
        const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
        g_autofree char *whole = g_strndup(text ? text : "", size);

        for (gsize i = 0; i < size; i++)
            whole[i] = whole[i] ? whole[i] : ' ';
        if (find_folded(whole, address))
            g_array_append_val(out, id);
    }
    return statement_done(&held, error);
}

static bool
drop_held(StoreTxn *txn, const char *address, const char *actor, int64_t *count,
          GError **error)
{
    g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (!find_held(txn->db, address, held, error))
        return false;
    for (guint i = 0; i < held->len; i++)
        if (!store_settle_held(txn, g_array_index(held, int64_t, i), 0, actor, error))
            return false;
    *count = held->len;
    return true;
}

static bool
count_dead(Database *db, StoreErasure *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT (SELECT count(*) FROM temp.dead_messages), (SELECT count(*) FROM "
        "temp.dead_tickets), (SELECT count(*) FROM temp.changed)",
        "");

    if (statement_row(&row)) {
        out->messages = statement_int(&row, 0);
        out->tickets = statement_int(&row, 1);
        out->mentions = statement_int(&row, 2);
    }
    return statement_done(&row, error);
}

bool
store_erase(StoreTxn *txn, const char *address, const char *actor, StoreErasure *out,
            GError **error)
{
    Database *db = txn->db;

    txn->scrub = &out->traces;
    return add_functions(db, error) && database_execute(db, begin_sql, error) &&
           statement_run(db, error, "INSERT INTO temp.person VALUES (lower(?))", "t",
                         address) &&
           database_execute(db, choose_sql, error) &&
           database_execute(db, mentioned_sql, error) && count_dead(db, out, error) &&
           drop_held(txn, address, actor, &out->held, error) &&
           database_execute(db, rows_sql, error) && delete_references(db, error) &&
           database_execute(db, person_sql, error) && erase_mentions(db, error) &&
           database_execute(db, end_sql, error);
}

bool
erasure_scrub(Database *db, GError **error)
{
    int busy = 0;
    int code;

    if (!database_execute(db,
                          "INSERT INTO message_words (message_words) VALUES "
                          "('optimize'); VACUUM;",
                          error))
        return false;
    code = sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                     &busy, NULL);
    if (code == SQLITE_OK)
        return true;
    database_fault(db, code, error);
    g_prefix_error(error, "somebody still reads the old pages: ");
    return false;
}
