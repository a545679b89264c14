/* Layer 5b: spam, by what this house calls so; before it has taught the filter, by
 * plain signs. What answers a campaign of ours or asks for no more mail is never spam.
 */
#include <string.h>

#include "spam_filter.h"
#include "spam_signs.h"

enum {
    OPTOUT_WITHIN_BYTES = 300, /* whoever wants no more mail says so at once */
    OPTOUT_LINKS_MOST = 3,
    SIGNS_TOLD = 4
};

/* Somebody asks for no more mail. Spam explains in its last lines how to ask, under a
 * long text and with a link for it. */
static bool
is_optout_text(const Case *it)
{
    g_autofree char *beginning = g_strndup(it->reply, OPTOUT_WITHIN_BYTES);

    return list_length(it->message->links) <= OPTOUT_LINKS_MOST &&
           lexicon_judge(beginning, NULL) == OPTOUT_REQUEST;
}

/* Spam that claims to answer something is told with what the text model says: route/
 * may know the thread, and then needs the next best label. */
static void
add_text_scores(Case *it)
{
    static const double no_bonus[MODEL_CLASSES] = {0};
    const Message *message = it->message;
    const Words words = {message->subject,
                         message->reply_text ? message->reply_text : message->text,
                         message->language, no_bonus};
    Classification *out = &it->out->classification;
    Classification found;

    if (!message->in_reply_to && list_length(message->references) == 0)
        return;
    shape_init(&classification_shape, &found);
    classify_words(it->classifier, &words, &found);
    out->scores = g_steal_pointer(&found.scores);
    out->model = g_steal_pointer(&found.model);
    shape_clear(&classification_shape, &found);
}

static bool
may_be_spam(const Case *it)
{
    return !it->out->campaign && !is_optout_text(it);
}

static void
set_verdict(SpamFacts *facts, const char *verdict)
{
    g_free(facts->verdict);
    facts->verdict = g_strdup(verdict);
}

/* A sign that is no phrase of the mail stands in brackets. */
static void
add_sign_reasons(Case *it)
{
    const GPtrArray *signs = it->out->spam.top_tokens;

    for (size_t i = 0; i < MIN(list_length(signs), (size_t)SIGNS_TOLD); i++) {
        const char *sign = signs->pdata[i];
        size_t size = strlen(sign);

        add_reason(
            &it->out->classification, "spam:sign", 0,
            *sign == '(' && size > 2
                ? g_strdup_printf("%.*s is usual in spam", (int)size - 2, sign + 1)
                : g_strdup_printf("“%s” is usual in spam", sign));
    }
}

static bool
judge_untaught(Case *it)
{
    if (!spam_signs_agree(it) || it->message->in_reply_to || !may_be_spam(it))
        return false;
    set_verdict(&it->out->spam, "spam");
    add_text_scores(it);
    settle(it, LABEL_SPAM, it->out->spam.score, "spam:signs",
           g_strdup_printf("%zu plain signs of spam, first “%s”",
                           list_length(it->out->spam.top_tokens),
                           (char *)it->out->spam.top_tokens->pdata[0]));
    add_sign_reasons(it);
    return true;
}

/* The tokens again, this time with the words of some. */
static void
show_tokens(Case *it, const SpamJudgement *judged)
{
    char *shown[SPAM_TELLING] = {NULL};

    spam_tokens_show(it, judged->telling, judged->n_telling, shown);
    for (size_t i = 0; i < judged->n_telling; i++)
        texts_append(&it->out->spam.top_tokens, shown[i]);
}

static void
add_token_reasons(Case *it, const SpamJudgement *judged)
{
    for (size_t i = 0; i < judged->n_telling; i++) {
        const char *token = it->out->spam.top_tokens->pdata[i];
        g_autofree char *signal = g_strconcat("spam:", token, NULL);

        if (judged->spamminess[i] > 0.5)
            add_reason(&it->out->classification, signal, judged->spamminess[i],
                       g_strdup_printf("“%s” stood in spam of this house", token));
    }
}

static void
judge_case(const Case *it, SpamJudgement *judged)
{
    const Learned *learned = &it->classifier->learned;
    g_autoptr(GArray) tokens = NULL;

    *judged = (SpamJudgement){.verdict = SPAM_UNTAUGHT};
    if (!spam_is_taught(learned))
        return;
    tokens = spam_tokens(it);
    spam_judge(learned, tokens, judged);
}

bool
spam_is_sure(const Case *it)
{
    SpamJudgement judged;

    judge_case(it, &judged);
    return judged.verdict == SPAM_SPAM && may_be_spam(it);
}

bool
layer_spam(Case *it)
{
    SpamFacts *facts = &it->out->spam;
    SpamJudgement judged;

    judge_case(it, &judged);
    if (judged.verdict == SPAM_UNTAUGHT)
        return judge_untaught(it);
    facts->score = judged.score;
    if (judged.verdict != SPAM_HAM)
        show_tokens(it, &judged);
    set_verdict(facts, spam_verdict_name(judged.verdict));
    if (judged.verdict != SPAM_SPAM)
        return false;
    if (!may_be_spam(it)) {
        set_verdict(facts, "unsure");
        return false;
    }
    add_text_scores(it);
    settle(it, LABEL_SPAM, judged.score, "spam:filter",
           g_strdup("its words are those of mail that people here call spam"));
    add_token_reasons(it, &judged);
    return true;
}
