/* What a server's words mean for us: to come back later, or not at all. Words are read
 * in responses only; a mail that says the same means nothing. */
#pragma once

#include "imap/imap.h"
#include "imap/response.h"

/* Adds what a reply or a condition asks for. */
void hint_learn(ImapHint *hint, const Response *response);
/* The same for a first line, "* BYE [LIMIT] too many". */
void hint_learn_greeting(ImapHint *hint, const char *greeting);

/* The server is busy or ailing: the same will work later (RFC 5530 codes and the words
 * that large providers use instead). */
bool hint_is_temporary(const Response *response);
/* It is we who are too much for it; whatever else we asked would be refused, too. */
bool hint_is_throttle(const Response *response);
