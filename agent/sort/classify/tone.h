/* What a single word tells of its writer: anger, praise, buying, asking. Weak evidence,
 * but it holds for trades and channels that no example came from. */
#pragma once

#include <stddef.h>

typedef enum {
    TONE_ANGER,
    TONE_PRAISE,
    TONE_PRICES,
    TONE_INTEREST,
    TONE_REQUEST,
    TONE_GREETING,
    TONE_CITIZEN,
    TONE_ACCOUNT,
    TONE_NEWS,
    TONE_MAILINGS,
    TONE_COUNT,
} Tone;

/* `word` is folded and `size` bytes long. TONE_COUNT: it has none. */
Tone tone_of(const char *word, size_t size);
