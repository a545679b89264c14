#include "folders.h"

#include "base/clock.h"
#include "base/fault.h"
#include "registrar.h"

enum {
    HOLE_FIRST_MS = 30 * 1000,
    HOLE_LONGEST_MS = 6 * 3600 * 1000,
    HOLE_DOUBLINGS = 10, /* beyond, the longest wait is reached anyway */
};

static const char *const role_names[] = {"inbox", "junk", "sent"};
static const char *const state_names[] = {"filed", "absent", "held", "hole", "history"};

bool
folders_put_mailbox(Database *db, const char *name, const char *address,
                    int64_t *mailbox, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT id FROM mailboxes WHERE name = ? AND address IS coalesce(?, address)",
        "tt", name, address);
    g_auto(Statement) made = {0};

    if (statement_row(&found)) {
        *mailbox = statement_int(&found, 0);
        return statement_done(&found, error);
    }
    if (!statement_done(&found, error))
        return false;
    made = statement_begin(
        db,
        "INSERT INTO mailboxes (name, address, created_at) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET address = coalesce(excluded.address, address) "
        "RETURNING id",
        "ttm", name, address, clock_now_ms());
    if (statement_row(&made))
        *mailbox = statement_int(&made, 0);
    return statement_done(&made, error);
}

static bool
find_folder(Database *db, int64_t mailbox, const char *name, StoreFolder *out,
            GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT id, uidvalidity, epoch, low_uid, uidnext_seen, "
                        "listed_at, unixepoch(recounted_at) * 1000, "
                        "coalesce(exists_seen, -1) FROM folders "
                        "WHERE mailbox_id = ? AND name = ?",
                        "it", mailbox, name);

    if (statement_row(&found))
        *out = (StoreFolder){.id = statement_int(&found, 0),
                             .uidvalidity = statement_int(&found, 1),
                             .epoch = statement_int(&found, 2),
                             .low_uid = statement_int(&found, 3),
                             .uidnext_seen = statement_int(&found, 4),
                             .is_new = statement_is_null(&found, 5),
                             .recounted_ms = statement_int_or_none(&found, 6),
                             .exists_seen = statement_int(&found, 7)};
    return statement_done(&found, error);
}

static bool
make_folder_row(Database *db, int64_t mailbox, const char *name, FolderRole role,
                StoreFolder *folder, GError **error)
{
    folder->epoch = 1;
    folder->is_new = true;
    folder->recounted_ms = TIME_NONE;
    folder->exists_seen = -1;
    if (!statement_run(db, error,
                       "INSERT INTO folders (mailbox_id, name, role, uidvalidity, "
                       "created_at) VALUES (?, ?, ?, ?, ?)",
                       "ittim", mailbox, name, role_names[role], folder->uidvalidity,
                       clock_now_ms()))
        return false;
    folder->id = sqlite3_last_insert_rowid(db->sqlite);
    return true;
}

/* What the old epoch's rows say is kept: they are what new copies are matched with. */
bool
store_renumber_folder(StoreTxn *txn, StoreFolder *folder, int64_t uidvalidity,
                      GError **error)
{
    folder->uidvalidity = uidvalidity;
    folder->epoch++;
    folder->low_uid = 0;
    folder->uidnext_seen = 0;
    folder->exists_seen = -1;
    return statement_run(txn->db, error,
                         "UPDATE folders SET uidvalidity = ?, epoch = ?, low_uid = 0, "
                         "uidnext_seen = NULL, exists_seen = NULL, modseq = NULL "
                         "WHERE id = ?",
                         "iii", folder->uidvalidity, folder->epoch, folder->id);
}

bool
store_open_folder(StoreTxn *txn, const char *mailbox, const char *address,
                  const char *folder, FolderRole role, int64_t uidvalidity,
                  StoreFolder *out, bool *reset, GError **error)
{
    StoreFolder found = {0};
    int64_t mailbox_row = 0;
    bool is_other;

    if (!folders_put_mailbox(txn->db, mailbox, address, &mailbox_row, error) ||
        !find_folder(txn->db, mailbox_row, folder, &found, error))
        return false;
    is_other = found.id && uidvalidity != 0 && found.uidvalidity != uidvalidity;
    if (!found.id) {
        found.uidvalidity = uidvalidity;
        if (!make_folder_row(txn->db, mailbox_row, folder, role, &found, error))
            return false;
    } else if (is_other && !store_renumber_folder(txn, &found, uidvalidity, error)) {
        return false;
    }
    *out = found;
    *reset = is_other;
    return statement_run(txn->db, error,
                         "UPDATE folders SET role = ?1 WHERE id = ?2 "
                         "AND role != ?1",
                         "ti", role_names[role], found.id);
}

/* Where both rows are as the mail says, which is nearly always. */
static bool
find_both(Database *db, const Origin *origin, int64_t *mailbox, StoreFolder *folder,
          GError **error)
{
    g_auto(Statement) found =
        statement_begin(db,
                        "SELECT m.id, f.id, f.uidvalidity, f.epoch FROM mailboxes m "
                        "JOIN folders f ON f.mailbox_id = m.id AND f.name = ?3 "
                        "WHERE m.name = ?1 AND m.address IS coalesce(?2, m.address)",
                        "ttt", origin->mailbox, origin->address, origin->folder);

    if (statement_row(&found)) {
        *mailbox = statement_int(&found, 0);
        folder->id = statement_int(&found, 1);
        folder->uidvalidity = statement_int(&found, 2);
        folder->epoch = statement_int(&found, 3);
    }
    return statement_done(&found, error);
}

static bool
make_both(Database *db, const Origin *origin, int64_t *mailbox, StoreFolder *folder,
          GError **error)
{
    if (!folders_put_mailbox(db, origin->mailbox, origin->address, mailbox, error) ||
        !find_folder(db, *mailbox, origin->folder, folder, error))
        return false;
    if (folder->id)
        return true;
    folder->uidvalidity = origin->uidvalidity;
    return make_folder_row(db, *mailbox, origin->folder, origin->role, folder, error);
}

bool
folders_find_origin(Database *db, const Origin *origin, FolderRow *out, GError **error)
{
    StoreFolder folder = {0};
    int64_t mailbox = 0;

    if (!find_both(db, origin, &mailbox, &folder, error) ||
        (!folder.id && !make_both(db, origin, &mailbox, &folder, error)))
        return false;
    /* A mail still under way when the folder was renumbered: its UID now names another
     * mail. */
    if (folder.uidvalidity != origin->uidvalidity) {
        g_set_error(error, FAULT, FAULT_RETRY, "folder '%s' was renumbered meanwhile",
                    origin->folder);
        return false;
    }
    *out = (FolderRow){mailbox, folder.id, folder.epoch};
    return true;
}

static bool
append_uids(Statement *found, GArray *out, GError **error)
{
    while (statement_row(found)) {
        uint32_t uid = (uint32_t)statement_int(found, 0);

        g_array_append_val(out, uid);
    }
    return statement_done(found, error);
}

bool
store_settled_uids(StoreTxn *txn, const StoreFolder *folder, GArray *out,
                   GError **error)
{
    g_auto(Statement) found = statement_begin(
        txn->db,
        "SELECT uid FROM uid_ledger WHERE folder_id = ? AND epoch = ? "
        "AND uid > ? AND state != 'absent' "
        "AND (state != 'hole' OR due_at > ?) ORDER BY uid",
        "iiim", folder->id, folder->epoch, folder->low_uid, clock_now_ms());

    return append_uids(&found, out, error);
}

bool
store_taken_uids(StoreTxn *txn, const StoreFolder *folder, GArray *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT uid FROM uid_ledger WHERE folder_id = ? AND epoch = ? "
                        "AND state NOT IN ('hole', 'history') ORDER BY uid",
                        "ii", folder->id, folder->epoch);

    return append_uids(&found, out, error);
}

static int64_t
hole_wait_ms(int64_t attempts)
{
    int64_t wait = (int64_t)HOLE_FIRST_MS << CLAMP(attempts, 0, HOLE_DOUBLINGS);

    return MIN(wait, HOLE_LONGEST_MS);
}

/* What the ledger says of a UID. */
typedef struct Attempts {
    bool is_known; /* false: nothing */
    int64_t made, due;
} Attempts;

static bool
find_attempts(Database *db, const StoreFolder *folder, uint32_t uid, Attempts *out,
              GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT attempts FROM uid_ledger WHERE folder_id = ? AND epoch = ? AND uid = ?",
        "iii", folder->id, folder->epoch, (int64_t)uid);

    *out = (Attempts){.due = TIME_NONE};
    if (statement_row(&found))
        *out = (Attempts){true, statement_int(&found, 0), TIME_NONE};
    return statement_done(&found, error);
}

bool
store_hole_attempts(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                    int64_t *out, GError **error)
{
    Attempts attempts;
    bool done = find_attempts(txn->db, folder, uid, &attempts, error);

    *out = attempts.made;
    return done;
}

static int64_t
listed_at(const StoreListing *listing)
{
    return listing->size_bytes ? listing->received_at : TIME_NONE;
}

static bool
insert_uid(Database *db, const StoreFolder *folder, const StoreSettling *to,
           const Attempts *attempts, GError **error)
{
    return statement_run(
        db, error,
        "INSERT INTO uid_ledger (folder_id, epoch, uid, state, attempts, due_at, "
        "message_id, settled_at, size_bytes, received_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iiitimzmzs", folder->id, folder->epoch, (int64_t)to->listing.uid,
        state_names[to->state], attempts->made, attempts->due, to->message,
        clock_now_ms(), to->listing.size_bytes, listed_at(&to->listing));
}

static bool
update_uid(Database *db, const StoreFolder *folder, const StoreSettling *to,
           const Attempts *attempts, GError **error)
{
    return statement_run(
        db, error,
        "UPDATE uid_ledger SET state = ?, attempts = ?, due_at = ?, message_id = ?, "
        "settled_at = ?, size_bytes = coalesce(?, size_bytes), "
        "received_at = coalesce(?, received_at) "
        "WHERE folder_id = ? AND epoch = ? AND uid = ? "
        /* What is filed stays filed: a late complaint about it changes nothing. */
        "AND state != 'filed'",
        "timzmzsiii", state_names[to->state], attempts->made, attempts->due,
        to->message, clock_now_ms(), to->listing.size_bytes, listed_at(&to->listing),
        folder->id, folder->epoch, (int64_t)to->listing.uid);
}

/* Not one INSERT with ON CONFLICT DO UPDATE: most UIDs are new, and SQLite would keep a
 * copy of each page it writes, for the case that the update fails. */
bool
store_settle_listed(StoreTxn *txn, const StoreFolder *folder, const StoreSettling *to,
                    GError **error)
{
    Attempts attempts;

    if (!find_attempts(txn->db, folder, to->listing.uid, &attempts, error))
        return false;
    if (to->state == UID_HOLE) {
        attempts.due = clock_now_ms() + hole_wait_ms(attempts.made);
        attempts.made++;
    }
    return attempts.is_known ? update_uid(txn->db, folder, to, &attempts, error)
                             : insert_uid(txn->db, folder, to, &attempts, error);
}

bool
store_settle_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid, UidState state,
                 int64_t message, GError **error)
{
    const StoreSettling to = {{uid, 0, TIME_NONE}, state, message};

    return store_settle_listed(txn, folder, &to, error);
}

bool
store_raise_low(StoreTxn *txn, const StoreFolder *folder, uint32_t uid, GError **error)
{
    return statement_run(txn->db, error,
                         "UPDATE folders SET low_uid = max(low_uid, ?1), "
                         "listed_at = coalesce(listed_at, ?2) "
                         "WHERE id = ?3 AND epoch = ?4",
                         "imii", (int64_t)uid, clock_now_ms(), folder->id,
                         folder->epoch);
}

bool
store_due_holes(StoreTxn *txn, const StoreFolder *folder, GArray *out, GError **error)
{
    g_auto(Statement) found =
        statement_begin(txn->db,
                        "SELECT uid FROM uid_ledger WHERE folder_id = ? AND epoch = ? "
                        /* Without the sign the order would lead to the ledger itself,
                         * which is long; holes are few. */
                        "AND state = 'hole' AND due_at <= ? ORDER BY attempts, +uid",
                        "iim", folder->id, folder->epoch, clock_now_ms());

    return append_uids(&found, out, error);
}

bool
store_suspect_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                  GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(txn->db, error,
                         "INSERT INTO uid_ledger (folder_id, epoch, uid, state, "
                         "due_at, settled_at) VALUES (?, ?, ?, 'hole', ?, ?) "
                         "ON CONFLICT DO UPDATE SET state = 'hole', "
                         "due_at = excluded.due_at WHERE state = 'absent'",
                         "iiimm", folder->id, folder->epoch, (int64_t)uid, now, now);
}

bool
store_hasten_holes(StoreTxn *txn, const StoreFolder *folder, GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(txn->db, error,
                         "UPDATE uid_ledger SET due_at = ?1 WHERE folder_id = ?2 "
                         "AND epoch = ?3 AND state = 'hole' AND due_at > ?1",
                         "mii", now, folder->id, folder->epoch);
}

bool
store_absorb_copy(StoreTxn *txn, const StoreFolder *folder, const char *sha256,
                  int64_t *message, GError **error)
{
    g_auto(Statement) absorbed = statement_begin(
        txn->db,
        "UPDATE deliveries SET seen_epoch = ?1 WHERE id = (SELECT d.id FROM messages g "
        "JOIN deliveries d ON d.message_id = g.id WHERE g.sha256 = ?2 "
        "AND d.folder_id = ?3 AND d.seen_epoch < ?1 ORDER BY d.id LIMIT 1) "
        "RETURNING message_id",
        "iti", folder->epoch, sha256, folder->id);

    *message = statement_row(&absorbed) ? statement_int(&absorbed, 0) : 0;
    return statement_done(&absorbed, error);
}
