/* A message: what a mail says, as sort/parse read it. JSON: `data.message`.
 *
 * All texts are valid UTF-8. Names of files are data, never paths. */
#pragma once

#include "model/shape.h"

typedef enum {
    DIRECTION_IN,
    DIRECTION_OUT,
} Direction;

typedef struct Address {
    char *name;
    char *address; /* local@domain as written, domain lower case; NULL: none readable */
} Address;

typedef struct Header {
    char *name;
    char *value; /* unfolded, encoded words decoded */
} Header;

typedef struct Attachment {
    char *part; /* IMAP part number, "2.1" */
    char *filename;
    char *content_type; /* the true type where content tells it, else declared */
    int64_t size_bytes; /* decoded */
    char *sha256;       /* of the decoded bytes, hex */
    char *content_id;
    bool is_inline;
    GPtrArray *risk; /* of texts: "executable", "macro", "double_extension", ... */
} Attachment;

typedef struct Link {
    char *text;
    char *url;
    char *domain; /* lower-case A-label host */
} Link;

typedef struct Invitation {
    char *method;
    char *organizer;
    char *summary;
    char *uid;
    int64_t start;
    int64_t end;
} Invitation;

typedef struct MessageSecurity {
    bool is_signed;
    bool is_encrypted;
} MessageSecurity;

typedef struct Message {
    int64_t id;       /* row in the database; 0 before it is filed */
    char *message_id; /* without angle brackets; NULL when missing or unreadable */
    char *in_reply_to;
    GPtrArray *references; /* texts, without brackets, oldest first */
    Direction direction;
    int64_t date; /* the Date field; INTERNALDATE's place is received_at */
    int64_t received_at;
    int64_t size_bytes;
    char *sha256; /* of the raw bytes; set by the house, never by a sorter */
    Address from; /* the first author; best guess when the field is broken */
    Address sender;
    GPtrArray *reply_to; /* Address */
    GPtrArray *to;
    GPtrArray *cc;
    char *envelope_from; /* from the topmost Return-Path; "" is the null sender */
    char *delivered_to;
    char *subject;
    char *language; /* ISO 639-1, NULL: not known */
    char *text;     /* whole, decoded */
    char *reply_text;
    char *quoted_text;
    char *signature_text;
    char *html;
    bool is_truncated;
    GPtrArray *headers;     /* Header, in order of the mail */
    GPtrArray *attachments; /* Attachment */
    GPtrArray *links;       /* Link */
    GPtrArray *calendar;    /* Invitation */
    MessageSecurity security;
    GPtrArray *defects; /* texts: "missing_message_id", ... */
} Message;

extern const Shape address_shape;
extern const Shape header_shape;
extern const Shape attachment_shape;
extern const Shape link_shape;
extern const Shape invitation_shape;
extern const Shape message_shape;

/* The first field called `name` (any case), or NULL. Lent. */
const char *message_header(const Message *message, const char *name);
