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
    const char *lower; /* trimmed, lower case; NULL: too long to be a marker */
    LineKind kind;
} Line;

/* Words by how they begin, so that a line is compared with few of them. */
typedef struct WordIndex WordIndex;

typedef struct Lines {
    Line *all;
    size_t len;
    char *lower;    /* what Line.lower is lent from */
    bool has_above; /* a help desk's "reply above this line" stands somewhere */
    /* See signature_words.h; lent. */
    const WordIndex *devices, *device_names, *closings, *thanks, *disclaimers;
} Lines;

/* The lines of `text`, which they are lent from. Takes `lower`, the text in lower case
 * by parse_lower. */
Lines *parse_split_lines(const char *text, char *lower);
void parse_free_lines(Lines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, parse_free_lines)

Line *parse_line(const Lines *lines, size_t i);
bool parse_is_blank(const Line *line);
/* Nothing but dashes, underscores, stars. */
bool parse_is_rule(const Line *line);
/* Lower case; fast where the text is ASCII. Owned. */
char *parse_lower(const char *text, size_t size);
/* Words of own lines in [from, to); counts to a hundred. */
size_t parse_own_words(const Lines *lines, size_t from, size_t to);
/* Gives the own lines in [from, to) to somebody. */
void parse_set_kind(Lines *lines, size_t from, size_t to, LineKind kind);
/* `words` ends with NULL. */
bool parse_starts_with_any(const char *text, const char *const *words);

/* The index of `words`, which end with NULL: made at the first call, then what `kept`
 * holds, for the process. It looks at as many bytes as the shortest word has, up to
 * four. */
const WordIndex *parse_index_once(WordIndex **kept, const char *const *words);
/* The words that may be what `text` begins with, one after the other: `at` is 0 at
 * first. NULL: no more. */
const char *parse_next_word(const WordIndex *index, const char *text, size_t *at);
bool parse_starts_with_word(const WordIndex *index, const char *text);
/* Does one of the words stand anywhere in `text`? */
bool parse_holds_word(const WordIndex *index, const char *text);
