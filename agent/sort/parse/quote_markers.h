/* How mail programs, in their languages, introduce somebody else's text. All take
 * lower-case UTF-8. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "sort/parse/span.h"

/* "On Monday, 3 May 2021 at 10:00, A <a@b> wrote:" */
bool parse_is_attribution(const char *line);
/* "Eva Example wrote:", nothing else; `line` as it was written, `lower` may be NULL. */
bool parse_is_writer(Span line, const char *lower);
/* Does it begin as one: with "On", a weekday, a date? */
bool parse_opens_attribution(const char *line);
/* "-----Original Message-----", "---------- Forwarded message ---------" */
bool parse_is_separator(const char *line);
/* The same in a language we do not know: a few words between dashes. */
bool parse_is_ruled_title(const char *line);
/* "Reply above this line", anywhere in it. */
bool parse_is_above_line(const char *line);
typedef enum {
    LABEL_FIELD_NONE,
    LABEL_FIELD_FROM,
    LABEL_FIELD_SENT,
    LABEL_FIELD_TO,
    LABEL_FIELD_CC,
    LABEL_FIELD_SUBJECT,
} LabelField;

/* Which header field a line such as "Gesendet: ..." shows. */
LabelField parse_header_label(const char *line);
