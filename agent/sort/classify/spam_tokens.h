/* What the spam filter sees of a mail: words, pairs of words that stand together, where
 * it says it comes from, where its links lead. Hashes only; 0 is none. */
#pragma once

#include <stdint.h>

#include "layer.h"

enum {
    TOKENS_VERSION = 1,
    TOKENS_MOST = 900
};

/* GArray of uint32_t, each once. */
GArray *spam_tokens(const Case *it);

/* The tokens at these places, in words for a person; each yours. */
void spam_tokens_show(const Case *it, const uint32_t *places, size_t count,
                      char **shown);
