/* What is to be done on a server after the commit, and what people did there. */
#include "lessons.h"
#include "registrar.h"

#include "base/clock.h"

enum {
    FIRST_WAIT_MS = 60 * 1000,
    LONGEST_WAIT_MS = 6 * 3600 * 1000,
    MOST_DOUBLINGS = 9,
    MOST_ATTEMPTS = 12, /* about two days */
    MOST_DUE = 5000,    /* the rest comes with the next visit */
};

void
store_action_free(StoreAction *action)
{
    if (!action)
        return;
    g_free(action->verb);
    g_free(action->argument);
    g_free(action);
}

bool
store_put_action(StoreTxn *txn, const StoreFolder *folder, const StoreAction *action,
                 int64_t message, GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(txn->db, error,
                         "INSERT INTO pending_actions (message_id, folder_id, epoch, "
                         "uid, action, argument, due_at, created_at) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         "iiiittmm", message, folder->id, folder->epoch,
                         (int64_t)action->uid, action->verb, action->argument, now,
                         now);
}

bool
store_due_actions(StoreTxn *txn, const StoreFolder *folder, GPtrArray *out,
                  GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT id, uid, action, argument, attempts FROM pending_actions "
        "WHERE state = 'waiting' AND folder_id = ? AND epoch = ? AND due_at <= ? "
        "AND action IN ('seen', 'move', 'delete') ORDER BY action, argument, uid LIMIT "
        "?",
        "iimi", folder->id, folder->epoch, clock_now_ms(), (int64_t)MOST_DUE);

    while (statement_row(&found)) {
        StoreAction *action = g_new0(StoreAction, 1);

        action->id = statement_int(&found, 0);
        action->uid = (uint32_t)statement_int(&found, 1);
        action->verb = statement_dup_text(&found, 2);
        action->argument = statement_dup_text(&found, 3);
        action->attempts = statement_int(&found, 4);
        g_ptr_array_add(out, action);
    }
    return statement_done(&found, error);
}

bool
store_finish_action(StoreTxn *txn, const StoreAction *action, const char *because,
                    GError **error)
{
    int64_t attempts = action->attempts + 1;
    int64_t wait = (int64_t)FIRST_WAIT_MS << MIN(action->attempts, MOST_DOUBLINGS);
    const char *state = attempts < MOST_ATTEMPTS ? "waiting" : "dead";

    return statement_run(txn->db, error,
                         "UPDATE pending_actions SET state = ?, attempts = ?, "
                         "because = ?, due_at = ? WHERE id = ?",
                         "titmi", because ? state : "done", attempts, because,
                         clock_now_ms() + MIN(wait, LONGEST_WAIT_MS), action->id);
}

/* ---- what people did ---- */

/* Where it was met last before, in the same mailbox; a place we moved it to ourselves
 * says nothing about anybody's opinion. */
static bool
last_role(Database *db, const StoreFolder *folder, int64_t message, char **role,
          GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT f.role FROM deliveries d JOIN folders f ON f.id = d.folder_id "
        "JOIN folders here ON here.id = ?1 AND here.mailbox_id = f.mailbox_id "
        "WHERE d.message_id = ?2 AND NOT EXISTS (SELECT 1 FROM pending_actions p "
        "WHERE p.message_id = ?2 AND p.action = 'move') ORDER BY d.id DESC LIMIT 1",
        "ii", folder->id, message);

    *role = statement_row(&found) ? statement_dup_text(&found, 0) : NULL;
    return statement_done(&found, error);
}

bool
store_note_move(StoreTxn *txn, const StoreFolder *folder, FolderRole role,
                int64_t message, GError **error)
{
    g_autofree char *before = NULL;
    bool into_junk, out_of_junk;

    if (!last_role(txn->db, folder, message, &before, error))
        return false;
    into_junk = role == FOLDER_JUNK && g_strcmp0(before, "inbox") == 0;
    out_of_junk = role == FOLDER_INBOX && g_strcmp0(before, "junk") == 0;
    if (!into_junk && !out_of_junk)
        return true;
    return statement_run(txn->db, error,
                         "INSERT INTO corrections (message_id, at, label_before, "
                         "label_after, via) SELECT id, ?, label, ?, 'folder' "
                         "FROM messages WHERE id = ?",
                         "mti", clock_now_ms(), into_junk ? "spam" : "not_spam",
                         message) &&
           lessons_settle(txn->db, message, error);
}

bool
store_is_spam(StoreTxn *txn, int64_t message, bool *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT label IN ('spam', 'phishing') FROM messages "
                        "WHERE id = ?",
                        "i", message);

    *out = statement_row(&found) && statement_int(&found, 0);
    return statement_done(&found, error);
}
