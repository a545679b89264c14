/* The learning filter: how spammy each token of a mail was in this house's own mail,
 * and by Fisher's chi-square what all of them say together (Robinson 2003). */
#pragma once

#include "learned.h"
#include "spam_tokens.h"

typedef enum {
    SPAM_UNTAUGHT, /* fewer than 200 mails of a kind: no verdict */
    SPAM_HAM,
    SPAM_UNSURE,
    SPAM_SPAM,
} SpamVerdict;

enum {
    SPAM_LEARNS_LEAST = 200, /* of each kind */
    SPAM_TELLING = 5
};

typedef struct SpamJudgement {
    SpamVerdict verdict;
    double score;                    /* 0 ham, 1 spam */
    uint32_t telling[SPAM_TELLING];  /* indexes of tokens, the most telling first */
    double spamminess[SPAM_TELLING]; /* of each */
    size_t n_telling;
} SpamJudgement;

bool spam_is_taught(const Learned *learned);
void spam_judge(const Learned *learned, const GArray *tokens, SpamJudgement *out);

const char *spam_verdict_name(SpamVerdict verdict); /* NULL: none */
