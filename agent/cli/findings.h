/* What doctor finds: one line each, and behind what is wrong the sentence that mends
 * it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    FINDING_GOOD,
    FINDING_WARNING,     /* it works, but somebody should look */
    FINDING_UNAVAILABLE, /* somebody else's fault, or the network's: exit 69 */
    FINDING_BROKEN,      /* an operator must act: exit 78 */
} FindingState;

typedef struct Findings Findings;

/* With `json` each finding is printed as an object on a line of its own. */
Findings *findings_new(bool json);
void findings_free(Findings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Findings, findings_free)

typedef struct Finding {
    const char *subject; /* "mailbox support" */
    const char *check;   /* "log-in" */
    FindingState state;
    const char *says;
    const char *mend; /* NULL: nothing to be done */
} Finding;

/* Prints it at once: the next check may take long. */
void findings_tell(Findings *findings, const Finding *finding);
/* The state is that of the fault, the text its own; `mend` NULL: the text tells. */
void findings_tell_fault(Findings *findings, const char *subject, const char *check,
                         const GError *fault, const char *mend);

/* Prints the sum. 0, 69 or 78; 74 when it could not be printed. */
int findings_end(Findings *findings);
