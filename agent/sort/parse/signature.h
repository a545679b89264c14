/* Where the words end and the signature begins: rules, closings, phones, business cards
 * and lawyers. */
#pragma once

#include "sort/parse/lines.h"

bool parse_starts_signature(const GArray *lines, size_t i);
bool parse_starts_disclaimer(const GArray *lines, size_t i);
/* Gives the own lines from the first signature on to it; text comes before it. */
void parse_mark_signature(GArray *lines);
