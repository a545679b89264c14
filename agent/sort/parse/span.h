/* A span: a piece of the mail's bytes, lent, not terminated. Every reader of this room
 * works on spans, so that nothing is copied before its size is known. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Span {
    const char *at;
    size_t size;
} Span;

Span parse_span(const char *text);
Span parse_slice(Span whole, size_t start, size_t end);
/* Without blanks, tabs and line ends at both ends. */
Span parse_trim_span(Span span);
/* Any case, the whole span. */
bool parse_span_is(Span span, const char *word);
bool parse_span_starts(Span span, const char *word);
/* Where `byte` first stands; span.size when nowhere. */
size_t parse_span_find(Span span, char byte);
/* The line that starts at `at`, without its end; `next` is where the one after starts.
 */
Span parse_line_at(Span whole, size_t at, size_t *next);
bool parse_span_is_ascii(Span span);
/* How many bytes from the start are ASCII, and how many are whole characters of UTF-8;
 * span.size: all of them. NUL is a character here. */
size_t parse_span_ascii_run(Span span);
size_t parse_span_utf8_run(Span span);
