/* A text as lines, each of which belongs to somebody: to who writes now, to whom they
 * quote, or to a signature. */
#pragma once

#include <stdbool.h>

#include "sort/parse/span.h"

typedef enum {
    LINE_OWN,
    LINE_QUOTED,
    LINE_SIGNATURE,
    LINE_SEPARATOR, /* rules between the parts: belong to nobody */
} LineKind;

typedef struct Line {
    Span text; /* trimmed at the end */
    size_t start;
    LineKind kind;
} Line;

/* The lines of `text`, which they are lent from. */
GArray *parse_split_lines(const char *text);
Line *parse_line(const GArray *lines, size_t i);
bool parse_is_blank(const Line *line);
/* Nothing but dashes, underscores, stars. */
bool parse_is_rule(const Line *line);
/* Lower case; fast where the text is ASCII. Owned. */
char *parse_lower(const char *text, size_t size);
/* Lower case, trimmed; NULL when the line is too long to be a marker. Owned. */
char *parse_lower_line(const Line *line);
/* Words of own lines in [from, to); counts to a hundred. */
size_t parse_own_words(const GArray *lines, size_t from, size_t to);
/* Gives the own lines in [from, to) to somebody. */
void parse_set_kind(GArray *lines, size_t from, size_t to, LineKind kind);
/* `words` ends with NULL. */
bool parse_starts_with_any(const char *text, const char *const *words);
