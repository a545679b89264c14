#include "wordhash.h"

#include <string.h>

#include "fold.h"
#include "marks.h"
#include "unlinked.h"

enum {
    WORD_MAX_BYTES = 40,
    GRAM_LEAST = 3,
    GRAM_MOST = 5,
    GRAM_KIND = 10,
    MARK_KIND = 20,
    MARK_BUCKETS = 3 /* or a mark drowns among the grams of a long text */
};

typedef struct Gatherer {
    Features *features;
    uint64_t seen[FEATURE_BUCKETS / 64];
    uint32_t word;
    Form form;
} Gatherer;

/* FNV-1a with a final mix: the low bits alone are poor for short texts. */
static uint32_t
hash_bytes(uint32_t kind, const char *bytes, size_t size)
{
    uint32_t hash = 2166136261u ^ (kind * 0x9E3779B1u);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 16777619u;
    hash ^= hash >> 15;
    hash *= 0x85EBCA6Bu;
    return hash ^ (hash >> 13);
}

static void
add(Gatherer *gatherer, uint32_t kind, const char *bytes, size_t size)
{
    uint32_t bucket = hash_bytes(kind, bytes, size) & (FEATURE_BUCKETS - 1);
    uint64_t bit = UINT64_C(1) << (bucket % 64);
    Feature feature = {bucket, gatherer->word & INT32_MAX,
                       kind >= GRAM_KIND && kind < MARK_KIND};

    if (gatherer->seen[bucket / 64] & bit)
        return;
    gatherer->seen[bucket / 64] |= bit;
    g_array_append_val(gatherer->features->list, feature);
}

static void
start_word(Gatherer *gatherer, const char *text, size_t size, bool is_mark)
{
    FeatureWord word = {text, (uint32_t)size, is_mark};

    gatherer->word = gatherer->features->words->len;
    g_array_append_val(gatherer->features->words, word);
}

/* `padded` has the blank on both sides, so that a gram knows the word's ends. */
static void
add_grams(Gatherer *gatherer, const char *padded, size_t size)
{
    for (size_t length = GRAM_LEAST; length <= GRAM_MOST; length++)
        for (size_t at = 0; at + length <= size; at++)
            add(gatherer, (uint32_t)(GRAM_KIND + length), padded + at, length);
}

/* Numbers say "a number", not which. */
static bool
is_number(const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isdigit(word[i]))
            return false;
    return true;
}

static void
count_word(Form *form, const char *word, size_t size)
{
    Tone tone = tone_of(word, size);

    form->words++;
    if (tone < TONE_COUNT)
        form->tones[tone]++;
}

static void
add_words(Gatherer *gatherer, const char *folded, uint32_t field)
{
    char pair[2 * WORD_MAX_BYTES + 2];
    size_t before = 0;

    for (const char *word = folded + 1; *word;) {
        size_t whole = strcspn(word, " ");
        size_t size = MIN(whole, (size_t)WORD_MAX_BYTES);
        bool number = is_number(word, size);
        const char *kept = number ? "0" : word;
        size_t kept_size = number ? 1 : size;

        start_word(gatherer, word, size, false);
        count_word(&gatherer->form, kept, kept_size);
        add(gatherer, 1, kept, kept_size);
        if (field)
            add(gatherer, 2, kept, kept_size);
        if (before) {
            pair[before] = ' ';
            memcpy(pair + before + 1, kept, kept_size);
            add(gatherer, 3, pair, before + 1 + kept_size);
        }
        if (!number)
            add_grams(gatherer, word - 1, size + 2);
        memcpy(pair, kept, kept_size);
        before = kept_size;
        word += whole + (word[whole] == ' ');
    }
}

static void
add_mark(Gatherer *gatherer, const char *name)
{
    start_word(gatherer, name, strlen(name), true);
    for (uint32_t i = 0; i < MARK_BUCKETS; i++)
        add(gatherer, MARK_KIND + i, name, strlen(name));
}

static void
add_marks(Gatherer *gatherer, const char *folded)
{
    static const char *const verdicts[] = {NULL,
                                           "mentions opting out",
                                           "ends a service",
                                           "asks to opt out",
                                           "asks about opting out",
                                           "offers opting out"};
    Features *features = gatherer->features;
    Marks marks = {0};

    features->optout = lexicon_judge(folded, &features->optout_phrase);
    if (verdicts[features->optout])
        marks_add(&marks, verdicts[features->optout]);
    marks_find(&marks, &gatherer->form);
    for (size_t i = 0; i < marks.count; i++)
        add_mark(gatherer, marks.names[i]);
}

Features *
features_new(const char *subject, const char *body)
{
    g_autofree Gatherer *gatherer = g_new0(Gatherer, 1);
    g_autofree char *top_words = unlinked(subject, FEATURE_SUBJECT_BYTES);
    g_autofree char *main_words = unlinked(body, FEATURE_BODY_BYTES);
    char *top = fold_words(top_words, FEATURE_SUBJECT_BYTES);
    char *main_part = fold_words(main_words, FEATURE_BODY_BYTES);
    /* A reply under an old newsletter's subject says nothing about opting out. */
    bool is_reply = g_str_has_prefix(top, " re ");
    g_autofree char *both = g_strconcat(is_reply ? "" : top, main_part, NULL);
    Features *features = g_new0(Features, 1);

    features->list = g_array_sized_new(FALSE, FALSE, sizeof(Feature), 2048);
    features->words = g_array_sized_new(FALSE, FALSE, sizeof(FeatureWord), 512);
    features->folded[0] = top;
    features->folded[1] = main_part;
    gatherer->features = features;
    gatherer->form.subject = subject ? subject : "";
    gatherer->form.body = body ? body : "";
    gatherer->form.body_size = strnlen(gatherer->form.body, FEATURE_BODY_BYTES);
    add_words(gatherer, top, 1);
    add_words(gatherer, main_part, 0);
    add_marks(gatherer, both);
    return features;
}

void
features_free(Features *features)
{
    if (!features)
        return;
    g_array_unref(features->list);
    g_array_unref(features->words);
    g_free(features->folded[0]);
    g_free(features->folded[1]);
    g_free(features);
}
