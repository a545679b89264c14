/* Mail that a rule sends on to somebody: rows of pending_actions that need no visit to
 * the mail's folder. */
#include "registrar.h"

#include "base/clock.h"
#include "contacts.h"
#include "raw.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000
};

void
store_forward_free(StoreForward *forward)
{
    if (!forward)
        return;
    g_free(forward->to);
    g_free(forward->from);
    g_free(forward->subject);
    g_free(forward->message_id);
    g_free(forward->sent_as);
    g_free(forward->token);
    g_free(forward->department);
    g_free(forward->language);
    g_clear_error(&forward->fault);
    if (forward->bytes)
        g_bytes_unref(forward->bytes);
    g_free(forward);
}

/* What comes back about it is about a mail of ours. */
static bool
remember_sent(StoreTxn *txn, const StoreForward *forward, const char *message_id,
              GError **error)
{
    return statement_run(txn->db, error,
                         "INSERT INTO sent_messages (message_id, recipient, sent_at) "
                         "VALUES (?, ?, ?)",
                         "tts", message_id, forward->to, clock_now_s());
}

bool
store_finish_forward(StoreTxn *txn, const StoreForward *forward, const char *because,
                     bool is_final, GError **error)
{
    const StoreAction action = {.id = forward->id, .attempts = forward->attempts};
    const char *sent_as = forward->is_attached || forward->is_acknowledgement
                              ? forward->sent_as
                              : forward->message_id;

    if (!because && sent_as && !remember_sent(txn, forward, sent_as, error))
        return false;
    if (because && is_final)
        return statement_run(txn->db, error,
                             "UPDATE pending_actions SET state = 'dead', attempts = ?, "
                             "because = ? WHERE id = ?",
                             "iti", forward->attempts + 1, because, forward->id);
    return store_finish_action(txn, &action, because, error);
}

bool
store_acknowledge_refusal(StoreTxn *txn, const char *address, int64_t most,
                          const char **because, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        /* As v_suppressed says, by index. */
        "SELECT EXISTS (SELECT 1 FROM unsubscribes WHERE address = lower(?1) "
        "AND is_verified) "
        "OR EXISTS (SELECT 1 FROM complaints WHERE address = lower(?1) "
        "AND kind IS NOT 'service') "
        "OR EXISTS (SELECT 1 FROM bounces WHERE recipient = lower(?1) "
        "AND is_verified AND is_hard), "
        "(SELECT count(*) FROM pending_actions INDEXED BY pending_actions_acknowledged "
        "WHERE action = 'acknowledge' AND lower(argument) = lower(?1) "
        "AND created_at > ?2) >= ?3",
        "tmi", address, clock_now_ms() - (int64_t)DAY_MS, most);

    *because = contacts_is_robot(address) ? "nobody reads that address" : NULL;
    if (statement_row(&found) && !*because) {
        if (statement_int(&found, 0))
            *because = "the address is suppressed";
        else if (statement_int(&found, 1))
            *because = "it was told often enough today";
    }
    return statement_done(&found, error);
}

bool
store_waiting_forwards(StoreTxn *txn, int64_t *waiting, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT count(*) FROM pending_actions INDEXED BY pending_actions_due "
        "WHERE state = 'waiting' AND action IN ('forward', 'attach', 'acknowledge')",
        "");

    *waiting = statement_row(&found) ? statement_int(&found, 0) : 0;
    return statement_done(&found, error);
}

bool
store_due_forwards(StoreTxn *txn, const GHashTable *except, int most, GPtrArray *out,
                   GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT p.id, p.argument, p.attempts, b.address, coalesce(g.sha256, ''), "
        "p.action = 'attach', g.subject, g.message_id, p.action = 'acknowledge', "
        "g.ticket, t.reply_token, t.department, g.language "
        "FROM pending_actions p INDEXED BY pending_actions_due "
        "JOIN messages g ON g.id = p.message_id "
        "JOIN mailboxes b ON b.id = g.mailbox_id "
        "LEFT JOIN tickets t ON t.number = g.ticket WHERE p.state = 'waiting' "
        "AND p.due_at <= ? AND p.action IN ('forward', 'attach', 'acknowledge') "
        "ORDER BY p.due_at, p.id LIMIT ?",
        "mi", clock_now_ms(), (int64_t)most);

    while (statement_row(&found)) {
        int64_t id = statement_int(&found, 0);
        StoreForward *forward;

        if (g_hash_table_contains((GHashTable *)(uintptr_t)except, &id))
            continue;
        forward = g_new0(StoreForward, 1);
        forward->id = id;
        forward->to = statement_dup_text(&found, 1);
        forward->attempts = statement_int(&found, 2);
        forward->from = statement_dup_text(&found, 3);
        forward->is_attached = statement_int(&found, 5) != 0;
        forward->subject = statement_dup_text(&found, 6);
        forward->message_id = statement_dup_text(&found, 7);
        forward->is_acknowledgement = statement_int(&found, 8) != 0;
        forward->ticket = statement_int(&found, 9);
        forward->token = statement_dup_text(&found, 10);
        forward->department = statement_dup_text(&found, 11);
        forward->language = statement_dup_text(&found, 12);
        /* What is no longer kept cannot be forwarded: the reason is told there. */
        if (!forward->is_acknowledgement)
            forward->bytes =
                raw_get(txn->db, statement_text(&found, 4), &forward->fault);
        g_ptr_array_add(out, forward);
    }
    return statement_done(&found, error);
}
