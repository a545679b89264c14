/* What this person wrote now, apart from what they quote and how they sign. */
#pragma once

#include <glib.h>

typedef struct ReplySplit {
    char *reply;     /* never empty while `text` is not */
    char *quoted;    /* NULL: nothing */
    char *signature; /* NULL: nothing */
} ReplySplit;

/* `marks`: what the HTML said (Mark of html.h), or NULL. */
void parse_split_reply(const char *text, const GArray *marks, ReplySplit *out);
void parse_clear_split(ReplySplit *split);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReplySplit, parse_clear_split)
