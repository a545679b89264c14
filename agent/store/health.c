#include "registrar.h"

#include "base/clock.h"
#include "folders.h"

bool
store_mailbox_health(StoreTxn *txn, const char *mailbox, StoreMailboxHealth *out,
                     GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT state = 'stopped', failures FROM mailboxes WHERE name = ?",
        "t", mailbox);

    *out = (StoreMailboxHealth){0};
    if (statement_row(&found))
        *out = (StoreMailboxHealth){statement_int(&found, 0) != 0,
                                    statement_int(&found, 1)};
    return statement_done(&found, error);
}

bool
store_mailbox_worked(StoreTxn *txn, const char *mailbox, const char *skipped,
                     GError **error)
{
    int64_t row = 0;

    return folders_put_mailbox(txn->db, mailbox, NULL, &row, error) &&
           statement_run(txn->db, error,
                         "UPDATE mailboxes SET state = 'working', last_success_at = ?, "
                         "last_error = ?, failures = 0 WHERE id = ?",
                         "mti", clock_now_ms(), skipped, row);
}

bool
store_mailbox_failed(StoreTxn *txn, const char *mailbox, const char *because,
                     bool stopped, GError **error)
{
    int64_t row = 0;

    return folders_put_mailbox(txn->db, mailbox, NULL, &row, error) &&
           statement_run(txn->db, error,
                         "UPDATE mailboxes SET state = ?, last_failure_at = ?, "
                         "last_error = ?, failures = failures + 1 WHERE id = ?",
                         "tmti", stopped ? "stopped" : "failing", clock_now_ms(),
                         because, row);
}
