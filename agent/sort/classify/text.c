/* Layer 6: the text model over what this person wrote now. */
#include <string.h>

#include "fold.h"
#include "layer.h"
#include "overlay.h"
#include "stopwords.h"

enum {
    REASONS_MOST = 5,
    TELLING_LETTERS_MOST = 24 /* longer ones are keys, or glued together */
};

enum {
    LINKS_LOOKED_AT = 100,
    LINK_TEXT_BYTES = 100
};

/* Of phishing's score: one strong sign, and two of them. */
static const double doubtful = 0.3;
static const double pretender = 0.4;
static const double never = 50.0;

typedef struct Weighed {
    double weight;
    guint word;
} Weighed;

static const double review_below[MODEL_LANGUAGES] = {0.90, 0.95, 0.95,
                                                     0.95, 0.95, 0.95};

static gint
heavier_first(gconstpointer a, gconstpointer b)
{
    const Weighed *left = a;
    const Weighed *right = b;

    if (left->weight != right->weight)
        return left->weight < right->weight ? 1 : -1;
    return left->word < right->word ? -1 : left->word > right->word;
}

static GArray *
heaviest(const Weighed *all, guint count)
{
    GArray *speakers = g_array_sized_new(FALSE, FALSE, sizeof(Weighed), 64);

    for (guint i = 0; i < count; i++)
        if (all[i].weight > 0)
            g_array_append_val(speakers, all[i]);
    g_array_sort(speakers, heavier_first);
    return speakers;
}

/* What each word, its pairs and its grams gave the winner over the average; those that
 * speak for it, the heaviest first. */
static GArray *
weigh_words(const Classifier *classifier, const Features *features,
            ModelLanguage language, size_t winner)
{
    const Model *model = &classifier->model;
    bool is_taught = classifier->learned.head && classifier->learned.head->overlay_rows;
    g_autofree Weighed *all = g_new0(Weighed, features->words->len);
    double speaks[MODEL_CLASSES];

    for (size_t c = 0; c < MODEL_CLASSES; c++)
        speaks[c] = (c == winner ? 1.0 : 0.0) - 1.0 / MODEL_CLASSES;
    for (guint i = 0; i < features->words->len; i++)
        all[i].word = i;
    for (guint i = 0; i < features->list->len; i++) {
        const Feature *feature = &g_array_index(features->list, Feature, i);
        const int8_t *row = model->rows + MODEL_CLASSES * (size_t)feature->bucket;
        double learned[MODEL_CLASSES] = {0};
        double gives = 0;

        if (is_taught)
            learned_weight(&classifier->learned, feature->bucket, language, learned);
        for (size_t c = 0; c < MODEL_CLASSES; c++)
            gives += speaks[c] * (row[c] * (double)model->head->scale[c] + learned[c]);
        all[feature->word].weight += gives;
    }
    return heaviest(all, features->words->len);
}

/* Worth telling a person: not "the", no lone letter, no number, no "a3f9c2". */
static bool
is_telling(const char *word)
{
    glong letters = g_utf8_strlen(word, -1);

    return letters >= 3 && letters <= TELLING_LETTERS_MOST &&
           !strpbrk(word, "0123456789") && !is_stopword(word);
}

static bool
has_signal(const Classification *out, const char *signal)
{
    for (size_t i = 0; i < list_length(out->reasons); i++)
        if (g_str_equal(((const Reason *)out->reasons->pdata[i])->signal, signal))
            return true;
    return false;
}

/* Cut, its last character may be half a one; reasons travel as UTF-8. */
static void
add_word_reason(const FeatureWord *word, double weight, const char *label,
                Classification *out)
{
    g_autofree char *told = g_utf8_make_valid(word->text, (gssize)word->size);
    g_autofree char *signal =
        g_strconcat(word->is_mark ? "mark:" : "word:", told, NULL);

    if ((!word->is_mark && !is_telling(told)) || has_signal(out, signal))
        return;
    add_reason(out, signal, weight,
               word->is_mark
                   ? g_strdup_printf("the form (%s) speaks for %s", told, label)
                   : g_strdup_printf("“%s” speaks for %s", told, label));
}

static void
add_word_reasons(const Features *features, const GArray *weighed, size_t winner,
                 Classification *out)
{
    const char *label = label_name((Label)winner);

    for (guint i = 0; i < weighed->len && list_length(out->reasons) < REASONS_MOST;
         i++) {
        const Weighed *one = &g_array_index(weighed, Weighed, i);

        add_word_reason(&g_array_index(features->words, FeatureWord, one->word),
                        one->weight, label, out);
    }
    if (list_length(out->reasons) == 0)
        add_reason(
            out, "model:prior", 0,
            g_strdup_printf("no word speaks clearly; %s is the likeliest", label));
}

void
text_scores(const Model *model, const Features *features, ModelLanguage language,
            double scores[MODEL_CLASSES])
{
    model_score(model, features, language, scores);
    scores[LABEL_UNSUBSCRIBE] += lexicon_lean(features->optout);
    scores[LABEL_SUPPORT] += lexicon_lean_support(features->optout);
}

/* The model has the lexicon's verdict as a mark besides. */
static void
add_lexicon_reasons(const Features *features, Classification *out)
{
    g_autofree char *phrase =
        features->optout_phrase ? g_strstrip(g_strdup(features->optout_phrase)) : NULL;

    if (features->optout == OPTOUT_REQUEST)
        add_reason(out, "lexicon:opt-out", lexicon_lean(OPTOUT_REQUEST),
                   g_strdup_printf("“%s” asks for no more mail", phrase));
    if (features->optout == OPTOUT_SERVICE)
        add_reason(
            out, "lexicon:ends-a-service", lexicon_lean_support(OPTOUT_SERVICE),
            g_strdup_printf("“%s” ends a service, not a subscription to mail", phrase));
}

static void
add_scores(const double scores[MODEL_CLASSES], Classification *out)
{
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        Score *one = shape_append(&score_shape, &out->scores);

        one->label = g_strdup(label_name((Label)c));
        one->score = scores[c];
    }
}

/* The version, and how many corrections of the house had a say. */
static void
name_model(const Classifier *classifier, Classification *out)
{
    const LearnedHead *learned = classifier->learned.head;
    const char *version = classifier->model.head->version;

    g_free(out->model);
    out->model = learned && learned->texts
                     ? g_strdup_printf("%s+%" G_GUINT32_FORMAT, version, learned->texts)
                     : g_strdup(version);
}

void
classify_words(const Classifier *classifier, const Words *words, Classification *out)
{
    const Model *model = &classifier->model;
    ModelLanguage row = model_language(words->language);
    g_autoptr(Features) features = features_new(words->subject, words->body);
    g_autoptr(GArray) weighed = NULL;
    double scores[MODEL_CLASSES];
    size_t best;

    text_scores(model, features, row, scores);
    learned_score(&classifier->learned, features, row, scores);
    add_lexicon_reasons(features, out);
    for (size_t c = 0; c < MODEL_CLASSES; c++)
        scores[c] += words->bonus[c];
    best = model_confide(model, row, scores);
    weighed = weigh_words(classifier, features, row, best);
    out->label = (Label)best;
    out->confidence = scores[best];
    /* Suppressing an address needs the words for it, not only a likeness. */
    out->review = scores[best] < review_below[row] ||
                  (best == LABEL_UNSUBSCRIBE && features->optout != OPTOUT_REQUEST);
    add_scores(scores, out);
    add_word_reasons(features, weighed, best, out);
    name_model(classifier, out);
}

static void
fill_unsubscribe(Case *it)
{
    Unsubscribe *unsubscribe = shape_new(&unsubscribe_shape);

    unsubscribe->address = g_strdup(it->message->from.address);
    unsubscribe->via = g_strdup("text");
    it->out->unsubscribe = unsubscribe;
}

static void
fill_complaint(Case *it)
{
    static const char *const about_spam[] = {" spam ",
                                             " unsolicited ",
                                             " no solicitado ",
                                             " no solicitados ",
                                             " rgpd ",
                                             " gdpr ",
                                             " lopd ",
                                             " proteccion de datos ",
                                             " never signed up ",
                                             " never subscribed ",
                                             " correo basura ",
                                             NULL};
    Complaint *complaint = shape_new(&complaint_shape);
    bool spam = fold_find_indexed(&it->in_reply, about_spam) ||
                fold_find(it->subject, about_spam);

    complaint->kind = g_strdup(spam ? "spam_complaint" : "service");
    complaint->reporter = g_strdup(it->message->from.address);
    it->out->complaint = complaint;
}

/* A mail that was sent with an unsubscribe link of its own and answers nothing is a
 * mailing: such words are its footer's, and not the sender's wish. */
static bool
is_mailing(const Case *it)
{
    static const char *const offers[] = {" unsubscribe ",
                                         " unsub ",
                                         " opt out ",
                                         " optout ",
                                         " remove ",
                                         " baja ",
                                         " desuscribirse ",
                                         " desuscribir ",
                                         " cancelar suscripcion ",
                                         " abmelden ",
                                         " desinscription ",
                                         " se desabonner ",
                                         " descadastrar ",
                                         NULL};
    const Message *message = it->message;

    if (message->quoted_text && *message->quoted_text)
        return false;
    for (size_t i = 0; i < MIN(list_length(message->links), (size_t)LINKS_LOOKED_AT);
         i++) {
        const Link *link = message->links->pdata[i];
        g_autofree char *text = fold_words(link->text, LINK_TEXT_BYTES);

        if (fold_find(text, offers))
            return true;
    }
    return false;
}

/* Who pretends to be another must not take that other from our lists. */
static void
doubt_unsubscribe(const Case *it, double bonus[MODEL_CLASSES])
{
    if (it->out->phishing.score >= pretender || is_mailing(it))
        bonus[LABEL_UNSUBSCRIBE] -= never;
}

bool
layer_text(Case *it)
{
    const Message *message = it->message;
    Classification *out = &it->out->classification;
    double bonus[MODEL_CLASSES] = {0};
    Words words = {message->subject,
                   message->reply_text ? message->reply_text : message->text,
                   message->language, bonus};

    if (it->out->campaign)
        bonus[LABEL_CAMPAIGN_REPLY] += 1.5;
    if (it->is_web_form)
        bonus[LABEL_LEAD] += 1.0;
    doubt_unsubscribe(it, bonus);
    classify_words(it->classifier, &words, out);
    out->review = out->review || (out->label == LABEL_UNSUBSCRIBE &&
                                  it->out->phishing.score >= doubtful);
    if (out->label == LABEL_UNSUBSCRIBE)
        fill_unsubscribe(it);
    if (out->label == LABEL_COMPLAINT)
        fill_complaint(it);
    if (out->label == LABEL_CAMPAIGN_REPLY && !it->out->campaign)
        it->out->campaign = shape_new(&campaign_shape);
    if (it->out->campaign)
        it->out->campaign->intent =
            g_strdup(campaign_intent(&it->in_reply, out->label));
    /* Whoever fills in a form says who he is, whatever he wants. */
    if (out->label == LABEL_LEAD || it->is_web_form)
        extract_lead(it);
    return true;
}
