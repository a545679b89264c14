/* Everything in a mail that is not its text. Names are data, never paths. */
#pragma once

#include "model/message.h"
#include "sort/parse/structure.h"

/* Decoded; NULL when the part has no name. */
char *parse_part_filename(const Part *part);
void parse_list_attachments(Part *root, Message *message);
