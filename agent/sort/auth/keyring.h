/* Keys that were read once already: building one costs more than to verify with it, and
 * a sorter meets the same few again and again. */
#pragma once

#include "auth.h"
#include "key.h"

/* key_read, from the ring where it can; `ring` may be NULL. */
bool key_ring_read(AuthKeys *ring, const char *text, PublicKey *out,
                   const char **trouble);
