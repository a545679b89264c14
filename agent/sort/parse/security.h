/* S/MIME and PGP, by their labels; nothing is verified or decrypted. */
#pragma once

#include "model/message.h"
#include "sort/parse/structure.h"

void parse_read_security(Part *root, const char *text, MessageSecurity *security);
