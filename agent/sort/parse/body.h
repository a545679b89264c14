/* Which parts are the text of the mail, and what they say. */
#pragma once

#include "model/reading.h"
#include "sort/parse/structure.h"

enum {
    TEXT_MOST_BYTES = 1 << 20
};

/* A leaf that is read as text, not filed as an attachment. */
bool parse_is_body(const Part *part);
/* Fills the texts, links and hidden_characters of `out`; texts and pages beyond `most`
 * bytes are cut, and marked. */
void parse_read_body(Part *root, size_t most, Reading *out);
/* The decoded UTF-8 text of a text part. */
char *parse_part_text(const Part *part, bool *cut);
/* The declared charset of the first text part, or NULL. */
char *parse_first_charset(Part *root);
