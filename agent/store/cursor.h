/* Folders and the cursor: what is settled of a folder, UID by UID, so that each mail is
 * filed exactly once. Part of store.h, which others include. */
#pragma once

#include "model/mail.h"

typedef struct StoreTxn StoreTxn;

typedef enum {
    UID_FILED,
    UID_ABSENT,  /* gone before we had it, by a complete enumeration */
    UID_HELD,    /* in held_mail */
    UID_HOLE,    /* listed, asked for, never delivered: retried with back-off */
    UID_HISTORY, /* was there before the first connection, and is left there */
} UidState;

typedef struct StoreFolder {
    int64_t id;
    int64_t uidvalidity;
    int64_t epoch;
    int64_t low_uid;      /* this and all below are settled */
    int64_t uidnext_seen; /* 0: never told */
    int64_t exists_seen;  /* mails up to low_uid, last time; -1: not known */
    int64_t recounted_ms; /* when a recount was done; TIME_NONE: never */
    bool is_new;          /* no complete listing of it was ever settled */
} StoreFolder;

/* A mail as the server lists it: what a UID is known again by. */
typedef struct StoreListing {
    uint32_t uid;
    int64_t size_bytes;
    int64_t received_at; /* TIME_NONE: not given */
} StoreListing;

/* Finds or creates mailbox and folder; a changed UIDVALIDITY starts a new epoch with
 * low_uid 0 (`reset` says so). 0, by which a server means none, changes nothing. */
bool store_open_folder(StoreTxn *txn, const char *mailbox, const char *address,
                       const char *folder, FolderRole role, int64_t uidvalidity,
                       StoreFolder *out, bool *reset, GError **error);
/* The server counts anew, though it may not say so: a new epoch with low_uid 0. */
bool store_renumber_folder(StoreTxn *txn, StoreFolder *folder, int64_t uidvalidity,
                           GError **error);
/* GArray of uint32_t: UIDs above low_uid that are settled, or holes not due; not gone.
 */
bool store_settled_uids(StoreTxn *txn, const StoreFolder *folder, GArray *out,
                        GError **error);
/* All UIDs but holes and history: what a backfill does not want. */
bool store_taken_uids(StoreTxn *txn, const StoreFolder *folder, GArray *out,
                      GError **error);
/* Records the state; attempts count up for UID_HOLE. `message` 0: none. */
bool store_settle_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                      UidState state, int64_t message, GError **error);
/* The same, with what the server lists of it, by which it is known again. */
typedef struct StoreSettling {
    StoreListing listing; /* size_bytes 0: not known */
    UidState state;
    int64_t message;
} StoreSettling;
bool store_settle_listed(StoreTxn *txn, const StoreFolder *folder,
                         const StoreSettling *to, GError **error);
/* Raises low_uid: all UIDs up to `uid` are settled or do not exist. Ledger rows below
 * stay; holes are never passed over silently: they keep their row. */
bool store_raise_low(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                     GError **error);
/* After a complete listing: what came with it. The folder is not new any more. */
typedef struct StoreCensus {
    int64_t uidnext; /* 0: none was told */
    int64_t exists;  /* mails in the folder; -1: not known */
    bool recounted;  /* UIDs below low_uid were looked at, too */
    bool is_doubted; /* mails were left out: they must be looked at next time */
} StoreCensus;
bool store_note_listing(StoreTxn *txn, const StoreFolder *folder,
                        const StoreCensus *census, GError **error);
/* Whether this epoch's ledger says anything of that UID. */
bool store_has_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid, bool *out,
                   GError **error);
/* Up to three UIDs of this epoch, ascending, and what is known of them: if the server
 * now has something else there, it counts anew. Appends StoreKnown. */
typedef struct StoreKnown {
    StoreListing listing;
    char *message_id; /* of the mail; NULL: not known */
    char *sha256;     /* of its bytes; NULL: they were never here */
} StoreKnown;
void store_known_free(StoreKnown *known);
bool store_known_uids(StoreTxn *txn, const StoreFolder *folder, GPtrArray *out,
                      GError **error);
/* A UID with only `newest` known ones above it; 0: there are not so many. */
bool store_recount_floor(StoreTxn *txn, const StoreFolder *folder, int64_t newest,
                         uint32_t *out, GError **error);
/* Mail that is left where it lies. */
bool store_put_history(StoreTxn *txn, const StoreFolder *folder,
                       const StoreListing *listing, GError **error);
/* The history of the epoch before; none when this epoch has its own already. Appends
 * StoreListing. */
bool store_old_history(StoreTxn *txn, const StoreFolder *folder, GArray *out,
                       GError **error);
/* How often a hole was tried; 0: never, or it is none. */
bool store_hole_attempts(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                         int64_t *out, GError **error);
/* In a new epoch: were these very bytes held before the server counted anew? */
bool store_was_held(StoreTxn *txn, const StoreFolder *folder, const char *sha256,
                    bool *out, GError **error);
/* Every hole is due, and what was held without its bytes is a hole again. */
bool store_retry_holes(StoreTxn *txn, const char *mailbox, GError **error);
/* GArray of uint32_t: holes due for another try, those least tried first. */
bool store_due_holes(StoreTxn *txn, const StoreFolder *folder, GArray *out,
                     GError **error);
/* The connection broke at this UID: a hole, due at once, if nothing is known of it. */
bool store_suspect_uid(StoreTxn *txn, const StoreFolder *folder, uint32_t uid,
                       GError **error);
/* All holes of the folder are due. */
bool store_hasten_holes(StoreTxn *txn, const StoreFolder *folder, GError **error);
/* In a new epoch: the row of a filed message with these very bytes (SHA-256 of the raw
 * mail, hex) in this folder whose copy in the old epoch no new UID has absorbed yet;
 * 0: none, it is new mail. Absorbs it. */
bool store_absorb_copy(StoreTxn *txn, const StoreFolder *folder, const char *sha256,
                       int64_t *message, GError **error);
