/* Why a mail did not arrive, in words of one fixed list. */
#pragma once

#include "layer.h"

enum {
    BOUNCES_MOST = 200
};

/* Fills reason and is_hard from status, smtp_code and diagnostic; `prose` (folded to
 * lower case, may be NULL) is asked when those do not tell. */
void bounce_explain(Bounce *bounce, const char *prose);

/* Does a line of prose say why? */
bool bounce_tells(const char *text);

/* "550 5.1.1 ..." -> 550; TIME_NONE where there is none. */
int64_t bounce_smtp_code(const char *diagnostic);

/* The first line of prose with an SMTP code; NULL. Yours. */
char *bounce_find_diagnostic(const char *text);

/* The first enhanced status code (RFC 3463) in `text`; NULL. Yours. */
char *bounce_find_status(const char *text);

/* Settles label and sublabel from the rows found. Takes `because`. */
void bounce_settle(Case *it, const char *signal, char *because);
