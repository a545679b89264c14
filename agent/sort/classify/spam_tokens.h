/* What the spam filter sees of a mail: words, pairs of words that stand together, where
 * it says it comes from, where its links lead. Hashes only; 0 is none. */
#pragma once

#include <stdint.h>

#include "layer.h"

enum {
    TOKENS_VERSION = 1,
    TOKENS_MOST = 900
};

typedef struct SpamTokens {
    GArray *hashes;   /* uint32_t, each once */
    GPtrArray *shown; /* for a person; NULL where it was not asked for */
} SpamTokens;

SpamTokens *spam_tokens_new(const Case *it, bool is_shown);
void spam_tokens_free(SpamTokens *tokens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpamTokens, spam_tokens_free)
