/* Which language a text is in. A vote of small words first: it is right for the short
 * texts that trigrams misjudge; libexttextcat for longer texts without a clear vote.
 * Its fingerprints are all read in language_guesser_new: a sorter cannot open files
 * later. Where they are not installed the vote alone decides. */
#pragma once

#include <stddef.h>

#include <glib.h>

typedef struct LanguageGuesser LanguageGuesser;

LanguageGuesser *language_guesser_new(void);
void language_guesser_free(LanguageGuesser *guesser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LanguageGuesser, language_guesser_free)

/* ISO 639-1, static; `fallback` (may be NULL) when the text does not tell. */
const char *language_guess(const LanguageGuesser *guesser, const char *text,
                           const char *fallback);
