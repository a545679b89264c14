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

/* The first of `phrases` (NULL-terminated, folded with outer spaces) in `folded`: for a
 * short text, or a few phrases. */
const char *fold_find(const char *folded, const char *const *phrases);

enum {
    FOLD_SLOTS = 1024
};

/* Where the words of a folded text begin, by how they begin: a phrase is compared with
 * the places that it may stand at, and mostly there is none. The text is lent. */
typedef struct FoldIndex {
    const char *folded;
    uint16_t first[FOLD_SLOTS]; /* of `starts`, counted from 1; 0: none */
    struct FoldStart *starts;
} FoldIndex;

/* Of at most 65,535 bytes. */
void fold_index(FoldIndex *index, const char *folded);
void fold_index_clear(FoldIndex *index);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FoldIndex, fold_index_clear)
/* fold_find for many phrases and the same text. */
const char *fold_find_indexed(const FoldIndex *index, const char *const *phrases);
