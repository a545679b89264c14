#include "spam_filter.h"

#include <math.h>

enum {
    CLUES_MOST = 300,
    STRENGTHS = 64
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

/* The sum of the logarithms of `count` chances, by as few logarithms as doubles allow.
 */
static double
log_of_product(const double *chances, size_t count)
{
    double product = 1;
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        product *= chances[i];
        if (product < 1e-200) {
            sum += log(product);
            product = 1;
        }
    }
    return sum + log(product);
}

static double
combine(const Clue *clues, size_t count)
{
    double spam[CLUES_MOST];
    double ham[CLUES_MOST];

    if (count == 0)
        return 0.5;
    for (size_t i = 0; i < count; i++) {
        spam[i] = 1 - clues[i].spamminess;
        ham[i] = clues[i].spamminess;
    }
    return (1 + chi_square(-2 * log_of_product(ham, count), count) -
            chi_square(-2 * log_of_product(spam, count), count)) /
           2;
}

/* Which of 64 classes of strength a clue is of, the strongest last. */
static size_t
strength(double spamminess)
{
    return MIN((size_t)(fabs(spamminess - 0.5) * 2 * STRENGTHS), (size_t)STRENGTHS - 1);
}

/* The strongest, in the order of the mail: of the weakest class among them the first.
 * Sorting them all would cost more than everything else here. */
static size_t
keep_strongest(Clue *clues, size_t count)
{
    size_t of[STRENGTHS] = {0};
    size_t weakest = STRENGTHS - 1;
    size_t stronger = 0;
    size_t kept = 0;
    size_t room;

    if (count <= CLUES_MOST)
        return count;
    for (size_t i = 0; i < count; i++)
        of[strength(clues[i].spamminess)]++;
    while (stronger + of[weakest] <= CLUES_MOST)
        stronger += of[weakest--];
    room = CLUES_MOST - stronger;
    for (size_t i = 0; i < count; i++) {
        size_t class = strength(clues[i].spamminess);

        if (class > weakest || (class == weakest && room > 0)) {
            room -= class == weakest;
            clues[kept++] = clues[i];
        }
    }
    return kept;
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
    return keep_strongest(clues, count);
}

/* The most telling few, by insertion. */
static void
name_telling(const Clue *clues, size_t count, SpamJudgement *out)
{
    for (size_t i = 0; i < count; i++) {
        double ours = fabs(clues[i].spamminess - 0.5);
        size_t at = out->n_telling;

        while (at > 0 && ours > fabs(out->spamminess[at - 1] - 0.5))
            at--;
        if (at == SPAM_TELLING)
            continue;
        out->n_telling = MIN(out->n_telling + 1, (size_t)SPAM_TELLING);
        for (size_t k = out->n_telling - 1; k > at; k--) {
            out->telling[k] = out->telling[k - 1];
            out->spamminess[k] = out->spamminess[k - 1];
        }
        out->telling[at] = clues[i].token;
        out->spamminess[at] = clues[i].spamminess;
    }
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
    name_telling(clues, count, out);
}

const char *
spam_verdict_name(SpamVerdict verdict)
{
    static const char *const names[] = {NULL, "ham", "unsure", "spam"};

    return names[verdict];
}
