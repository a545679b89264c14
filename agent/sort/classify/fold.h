/* Text as the layers compare it: lower case, without accents, punctuation as single
 * spaces. "¡Dadme de BAJA!" is " dadme de baja ". A phrase is looked for with a space
 * on both sides, so that "baja" does not match in "trabaja". */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads at most `max_bytes` of `text`, which may be NULL. */
char *fold_words(const char *text, size_t max_bytes);

/* Lower case only, byte for byte where ASCII: for headers and addresses. */
char *fold_case(const char *text, size_t max_bytes);

/* The plain lower-case letter of a character; 0 where it is none and no digit. */
gunichar fold_letter(gunichar character);

/* The first of `phrases` (NULL-terminated, folded with outer spaces) in `folded`. */
const char *fold_find(const char *folded, const char *const *phrases);

enum {
    FOLD_STARTS = 4096
};

/* How the words of a folded text begin: most phrases are not in it, and this tells so
 * without looking through the text. The text is lent. */
typedef struct FoldIndex {
    const char *folded;
    uint64_t starts[FOLD_STARTS / 64];
} FoldIndex;

void fold_index(FoldIndex *index, const char *folded);
/* fold_find for many phrases and the same text. */
const char *fold_find_indexed(const FoldIndex *index, const char *const *phrases);
