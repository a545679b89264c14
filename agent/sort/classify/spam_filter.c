#include "spam_filter.h"

#include <math.h>
#include <stdlib.h>

enum {
    CLUES_MOST = 300
};

/* Robinson's: what is believed of a token nobody has met, and for how many meetings. */
static const double unmet = 0.45;
static const double belief = 0.4;
static const double telling_least = 0.1; /* from one half */
static const double spam_from = 0.95;
static const double ham_to = 0.2;

typedef struct Clue {
    double spamminess;
    uint32_t token; /* its index */
} Clue;

static const SpamSlot *
find_slot(const Learned *learned, uint32_t token)
{
    uint32_t mask = learned->head->slots - 1;

    for (uint32_t at = token & mask;; at = (at + 1) & mask) {
        const SpamSlot *slot = &learned->slots[at];

        if (slot->token == token || slot->token == 0)
            return slot->token ? slot : NULL;
    }
}

static double
spamminess_of(const Learned *learned, const SpamSlot *slot)
{
    double spam = slot->spam / (double)learned->head->spam_mails;
    double ham = slot->ham / (double)learned->head->ham_mails;
    double met = slot->spam + slot->ham;

    return (belief * unmet + met * (spam / (spam + ham))) / (belief + met);
}

static int
by_strength(const void *a, const void *b)
{
    double left = fabs(((const Clue *)a)->spamminess - 0.5);
    double right = fabs(((const Clue *)b)->spamminess - 0.5);

    if (left != right)
        return left < right ? 1 : -1;
    return ((const Clue *)a)->token < ((const Clue *)b)->token ? -1 : 1;
}

/* The chance that a chi-square of 2n degrees is as large as x; exact for even ones. */
static double
chi_square(double x, size_t n)
{
    double half = x / 2;
    double term = exp(-half);
    double sum = term;

    for (size_t i = 1; i < n; i++) {
        term *= half / (double)i;
        sum += term;
    }
    return MIN(sum, 1.0);
}

static double
combine(const Clue *clues, size_t count)
{
    double spam = 0;
    double ham = 0;

    if (count == 0)
        return 0.5;
    for (size_t i = 0; i < count; i++) {
        spam += log(1 - clues[i].spamminess);
        ham += log(clues[i].spamminess);
    }
    return (1 + chi_square(-2 * ham, count) - chi_square(-2 * spam, count)) / 2;
}

static size_t
find_clues(const Learned *learned, const GArray *tokens, Clue *clues)
{
    size_t count = 0;

    for (guint i = 0; i < tokens->len; i++) {
        const SpamSlot *slot = find_slot(learned, g_array_index(tokens, uint32_t, i));
        double spamminess = slot ? spamminess_of(learned, slot) : 0.5;

        if (fabs(spamminess - 0.5) >= telling_least)
            clues[count++] = (Clue){spamminess, i};
    }
    qsort(clues, count, sizeof *clues, by_strength);
    return MIN(count, (size_t)CLUES_MOST);
}

bool
spam_is_taught(const Learned *learned)
{
    const LearnedHead *head = learned->head;

    return head && head->slots && head->spam_mails >= SPAM_LEARNS_LEAST &&
           head->ham_mails >= SPAM_LEARNS_LEAST;
}

void
spam_judge(const Learned *learned, const GArray *tokens, SpamJudgement *out)
{
    Clue clues[TOKENS_MOST];
    size_t count;

    *out = (SpamJudgement){.verdict = SPAM_UNTAUGHT};
    if (!spam_is_taught(learned))
        return;
    count = find_clues(learned, tokens, clues);
    out->score = combine(clues, count);
    out->verdict = out->score >= spam_from ? SPAM_SPAM
                   : out->score <= ham_to  ? SPAM_HAM
                                           : SPAM_UNSURE;
    for (size_t i = 0; i < MIN(count, (size_t)SPAM_TELLING); i++) {
        out->telling[i] = clues[i].token;
        out->spamminess[i] = clues[i].spamminess;
        out->n_telling++;
    }
}

const char *
spam_verdict_name(SpamVerdict verdict)
{
    static const char *const names[] = {NULL, "ham", "unsure", "spam"};

    return names[verdict];
}
