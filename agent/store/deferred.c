#include "deferred.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "evidence.h"
#include "raw.h"
#include "registrar.h"
#include "ticket_steps.h"
#include "tickets.h"

enum {
    FIRST_LOOK_MS = 60000
};

/* What we sent ourselves needs no verdict. */
bool
deferred_put(Database *db, const Facts *facts, GError **error)
{
    int64_t now = clock_now_ms();

    if (facts->verdict.kind != VERDICT_DEFERRED ||
        facts->message.direction != DIRECTION_IN)
        return true;
    return statement_run(db, error,
                         "INSERT INTO deferred_verdicts (message_id, deferred_at, "
                         "due_at) VALUES (?, ?, ?)",
                         "imm", facts->message.id, now, now + FIRST_LOOK_MS);
}

void
store_deferred_free(StoreDeferred *deferred)
{
    if (!deferred)
        return;
    shape_clear(&origin_shape, &deferred->origin);
    g_clear_pointer(&deferred->bytes, g_bytes_unref);
    g_free(deferred);
}

static StoreDeferred *
read_deferred(const Statement *row)
{
    StoreDeferred *deferred = g_new0(StoreDeferred, 1);
    Origin *origin = &deferred->origin;

    shape_init(&origin_shape, origin);
    deferred->message = statement_int(row, 0);
    deferred->deferred_at = statement_time(row, 1);
    origin->mailbox = statement_dup_text(row, 3);
    origin->address = statement_dup_text(row, 4);
    origin->folder = statement_dup_text(row, 5);
    origin->role =
        g_str_equal(statement_text(row, 6), "junk") ? FOLDER_JUNK : FOLDER_INBOX;
    origin->uidvalidity = statement_int(row, 7);
    origin->uid = statement_int(row, 8);
    origin->received_at = statement_time(row, 9);
    return deferred;
}

/* Raw mail may have been dropped, or be damaged: then there is nothing to look at. */
static bool
add_bytes(Database *db, const char *sha256, StoreDeferred *deferred, GError **error)
{
    g_autoptr(GError) fault = NULL;

    if (!sha256)
        return true;
    deferred->bytes = raw_get(db, sha256, &fault);
    if (deferred->bytes || g_error_matches(fault, FAULT, FAULT_MESSAGE))
        return true;
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
}

bool
deferred_read(Database *db, const Statement *row, GPtrArray *out, GError **error)
{
    StoreDeferred *deferred = read_deferred(row);

    g_ptr_array_add(out, deferred);
    return add_bytes(db, statement_text(row, 2), deferred, error);
}

bool
store_due_verdicts(StoreTxn *txn, int64_t now_ms, int most, GPtrArray *out,
                   GError **error)
{
    g_auto(Statement) row = statement_begin(
        txn->db,
        "SELECT w.message_id, w.deferred_at, m.sha256, b.name, b.address, f.name, "
        "f.role, d.uidvalidity, d.uid, d.received_at FROM deferred_verdicts w "
        "JOIN messages m ON m.id = w.message_id "
        "JOIN deliveries d ON d.id = "
        "(SELECT min(id) FROM deliveries WHERE message_id = m.id) "
        "JOIN folders f ON f.id = d.folder_id JOIN mailboxes b ON b.id = f.mailbox_id "
        "WHERE w.due_at <= ? ORDER BY w.due_at LIMIT ?",
        "mi", now_ms, (int64_t)most);

    while (statement_row(&row))
        if (!deferred_read(txn->db, &row, out, error))
            return false;
    return statement_done(&row, error);
}

bool
store_postpone_verdict(StoreTxn *txn, int64_t message, int64_t due_s, GError **error)
{
    return statement_run(txn->db, error,
                         "UPDATE deferred_verdicts SET attempts = attempts + 1, "
                         "due_at = ? WHERE message_id = ?",
                         "si", due_s, message);
}

static bool
find_ticket(Database *db, int64_t message, int64_t *number, bool *is_told,
            GError **error)
{
    g_auto(Statement) row =
        statement_begin(db,
                        "SELECT coalesce(ticket, 0), EXISTS (SELECT 1 FROM events e "
                        "WHERE e.message_id = m.id) FROM messages m WHERE id = ?",
                        "i", message);

    if (statement_row(&row)) {
        *number = statement_int(&row, 0);
        *is_told = statement_int(&row, 1) != 0;
    }
    return statement_done(&row, error);
}

/* The story of the ticket goes on by one step. */
static bool
step_ticket(Database *db, int64_t number, int64_t message, Ticket *out, GError **error)
{
    int64_t target = 0;

    if (!tickets_follow(db, number, &target, error))
        return false;
    if (target == 0)
        return true;
    return statement_run(db, error,
                         "UPDATE tickets SET sequence = sequence + 1, updated_at = ? "
                         "WHERE number = ?",
                         "mi", clock_now_ms(), target) &&
           tickets_read(db, target, out, error) &&
           ticket_steps_put(db,
                            &(TicketStep){.ticket = target,
                                          .sequence = out->sequence,
                                          .message = message,
                                          .kind = "updated",
                                          .actor = "postroom"},
                            error);
}

bool
store_settle_verdict(StoreTxn *txn, int64_t message, const Verdict *verdict,
                     StoreSettled *out, GError **error)
{
    Database *db = txn->db;
    int64_t number = 0;

    if (!statement_run(db, error,
                       "UPDATE messages SET verdict = ?, author_domain = ?, "
                       "verdict_because_json = ?, auth_json = ? WHERE id = ?",
                       "ttjji", verdict_kind_name(verdict->kind),
                       verdict->author_domain, evidence_texts(verdict->because),
                       evidence_object(&verdict_shape, verdict), message) ||
        !statement_run(db, error, "DELETE FROM deferred_verdicts WHERE message_id = ?",
                       "i", message) ||
        !find_ticket(db, message, &number, &out->is_told, error))
        return false;
    return number == 0 || step_ticket(db, number, message, &out->ticket, error);
}
