#include "model/mail.h"

static const char *const role_names[] = {"inbox", "junk", "sent"};

static const Field origin_fields[] = {
    SHAPE_TEXT(Origin, "name", mailbox),
    SHAPE_TEXT(Origin, "address", address),
    SHAPE_TEXT(Origin, "folder", folder),
    SHAPE_ENUM(Origin, "role", role, role_names),
    SHAPE_INT(Origin, "uidvalidity", uidvalidity),
    SHAPE_INT(Origin, "uid", uid),
    SHAPE_TIME(Origin, "received_at", received_at),
};
const Shape origin_shape = SHAPE_OF(Origin, origin_fields);

Mail *
mail_new(const Origin *origin, GBytes *bytes)
{
    Mail *mail = g_new0(Mail, 1);

    shape_init(&origin_shape, &mail->origin);
    shape_copy(&origin_shape, &mail->origin, origin);
    mail->bytes = bytes;
    return mail;
}

void
mail_free(Mail *mail)
{
    if (!mail)
        return;
    shape_clear(&origin_shape, &mail->origin);
    g_bytes_unref(mail->bytes);
    g_clear_pointer(&mail->packed, g_bytes_unref);
    g_free(mail);
}
