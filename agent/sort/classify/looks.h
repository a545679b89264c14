/* What a name looks like to a human eye, by Unicode's tables of confusable characters
 * (UTS 39), and whether it looks like a brand that forgers like. */
#pragma once

#include <glib.h>

typedef struct Brand {
    const char *name;   /* folded, as one word of a display name or subject */
    const char *domain; /* a label of the domains it really writes from */
} Brand;

typedef struct Looks Looks;

Looks *looks_new(void);
void looks_free(Looks *looks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Looks, looks_free)

/* "раураl" (Cyrillic) and "paypal" have one skeleton. At most 256 bytes are read.
 * Yours. */
char *looks_skeleton(const Looks *looks, const char *text);

/* The first brand that the words of a skeleton name; NULL: none. */
const Brand *looks_brand(const Looks *looks, const char *skeleton);
