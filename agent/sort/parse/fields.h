/* The careful header reader: fields as spans, no library, one pass. It serves the mail,
 * each of its parts, and the mails that no library may see. */
#pragma once

#include "sort/parse/span.h"

typedef struct RawField {
    Span name;
    Span value; /* with its folds, without the last line end */
} RawField;

typedef struct FieldList {
    GArray *fields;     /* RawField */
    size_t body_at;     /* where the body starts; the end when there is none */
    const char *excess; /* the limit that was passed, NULL: none */
    bool is_malformed;  /* a line that is no field stood among them */
    bool after_stray;   /* while reading: such a line has just passed, with its folds */
} FieldList;

typedef struct FieldLimits {
    size_t bytes;
    size_t count;
} FieldLimits;

void parse_read_fields(Span entity, FieldLimits limits, FieldList *out);
void parse_clear_fields(FieldList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FieldList, parse_clear_fields)

/* The first field of this name; an empty span with `at` NULL when there is none. */
Span parse_field(const FieldList *list, const char *name);

/* Line ends and NULs taken out; still raw bytes. */
char *parse_unfold(Span value);
