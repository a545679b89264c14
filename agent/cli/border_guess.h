/* Where the outer world ends, by the mails that came in: which of our hosts took them,
 * and whose Authentication-Results stand above that. A guess for an operator to
 * confirm, never something to believe by itself. */
#pragma once

#include "model/message.h"
#include "model/settings.h"

typedef struct BorderGuess BorderGuess;

BorderGuess *border_guess_new(void);
void border_guess_free(BorderGuess *guess);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BorderGuess, border_guess_free)

void border_guess_add(BorderGuess *guess, const Message *message);

/* How many mails came from outside, and how many were added. */
guint border_guess_from_outside(const BorderGuess *guess);
guint border_guess_mails(const BorderGuess *guess);

/* As it would stand in the configuration: "border: {profile: rfc8601, hosts: [...]}".
 * Owned; NULL: too few mails agree. */
char *border_guess_text(const BorderGuess *guess);
/* Would a border like this find the place in these mails? */
bool border_guess_fits(const BorderGuess *guess, const Border *border);
