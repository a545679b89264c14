/* A clock that ran ahead and was set back leaves dues that lie as far ahead: an event
 * refused once at a wrong tomorrow would wait a day for its second try. */
#include "registrar.h"

#include "base/clock.h"

/* Each row tells when it was written, and that is after now. */
static bool
hasten_dated(Database *db, int64_t now, GError **error)
{
    return statement_run(
               db, error,
               "UPDATE outbox SET due_at = ?1 WHERE state = 'waiting' AND due_at > ?1 "
               "AND (created_at > ?1 OR EXISTS (SELECT 1 FROM delivery_attempts a "
               "WHERE a.outbox_id = outbox.id AND a.at > ?1))",
               "m", now) &&
           statement_run(db, error,
                         "UPDATE uid_ledger SET due_at = ?1 WHERE state = 'hole' "
                         "AND due_at > ?1 AND settled_at > ?1",
                         "m", now) &&
           statement_run(db, error,
                         "UPDATE pending_actions SET due_at = ?1 "
                         "WHERE state = 'waiting' AND due_at > ?1 AND created_at > ?1",
                         "m", now) &&
           statement_run(db, error,
                         "UPDATE deferred_verdicts SET due_at = ?1, deferred_at = ?1 "
                         "WHERE deferred_at > ?1",
                         "m", now);
}

/* These do not tell when they were put off: a try too early does less harm than one a
 * day late. */
static bool
hasten_undated(Database *db, int64_t now, GError **error)
{
    return statement_run(db, error,
                         "UPDATE pending_actions SET due_at = ?1 "
                         "WHERE state = 'waiting' AND due_at > ?1",
                         "m", now) &&
           statement_run(db, error,
                         "UPDATE deferred_verdicts SET due_at = ?1 WHERE due_at > ?1",
                         "m", now);
}

bool
clock_turn_opening(Database *db, GError **error)
{
    return hasten_dated(db, clock_now_ms(), error);
}

bool
store_clock_turned_back(StoreTxn *txn, GError **error)
{
    int64_t now = clock_now_ms();

    return hasten_dated(txn->db, now, error) && hasten_undated(txn->db, now, error);
}
