/* Invitations: text/calendar read by libical. */
#pragma once

#include "model/message.h"
#include "sort/parse/structure.h"

void parse_read_calendar(Part *root, Message *message);
void parse_init_calendar(void);
