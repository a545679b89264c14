/* Where the words end and the signature begins: rules, closings, phones, business cards
 * and lawyers. */
#pragma once

#include "sort/parse/lines.h"

/* Before the others: gathers the words they look for. */
void parse_know_signatures(Lines *lines);
bool parse_starts_signature(const Lines *lines, size_t i);
bool parse_starts_disclaimer(const Lines *lines, size_t i);
/* Gives the own lines from the first signature on to it; text comes before it. */
void parse_mark_signature(Lines *lines);
