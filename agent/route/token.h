/* Finds reply tokens that verify under the key. */
#pragma once

#include "route/route.h"

/* Appends the ticket number of each valid token in `text` (part of an address, a
 * message id; NULL: nothing), once each. */
void token_search(const char *text, const RouteSettings *settings, GArray *tickets);
/* The same for the tokens that stand right behind "[#", as a subject has them. */
void token_search_marked(const char *text, const RouteSettings *settings,
                         GArray *tickets);
