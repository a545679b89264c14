#include "classify.h"

#include <string.h>

#include "backing.h"
#include "fold.h"
#include "form.h"
#include "learn.h"

typedef struct Layer {
    const char *name;
    bool (*judge)(Case *it);
    const char *description;
} Layer;

/* In this order; the first that settles the label ends the walk. */
static const Layer layers[] = {
    {"arf", layer_arf, "abuse reports of feedback loops"},
    {"dsn", layer_dsn, "delivery reports and X-Failed-Recipients"},
    {"bounce-text", layer_bounce_text, "bounces in prose, from mail daemons only"},
    {"automatic", layer_automatic, "fields by which programs say that they wrote"},
    {"list", layer_list, "mail of a list that is not ours"},
    {"automatic-subject", layer_automatic_subject, "absence notes by their subject"},
    {"challenge", layer_challenge, "a program asks for a proof"},
    {"own-loop", layer_own_loop, "our own mail, come back to us"},
    {"unsubscribe", layer_unsubscribe_address, "token or unsubscribe address"},
    {"campaign", layer_campaign_hint, "signs of an answer to bulk mail; no label"},
    {"phishing", layer_phishing, "signals one by one, label above a threshold"},
    {"spam", layer_spam, "what this house was taught, or several plain signs"},
    {"text", layer_text, "the model over subject and reply text"},
};

Classifier *
classifier_new(GError **error)
{
    g_autoptr(Classifier) classifier = g_new0(Classifier, 1);
    size_t size;
    const void *bytes = model_built_in(&size);

    if (!model_open(&classifier->model, bytes, size, error))
        return NULL;
    classifier->guesser = language_guesser_new();
    classifier->looks = looks_new();
    return g_steal_pointer(&classifier);
}

void
classifier_free(Classifier *classifier)
{
    if (!classifier)
        return;
    language_guesser_free(classifier->guesser);
    looks_free(classifier->looks);
    g_clear_pointer(&classifier->model_bytes, g_bytes_unref);
    g_free(classifier);
}

bool
classifier_use(Classifier *classifier, GBytes *model, GError **error)
{
    size_t size;
    const void *bytes = g_bytes_get_data(model, &size);

    if (!model_open(&classifier->model, bytes, size, error))
        return false;
    g_clear_pointer(&classifier->model_bytes, g_bytes_unref);
    classifier->model_bytes = g_bytes_ref(model);
    return true;
}

static void
settle_language(const Classifier *classifier, Message *message,
                const SortSettings *settings)
{
    const char *body = message->reply_text ? message->reply_text : message->text;
    g_autofree char *both = NULL;

    if (message->language)
        return;
    both = g_strconcat(message->subject ? message->subject : "", "\n", body, NULL);
    message->language =
        g_strdup(language_guess(classifier->guesser, both, settings->default_language));
}

static void
case_clear(Case *it)
{
    fold_index_clear(&it->in_reply);
    g_free(it->subject);
    g_free(it->reply);
    g_free(it->from_address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static void
case_init(Case *it, const Classifier *classifier, const Reading *reading,
          const Verdict *verdict, const SortSettings *settings)
{
    const Message *message = &reading->message;
    const char *words = message->reply_text ? message->reply_text : message->text;

    *it = (Case){
        .classifier = classifier,
        .reading = reading,
        .message = message,
        .verdict = verdict,
        .settings = settings,
        .subject = fold_words(message->subject, SUBJECT_FOLD_BYTES),
        .reply = fold_words(words, TEXT_FOLD_BYTES),
        .from_address = fold_case(message->from.address, SUBJECT_FOLD_BYTES),
        .is_web_form = looks_like_web_form(words),
    };
    fold_index(&it->in_reply, it->reply);
}

void
classify_mail(const Classifier *classifier, Reading *reading, const Verdict *verdict,
              const SortSettings *settings, const DnsAsker *dns, Opinion *out)
{
    g_auto(Case) it = {0};

    settle_language(classifier, &reading->message, settings);
    case_init(&it, classifier, reading, verdict, settings);
    it.dns = dns;
    it.out = out;
    g_free(out->spam.verdict);
    out->spam.verdict = g_strdup("ham");
    for (size_t i = 0; i < G_N_ELEMENTS(layers); i++)
        if (layers[i].judge(&it))
            break;
    back_label(&it);
    if (!out->classification.model)
        out->classification.model =
            g_strdup_printf("rules (%s)", classifier->model.head->version);
}

Lesson *
classify_lesson(const Classifier *classifier, Reading *reading, const Verdict *verdict,
                const SortSettings *settings, Opinion *opinion)
{
    g_auto(Case) it = {0};

    case_init(&it, classifier, reading, verdict, settings);
    it.out = opinion;
    return learn_lesson(&it);
}

const char *
classify_text(const Classifier *classifier, const char *subject, const char *body,
              const char *language, Classification *out)
{
    static const double no_bonus[MODEL_CLASSES] = {0};
    const char *used = language;

    if (!used) {
        g_autofree char *both =
            g_strconcat(subject ? subject : "", "\n", body ? body : "", NULL);

        used = language_guess(classifier->guesser, both, NULL);
    }
    classify_words(classifier, &(Words){subject, body, used, no_bonus}, out);
    return used;
}
