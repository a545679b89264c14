/* Before a house has taught its filter, only what many plain signs agree on is called
 * spam; it costs a customer more to be lost than a seller to be read. */
#include "spam_signs.h"

#include <string.h>

#include "fold.h"

enum {
    HIDDEN_LEAST = 200,
    SIGNS_FOR_SPAM = 3,
    SIGNS_FOR_UNSURE = 2
};

static const char *const drugs[] = {" viagra ",
                                    " cialis ",
                                    " levitra ",
                                    " xanax ",
                                    " phentermine ",
                                    " weight loss pills ",
                                    " penis ",
                                    " enlargement ",
                                    " no prescription ",
                                    " online pharmacy ",
                                    NULL};
static const char *const riches[] = {" million dollars ",
                                     " million us dollars ",
                                     " lottery ",
                                     " you have won ",
                                     " next of kin ",
                                     " inheritance ",
                                     " beneficiary ",
                                     " bank transfer of ",
                                     " work from home ",
                                     " earn extra money ",
                                     " make money fast ",
                                     " guaranteed income ",
                                     " double your bitcoin ",
                                     " crypto investment ",
                                     " has ganado ",
                                     " herencia ",
                                     " millones de dolares ",
                                     " gane dinero ",
                                     " dinero facil ",
                                     NULL};
static const char *const pushing[] = {
    " act now ",        " click here ",      " limited time ",    " 100 free ",
    " risk free ",      " no obligation ",   " order now ",       " buy now ",
    " special offer ",  " lowest price ",    " unsecured debt ",  " refinance ",
    " mortgage rates ", " casino ",          " replica watches ", " hot singles ",
    " haga clic aqui ", " oferta limitada ", " compre ahora ",    NULL};
static const char *const sellers[] = {" first page of google ",
                                      " seo services ",
                                      " guest post ",
                                      " backlinks ",
                                      " bulk email ",
                                      " email list of ",
                                      " mailing lists for sale ",
                                      NULL};

static void
add_sign(Case *it, double weight, const char *text)
{
    SpamFacts *facts = &it->out->spam;

    facts->score = MIN(1.0, facts->score + weight);
    texts_append(&facts->top_tokens, g_strdup(text));
}

static bool
shouts(const char *subject)
{
    size_t upper = 0;
    size_t lower = 0;

    for (const char *c = subject ? subject : ""; *c; c++) {
        upper += g_ascii_isupper(*c) != 0;
        lower += g_ascii_islower(*c) != 0;
    }
    return upper >= 12 && upper > 8 * lower;
}

static void
check_phrases(Case *it)
{
    const struct {
        const char *const *phrases;
        double weight;
    } groups[] = {{drugs, 0.4}, {riches, 0.4}, {pushing, 0.25}, {sellers, 0.3}};

    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        const char *phrase = fold_find_indexed(&it->in_reply, groups[i].phrases);
        g_autofree char *shown = NULL;

        if (!phrase)
            phrase = fold_find(it->subject, groups[i].phrases);
        if (!phrase)
            continue;
        shown = g_strstrip(g_strdup(phrase));
        add_sign(it, groups[i].weight, shown);
    }
}

static void
check_form(Case *it)
{
    const char *flag = message_header(it->message, "X-Spam-Flag");

    if (it->reading->hidden_characters >= HIDDEN_LEAST)
        add_sign(it, 0.3, "(hidden text)");
    if (shouts(it->message->subject))
        add_sign(it, 0.2, "(subject in capitals)");
    if (it->verdict->kind == VERDICT_FAILED)
        add_sign(it, 0.3, "(disowned by its domain)");
    if (flag && g_ascii_strncasecmp(flag, "yes", 3) == 0)
        add_sign(it, 0.3, "(X-Spam-Flag)");
}

bool
spam_signs_agree(Case *it)
{
    SpamFacts *facts = &it->out->spam;
    size_t signs;

    check_phrases(it);
    check_form(it);
    signs = list_length(facts->top_tokens);
    if (signs < SIGNS_FOR_UNSURE || facts->score < 0.5)
        return false;
    g_free(facts->verdict);
    facts->verdict = g_strdup("unsure");
    return signs >= SIGNS_FOR_SPAM && facts->score >= 0.9;
}
