/* What people say that a message was. Every word of theirs is a row and can be taken
 * back: what is learned from them is built from the rows that stand. */
#include "registrar.h"

#include "base/clock.h"
#include "base/fault.h"
#include "lessons.h"

static bool
read_label(StoreTxn *txn, int64_t message, char **label, GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db, "SELECT label FROM messages WHERE id = ? AND direction = 'in'", "i",
        message);

    *label = statement_row(&found) ? statement_dup_text(&found, 0) : NULL;
    if (!statement_done(&found, error))
        return false;
    if (*label)
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE,
                "there is no message %" G_GINT64_FORMAT " that somebody sent us",
                message);
    return false;
}

bool
store_correct(StoreTxn *txn, int64_t message, const char *word, const char *actor,
              GError **error)
{
    /* Not spam is whatever a person has not said yet: "other", to be said better. */
    const char *label = g_str_equal(word, "not_spam") ? "other" : word;
    g_autofree char *before = NULL;

    if (!read_label(txn, message, &before, error))
        return false;
    return statement_run(txn->db, error,
                         "INSERT INTO corrections (message_id, at, label_before, "
                         "label_after, via, actor, confidence_before, review_before, "
                         "sublabel_before) SELECT id, ?, label, ?, 'command', ?, "
                         "confidence, review, sublabel FROM messages WHERE id = ?",
                         "mtti", clock_now_ms(), word, actor, message) &&
           statement_run(txn->db, error,
                         "UPDATE messages SET label = ?, confidence = 1.0, review = 0, "
                         "sublabel = CASE WHEN label = ? THEN sublabel END "
                         "WHERE id = ?",
                         "tti", label, before, message) &&
           lessons_settle(txn->db, message, error);
}

static bool
last_correction(StoreTxn *txn, int64_t message, int64_t *id, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT max(id) FROM corrections WHERE message_id = ? AND "
                        "via = 'command' AND undone_at IS NULL",
                        "i", message);

    *id = statement_row(&found) && !statement_is_null(&found, 0)
              ? statement_int(&found, 0)
              : 0;
    if (!statement_done(&found, error))
        return false;
    if (*id)
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE,
                "no correction of message %" G_GINT64_FORMAT " is left to undo",
                message);
    return false;
}

bool
store_undo_correction(StoreTxn *txn, int64_t message, GError **error)
{
    g_autofree char *now = NULL;
    int64_t id;

    return read_label(txn, message, &now, error) &&
           last_correction(txn, message, &id, error) &&
           statement_run(txn->db, error,
                         "UPDATE messages SET label = c.label_before, confidence = "
                         "c.confidence_before, review = c.review_before, "
                         "sublabel = c.sublabel_before FROM corrections c "
                         "WHERE c.id = ? AND messages.id = c.message_id",
                         "i", id) &&
           statement_run(txn->db, error,
                         "UPDATE corrections SET undone_at = ? WHERE id = ?", "mi",
                         clock_now_ms(), id) &&
           lessons_settle(txn->db, message, error);
}
