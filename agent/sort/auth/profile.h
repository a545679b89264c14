/* Whose Authentication-Results to believe, and where in the header they must stand.
 *
 * rfc8601  authserv-id as configured, above the border
 * m365     no authserv-id at all, above the border
 * gmail    mx.google.com, right below the border, beside a Received-SPF that names the
 *          border's own client: what a sender prepends comes further down
 * none     nobody */
#pragma once

#include "border.h"
#include "results.h"

typedef struct Stamp {
    bool is_trusted;
    ResultsText text;  /* all believed fields together */
    AuthResult dmarc;  /* for our author; RESULT_SKIPPED: not usable */
    AuthResult spf;    /* RESULT_SKIPPED: not said */
    char *because;     /* of the trust or its absence; NULL: no such field at all */
    char *authserv_id; /* of the first field believed, else of the first of all */
} Stamp;

void profile_read_stamp(const RawMail *mail, const Border *border,
                        const BorderPlace *place, const char *author_domain,
                        Stamp *out);
void stamp_clear(Stamp *stamp);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stamp, stamp_clear)

/* Reads the Authentication-Results field at `index` as this border's profile does.
 * NULL: it is believed; else why not. A malformed one leaves `text` empty. */
const char *profile_read_results(const RawMail *mail, const Border *border,
                                 const BorderPlace *place, size_t index,
                                 ResultsText *text);
