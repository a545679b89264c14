/* Rows of mailboxes and folders, for the other files of the room. */
#pragma once

#include "model/mail.h"
#include "statement.h"

typedef struct FolderRow {
    int64_t mailbox;
    int64_t folder;
    int64_t epoch;
} FolderRow;

/* Finds or makes the mailbox; its address, where known, is kept up to date. */
bool folders_put_mailbox(Database *db, const char *name, const char *address,
                         int64_t *mailbox, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Where a mail lay; both rows are made where they are missing. FAULT_RETRY: the folder
 * has another UIDVALIDITY by now. */
bool folders_find_origin(Database *db, const Origin *origin, FolderRow *out,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
