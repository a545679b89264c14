#include "registrar.h"

#include "base/clock.h"
#include "folders.h"

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
