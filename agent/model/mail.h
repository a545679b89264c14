/* A mail: raw bytes and where they lay. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "model/shape.h"

typedef enum {
    FOLDER_INBOX, /* becomes tickets */
    FOLDER_JUNK,  /* filed as spam, no ticket */
    FOLDER_SENT,  /* our own words: direction `out`, no ticket */
} FolderRole;

typedef struct Origin {
    char *mailbox; /* the configured name */
    char *address;
    char *folder; /* for display, UTF-8 */
    FolderRole role;
    int64_t uidvalidity;
    int64_t uid;
    int64_t received_at; /* INTERNALDATE */
} Origin;

extern const Shape origin_shape;

typedef struct Mail {
    Origin origin;
    GBytes *bytes;
    GBytes *packed; /* as the store keeps them; NULL: not packed yet */
} Mail;

/* Takes `bytes`; copies the origin. */
Mail *mail_new(const Origin *origin, GBytes *bytes);
void mail_free(Mail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)
