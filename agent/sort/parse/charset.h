/* Bytes to UTF-8, with ICU alone: its tables are linked in, while iconv opens a file at
 * the first use of each charset, which the sandbox forbids. Never fails: what cannot be
 * read becomes U+FFFD. NULs are left out. */
#pragma once

#include "sort/parse/span.h"

/* `declared` may be NULL or nonsense. At most about `most` bytes come out, cut between
 * characters; `cut` (may be NULL) is set when that happened. */
char *parse_to_utf8(Span bytes, const char *declared, size_t most, bool *cut);

/* For header texts: valid UTF-8 stays, else `declared`, else windows-1252. */
char *parse_header_to_utf8(Span bytes, const char *declared);

/* Is this a charset ICU can read? */
bool parse_knows_charset(const char *name);

/* The last place at or before `at` where a character starts. */
size_t parse_character_start(const char *text, size_t at);

void parse_init_charsets(void);
