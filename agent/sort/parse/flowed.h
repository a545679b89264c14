/* format=flowed, RFC 3676. Lines stay as they were sent, only those that DelSp=yes tore
 * within a word are joined: a blank at their end is none of the text. */
#pragma once

#include "sort/parse/structure.h"

/* Is it text whose lines are torn within words? */
bool parse_is_torn(const Part *part);
/* In place; lines end in LF. */
void parse_join_torn(char *text);
