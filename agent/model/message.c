#include "model/message.h"

static const char *const direction_names[] = {"in", "out"};

static const Field address_fields[] = {
    SHAPE_TEXT(Address, "name", name),
    SHAPE_TEXT(Address, "address", address),
};
const Shape address_shape = SHAPE_OF(Address, address_fields);

static const Field header_fields[] = {
    SHAPE_TEXT(Header, "name", name),
    SHAPE_TEXT(Header, "value", value),
};
const Shape header_shape = {"Header", sizeof(Header), header_fields,
                            G_N_ELEMENTS(header_fields), true};

static const Field attachment_fields[] = {
    SHAPE_TEXT(Attachment, "part", part),
    SHAPE_TEXT(Attachment, "filename", filename),
    SHAPE_TEXT(Attachment, "content_type", content_type),
    SHAPE_INT(Attachment, "size", size_bytes),
    SHAPE_TEXT(Attachment, "sha256", sha256),
    SHAPE_TEXT(Attachment, "content_id", content_id),
    SHAPE_BOOL(Attachment, "inline", is_inline),
    SHAPE_TEXTS(Attachment, "risk", risk),
};
const Shape attachment_shape = SHAPE_OF(Attachment, attachment_fields);

static const Field link_fields[] = {
    SHAPE_TEXT(Link, "text", text),
    SHAPE_TEXT(Link, "url", url),
    SHAPE_TEXT(Link, "domain", domain),
};
const Shape link_shape = SHAPE_OF(Link, link_fields);

static const Field invitation_fields[] = {
    SHAPE_TEXT(Invitation, "method", method),
    SHAPE_TEXT(Invitation, "organizer", organizer),
    SHAPE_TEXT(Invitation, "summary", summary),
    SHAPE_TEXT(Invitation, "uid", uid),
    SHAPE_TIME(Invitation, "start", start),
    SHAPE_TIME(Invitation, "end", end),
};
const Shape invitation_shape = SHAPE_OF(Invitation, invitation_fields);

static const Field security_fields[] = {
    SHAPE_BOOL(MessageSecurity, "signed", is_signed),
    SHAPE_BOOL(MessageSecurity, "encrypted", is_encrypted),
};
static const Shape security_shape = SHAPE_OF(MessageSecurity, security_fields);

static const Field message_fields[] = {
    SHAPE_INT(Message, "id", id),
    SHAPE_TEXT(Message, "message_id", message_id),
    SHAPE_TEXT(Message, "in_reply_to", in_reply_to),
    SHAPE_TEXTS(Message, "references", references),
    SHAPE_ENUM(Message, "direction", direction, direction_names),
    SHAPE_TIME(Message, "date", date),
    SHAPE_TIME(Message, "received_at", received_at),
    SHAPE_INT(Message, "size", size_bytes),
    SHAPE_TEXT(Message, "sha256", sha256),
    SHAPE_ONE(Message, "from", from, &address_shape),
    SHAPE_ONE(Message, "sender", sender, &address_shape),
    SHAPE_LIST(Message, "reply_to", reply_to, &address_shape),
    SHAPE_LIST(Message, "to", to, &address_shape),
    SHAPE_LIST(Message, "cc", cc, &address_shape),
    SHAPE_TEXT(Message, "envelope_from", envelope_from),
    SHAPE_TEXT(Message, "delivered_to", delivered_to),
    SHAPE_TEXT(Message, "subject", subject),
    SHAPE_TEXT(Message, "language", language),
    SHAPE_TEXT(Message, "text", text),
    SHAPE_TEXT(Message, "reply_text", reply_text),
    SHAPE_TEXT(Message, "quoted_text", quoted_text),
    SHAPE_TEXT(Message, "signature_text", signature_text),
    SHAPE_TEXT(Message, "html", html),
    SHAPE_BOOL(Message, "truncated", is_truncated),
    SHAPE_LIST(Message, "headers", headers, &header_shape),
    SHAPE_LIST(Message, "attachments", attachments, &attachment_shape),
    SHAPE_LIST(Message, "links", links, &link_shape),
    SHAPE_LIST(Message, "calendar", calendar, &invitation_shape),
    SHAPE_ONE(Message, "security", security, &security_shape),
    SHAPE_TEXTS(Message, "defects", defects),
};
const Shape message_shape = SHAPE_OF(Message, message_fields);

const char *
message_header(const Message *message, const char *name)
{
    for (guint i = 0; message->headers && i < message->headers->len; i++) {
        const Header *header = message->headers->pdata[i];

        if (header->name && g_ascii_strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}
