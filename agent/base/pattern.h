/* Regular expressions whose cost is bounded: an expression of n steps over a text of m
 * characters takes at most n times m, whatever the text. All ways through the
 * expression are followed side by side, none is ever tried again.
 *
 * Known are . [a-z] [^a-z] \d \w \s \b and their opposites, ^ $ at lines, ( ) (?: ), |,
 * * + ? {n,m}, also with a lazy '?' behind, which changes nothing here. Letters match
 * in either case. References and look-around are refused: they have no such bound. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    PATTERN_MOST_STEPS = 1000,
    PATTERN_MOST_CHARACTERS = 20000 /* of a text; what comes behind is not looked at */
};

typedef struct Pattern Pattern;

/* FAULT_CONFIG: not an expression, or too long a one; the text says where. */
Pattern *pattern_new(const char *expression, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pattern_free(Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)

/* Somewhere in `text`, which is UTF-8. */
bool pattern_matches(const Pattern *pattern, const char *text);
