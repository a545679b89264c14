#include "registrar.h"

#include "base/clock.h"
#include "base/fault.h"
#include "folders.h"
#include "raw.h"

/* A second try that fails again is the same held mail with a newer reason. */
static bool
insert_held(Database *db, const FolderRow *folder, const Mail *mail, const char *sha256,
            const char *const stage_and_because[2], int64_t *held, GError **error)
{
    const Origin *origin = &mail->origin;
    int64_t size = mail->bytes ? (int64_t)g_bytes_get_size(mail->bytes) : 0;
    g_auto(Statement) made = statement_begin(
        db,
        "INSERT INTO held_mail (folder_id, uidvalidity, epoch, uid, stage, because, "
        "sha256, size_bytes, received_at, held_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?) "
        "ON CONFLICT DO UPDATE SET stage = excluded.stage, because = excluded.because, "
        "sha256 = coalesce(excluded.sha256, sha256), "
        "size_bytes = max(excluded.size_bytes, size_bytes) RETURNING id",
        "iiiitttism", folder->folder, origin->uidvalidity, folder->epoch, origin->uid,
        stage_and_because[0], stage_and_because[1], sha256, size, origin->received_at,
        clock_now_ms());

    if (statement_row(&made))
        *held = statement_int(&made, 0);
    return statement_done(&made, error);
}

bool
store_put_held(StoreTxn *txn, const Mail *mail, const char *stage, const char *because,
               int64_t *held, GError **error)
{
    const char *const reason[2] = {stage, because};
    g_autofree char *sha256 = NULL;
    FolderRow folder = {0};

    if (mail->bytes) {
        size_t size = 0;
        const void *start = g_bytes_get_data(mail->bytes, &size);

        sha256 = digest_sha256_hex(start, size);
        if (!raw_put(txn->db, sha256, mail, error))
            return false;
    }
    return folders_find_origin(txn->db, &mail->origin, &folder, error) &&
           insert_held(txn->db, &folder, mail, sha256, reason, held, error);
}

void
store_held_free(StoreHeld *held)
{
    if (!held)
        return;
    shape_clear(&origin_shape, &held->origin);
    g_clear_pointer(&held->bytes, g_bytes_unref);
    g_free(held->because);
    g_free(held);
}

static StoreHeld *
read_held(const Statement *row)
{
    static const char *const roles[] = {
        [FOLDER_INBOX] = "inbox", [FOLDER_JUNK] = "junk", [FOLDER_SENT] = "sent"};
    StoreHeld *held = g_new0(StoreHeld, 1);
    Origin *origin = &held->origin;

    shape_init(&origin_shape, origin);
    held->id = statement_int(row, 0);
    held->because = statement_dup_text(row, 1);
    origin->mailbox = statement_dup_text(row, 3);
    origin->address = statement_dup_text(row, 4);
    origin->folder = statement_dup_text(row, 5);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (g_strcmp0(statement_text(row, 6), roles[i]) == 0)
            origin->role = (FolderRole)i;
    origin->uidvalidity = statement_int(row, 7);
    origin->uid = statement_int(row, 8);
    origin->received_at = statement_time(row, 9);
    held->folder = (StoreFolder){.id = statement_int(row, 10),
                                 .uidvalidity = origin->uidvalidity,
                                 .epoch = statement_int(row, 11)};
    return held;
}

/* Without its bytes a held mail is still one; damaged ones count as gone. */
static bool
add_bytes_of(Database *db, const char *sha256, StoreHeld *held, GError **error)
{
    g_autoptr(GError) fault = NULL;

    if (!sha256)
        return true;
    held->bytes = raw_get(db, sha256, &fault);
    if (held->bytes || g_error_matches(fault, FAULT, FAULT_MESSAGE))
        return true;
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
}

static void
refuse_settled(int64_t id, const char *state, GError **error)
{
    if (state)
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "held mail %" G_GINT64_FORMAT " was %s already", id, state);
    else
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "there is no held mail %" G_GINT64_FORMAT, id);
}

bool
store_find_held(StoreTxn *txn, int64_t id, StoreHeld **out, GError **error)
{
    StoreHeld *held = NULL;
    g_autofree char *state = NULL;
    g_autofree char *sha256 = NULL;
    g_auto(Statement) row = statement_begin(
        txn->db,
        "SELECT h.id, h.because, h.sha256, b.name, b.address, f.name, f.role, "
        "h.uidvalidity, h.uid, h.received_at, f.id, h.epoch, h.state FROM held_mail h "
        "JOIN folders f ON f.id = h.folder_id JOIN mailboxes b ON b.id = f.mailbox_id "
        "WHERE h.id = ?",
        "i", id);

    if (statement_row(&row)) {
        state = statement_dup_text(&row, 12);
        sha256 = statement_dup_text(&row, 2);
        held = read_held(&row);
    }
    if (statement_done(&row, error) && g_strcmp0(state, "held") == 0 &&
        add_bytes_of(txn->db, sha256, held, error)) {
        *out = held;
        return true;
    }
    if (!*error)
        refuse_settled(id, state, error);
    store_held_free(held);
    return false;
}

static bool
drop_bytes(Database *db, int64_t id, GError **error)
{
    return statement_run(db, error,
                         "DELETE FROM raw_mail WHERE sha256 = (SELECT sha256 FROM "
                         "held_mail WHERE id = ?1) AND NOT EXISTS (SELECT 1 FROM "
                         "messages m WHERE m.sha256 = raw_mail.sha256) AND NOT EXISTS "
                         "(SELECT 1 FROM held_mail h WHERE h.sha256 = raw_mail.sha256 "
                         "AND h.id <> ?1 AND h.state = 'held')",
                         "i", id);
}

bool
store_settle_held(StoreTxn *txn, int64_t id, int64_t message, const char *actor,
                  GError **error)
{
    return statement_run(txn->db, error,
                         "UPDATE held_mail SET state = iif(?1, 'released', 'dropped'), "
                         "message_id = ?2, settled_at = ?3, settled_by = ?4 "
                         "WHERE id = ?5",
                         "bzmti", (int)(message != 0), message, clock_now_ms(), actor,
                         id) &&
           (message != 0 || drop_bytes(txn->db, id, error));
}
