/* What can go wrong, named by the reaction it calls for.
 *
 * Every function that can fail takes `GError **error` last and sets an error of
 * this domain. The code says what the caller should do; the text is for a person:
 * lower case, no full stop, quoted values. Borders prefix it with g_prefix_error. */
#pragma once

#include <glib.h>

typedef enum {
    FAULT_RETRY,   /* the world: back off and try again */
    FAULT_MESSAGE, /* this mail: set it aside, the next one flows */
    FAULT_CONFIG,  /* the operator: stop this mailbox until something changes */
    FAULT_FATAL,   /* us: stop */
} FaultCode;

#define FAULT (fault_quark())

GQuark fault_quark(void);

/* The sysexits code (EX_CONFIG, EX_TEMPFAIL, ...) a command ends with for `error`.
 * Errors of other domains count as EX_SOFTWARE. */
int fault_exit_code(const GError *error);
