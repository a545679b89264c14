/* The header fields of a mail as they stand in its bytes: nothing decoded, nothing
 * repaired. A bare LF counts as CRLF, because mail stores write LF. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct RawField {
    const char *raw; /* name to final CRLF, folds included */
    size_t raw_size;
    size_t name_size;  /* of the name, at `raw` */
    const char *value; /* behind the colon, without the final CRLF */
    size_t value_size;
    bool is_plain; /* a colon right behind a name of printable ASCII */
} RawField;

typedef struct RawMail {
    GBytes *bytes;  /* with CRLF; the fields point into it */
    GArray *fields; /* RawField */
    const char *body;
    size_t body_size;
    bool starts_folded; /* the first line is a continuation of nothing */
    bool is_cut;        /* more fields than anyone sends; the rest is not read */
} RawMail;

RawMail *raw_mail_new(GBytes *mail);
void raw_mail_free(RawMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RawMail, raw_mail_free)

size_t raw_mail_count_fields(const RawMail *mail);
const RawField *raw_mail_field(const RawMail *mail, size_t index);

/* `name` in any case. */
bool field_is(const RawField *field, const char *name);

/* The same with blanks let pass before the colon, which are old and sound (RFC 5322
 * section 4.5): readers show the field, and relaxed canonicalisation drops them. */
bool field_is_called(const RawField *field, const char *name);

/* The value with folds opened (CRLF before white space dropped) and NUL as U+FFFD,
 * so that it is one C string; bytes above 0x7f stay as they are. */
char *field_unfold(const RawField *field);
