/* The opt-out lexicon: does a text ask to get no more mail, or to end a service? Both
 * say "cancel" and "dar de baja"; only the first is an unsubscribe. */
#pragma once

#include <stdbool.h>

typedef enum {
    OPTOUT_NONE,
    OPTOUT_MENTION,  /* talks about unsubscribing: "the unsubscribe page is broken" */
    OPTOUT_SERVICE,  /* ends a contract, a line, an account: support */
    OPTOUT_REQUEST,  /* "take me off your list" */
    OPTOUT_QUESTION, /* "what happens if I unsubscribe?" */
    OPTOUT_OFFER,    /* a mailing's own: "if you no longer wish to receive" */
} OptOut;

/* `folded` is from fold_words. `phrase`, when not NULL, becomes the one that told. */
OptOut lexicon_judge(const char *folded, const char **phrase);

/* `folded` is nothing but "unsubscribe", "baja" or the like: a subject that says it
 * all. */
bool lexicon_is_bare(const char *folded);

/* What its verdict adds to the scores of unsubscribe and of support. It is sure of few
 * things, so it only leans. */
double lexicon_lean(OptOut verdict);
double lexicon_lean_support(OptOut verdict);
