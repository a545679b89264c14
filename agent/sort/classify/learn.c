#include "learn.h"

#include <string.h>

#include "address.h"
#include "influence.h"
#include "spam_filter.h"

enum {
    SLOTS_LEAST = 1 << 10,
    SLOTS_MOST = 1 << 20, /* 8 MiB; rarer tokens are then left out */
    OPTOUTS = OPTOUT_OFFER + 1
};

/* Of both lists: a lesson made by another program fits no table of ours. */
int64_t
classify_lesson_version(void)
{
    return ((int64_t)FEATURES_VERSION << 32) | ((int64_t)FEATURE_BITS << 16) |
           TOKENS_VERSION;
}

/* The lexicon's finding first, then the buckets. */
static char *
pack_features(const Features *features)
{
    g_autofree uint32_t *numbers = g_new(uint32_t, features->list->len + 1);

    numbers[0] = features->optout;
    for (guint i = 0; i < features->list->len; i++)
        numbers[i + 1] = g_array_index(features->list, Feature, i).bucket;
    return lesson_pack(numbers, features->list->len + 1);
}

static Features *
unpack_features(const char *packed)
{
    g_autoptr(GArray) numbers = lesson_unpack(packed);
    Features *features = g_new0(Features, 1);

    features->list = g_array_sized_new(FALSE, FALSE, sizeof(Feature), numbers->len);
    features->words = g_array_new(FALSE, FALSE, sizeof(FeatureWord));
    features->optout =
        numbers->len ? (OptOut)(g_array_index(numbers, uint32_t, 0) % OPTOUTS) : 0;
    for (guint i = 1; i < numbers->len; i++) {
        Feature feature = {g_array_index(numbers, uint32_t, i) & (FEATURE_BUCKETS - 1),
                           0, 0};

        g_array_append_val(features->list, feature);
    }
    return features;
}

/* Many people share a free mail service, but one person or house a domain. */
static char *
sender_of(const char *from_address)
{
    const char *domain = address_domain(from_address);

    return g_strdup(*domain && !domain_is_free_provider(domain) ? domain
                                                                : from_address);
}

Lesson *
learn_lesson(const Case *it)
{
    const Message *message = it->message;
    const char *body = message->reply_text ? message->reply_text : message->text;
    g_autoptr(Features) features = features_new(message->subject, body);
    g_autoptr(GArray) tokens = spam_tokens(it);
    Lesson *lesson = shape_new(&lesson_shape);
    Label label = it->out->classification.label;

    lesson->made_for = classify_lesson_version();
    lesson->language = g_strdup(message->language);
    lesson->sender = sender_of(it->from_address);
    lesson->features = pack_features(features);
    lesson->tokens =
        lesson_pack((const uint32_t *)(const void *)tokens->data, tokens->len);
    lesson->teaches_no_spam = it->out->automatic.is_auto || label == LABEL_BOUNCE ||
                              label == LABEL_AUTO_REPLY ||
                              it->reading->report.kind != REPORT_NONE;
    lesson->label = label;
    return lesson;
}

/* ---- the table ---- */

static OverlayText *
read_text(const Model *model, const Lesson *lesson)
{
    OverlayText *text = g_new0(OverlayText, 1);

    text->features = unpack_features(lesson->features);
    text->language = model_language(lesson->language);
    text->label = lesson->label;
    text->sender = lesson->sender;
    text_scores(model, text->features, text->language, text->base);
    return text;
}

static GPtrArray *
read_texts(const Model *model, const GPtrArray *lessons)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(overlay_text_free);

    for (guint i = 0; i < lessons->len; i++)
        g_ptr_array_add(texts, read_text(model, lessons->pdata[i]));
    return texts;
}

/* They teach nothing until somebody takes one back. `messages` runs beside `texts`. */
static void
drop_texts(GPtrArray *texts, GArray *messages, const GArray *found, LearnReport *report)
{
    for (guint i = found->len; i-- > 0;) {
        guint index = g_array_index(found, guint, i);

        g_array_append_val(report->contradicted,
                           g_array_index(messages, int64_t, index));
        (void)g_array_remove_index(messages, index);
        (void)g_ptr_array_remove_index(texts, index);
    }
}

/* Texts that contradict each other, then those of senders who contradict the house,
 * then those of whoever calls everything one label. */
static void
drop_contradictions(GPtrArray *texts, const GPtrArray *lessons, LearnReport *report)
{
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) contradictions = guard_contradictions(texts);
    g_autoptr(GArray) of_senders = NULL;
    g_autoptr(GArray) of_labels = NULL;

    for (guint i = 0; i < lessons->len; i++)
        g_array_append_val(messages, ((const Lesson *)lessons->pdata[i])->message);
    report->contradicted = g_array_new(FALSE, FALSE, sizeof(int64_t));
    drop_texts(texts, messages, contradictions, report);
    of_senders = influence_find(texts, INFLUENCE_SENDER);
    drop_texts(texts, messages, of_senders, report);
    of_labels = influence_find(texts, INFLUENCE_LABEL);
    drop_texts(texts, messages, of_labels, report);
}

static void
add_overlay(const Model *model, const Lessons *lessons, LearnedHead *head,
            GByteArray *rows, LearnReport *report)
{
    g_autoptr(GPtrArray) texts = read_texts(model, lessons->texts);
    g_autoptr(GPtrArray) canaries = NULL;
    g_autoptr(Overlay) overlay = NULL;

    drop_contradictions(texts, lessons->texts, report);
    if (texts->len == 0)
        return;
    canaries = guard_canaries(model);
    overlay = overlay_new();
    overlay_train(overlay, texts, 0, 0);
    guard_overlay(overlay, texts, canaries, report);
    head->texts = texts->len;
    head->overlay_rows = FEATURE_BUCKETS;
    g_byte_array_set_size(rows, FEATURE_BUCKETS * sizeof(OverlayRow));
    overlay_pack(overlay, (OverlayRow *)(void *)rows->data, head->overlay_scale);
}

/* In a house with very much mail the tokens met once go first. */
static uint32_t
rarest_kept(const GArray *tokens)
{
    uint32_t least = 1;

    for (;;) {
        size_t kept = 0;

        for (guint i = 0; i < tokens->len; i++) {
            const TokenCount *count = &g_array_index(tokens, TokenCount, i);

            kept += count->spam + count->ham >= least;
        }
        if (2 * kept <= SLOTS_MOST)
            return least;
        least++;
    }
}

static void
put_slot(SpamSlot *slots, uint32_t mask, const TokenCount *count)
{
    uint32_t at = count->token & mask;

    while (slots[at].token)
        at = (at + 1) & mask;
    slots[at].token = count->token;
    slots[at].spam = (uint16_t)MIN(count->spam, UINT16_MAX);
    slots[at].ham = (uint16_t)MIN(count->ham, UINT16_MAX);
}

static void
add_slots(const Lessons *lessons, LearnedHead *head, GByteArray *slots)
{
    uint32_t least = rarest_kept(lessons->tokens);
    uint32_t room = SLOTS_LEAST;

    head->spam_mails = (uint32_t)lessons->spam_mails;
    head->ham_mails = (uint32_t)lessons->ham_mails;
    while (room < SLOTS_MOST && room < 2 * lessons->tokens->len)
        room *= 2;
    head->slots = room;
    g_byte_array_set_size(slots, (guint)(room * sizeof(SpamSlot)));
    memset(slots->data, 0, slots->len);
    for (guint i = 0; i < lessons->tokens->len; i++) {
        const TokenCount *count = &g_array_index(lessons->tokens, TokenCount, i);

        if (count->token && count->spam + count->ham >= least)
            put_slot((SpamSlot *)(void *)slots->data, room - 1, count);
    }
}

GBytes *
classify_learn(const Lessons *lessons, LearnReport *report, GError **error)
{
    Model model;
    size_t model_size;
    const void *model_bytes = model_built_in(&model_size);
    LearnedHead head = {.magic = LEARNED_MAGIC,
                        .order = MODEL_ORDER,
                        .features_version = FEATURES_VERSION,
                        .tokens_version = TOKENS_VERSION};
    g_autoptr(GByteArray) rows = g_byte_array_new();
    g_autoptr(GByteArray) slots = g_byte_array_new();
    GByteArray *whole;

    *report = (LearnReport){0};
    if (!model_open(&model, model_bytes, model_size, error))
        return NULL;
    add_overlay(&model, lessons, &head, rows, report);
    add_slots(lessons, &head, slots);
    whole = g_byte_array_new();
    g_byte_array_append(whole, (const guint8 *)&head, sizeof head);
    g_byte_array_append(whole, rows->data, rows->len);
    g_byte_array_append(whole, slots->data, slots->len);
    return g_byte_array_free_to_bytes(whole);
}

bool
classifier_teach(Classifier *classifier, const void *bytes, size_t size, GError **error)
{
    Learned learned = {0};

    if (!learned_open(&learned, bytes, size, error))
        return false;
    classifier->learned = learned;
    return true;
}
