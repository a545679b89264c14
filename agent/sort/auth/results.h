/* Authentication-Results (RFC 8601 section 2.2), read token by token. */
#pragma once

#include "auth.h"

typedef struct ResultsText {
    char *authserv_id; /* "": none, as Microsoft writes */
    int64_t version;
    GPtrArray *results; /* MethodResult */
} ResultsText;

/* `text`: the unfolded value; `grammar`: a set of ResultsGrammar. False: not of this
 * grammar, nothing of it counts. */
bool results_read(const char *text, unsigned grammar, ResultsText *out);
void results_text_clear(ResultsText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ResultsText, results_text_clear)

/* What it says of DMARC for exactly this author domain; RESULT_SKIPPED: nothing that
 * could be used, or two things. */
AuthResult results_dmarc_for(const ResultsText *text, const char *author_domain);

/* The value of "header.d" and the like; NULL: not there. Lent. */
const char *results_property(const MethodResult *result, const char *name);
AuthResult results_word(const char *word);
