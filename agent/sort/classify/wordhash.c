#include "wordhash.h"

#include <string.h>

#include "fold.h"
#include "marks.h"
#include "unlinked.h"

enum {
    WORD_KIND = 1,
    SUBJECT_KIND = 2,
    PAIR_KIND = 3,
    WORD_MAX_BYTES = 40,
    GRAM_LEAST = 3,
    GRAM_MOST = 5,
    GRAM_KIND = 10,
    MARK_KIND = 20,
    MARK_BUCKETS = 3, /* or a mark drowns among the grams of a long text */
    KNOWN_BITS = 12,
    KNOWN_SLOTS = 1 << KNOWN_BITS, /* more than words fit into what is read */
    FRESH_MOST = 64
};

/* A word that was met: each further time it adds nothing but pairs, and its tone. */
typedef struct KnownWord {
    uint16_t place; /* in `words`, counted from 1; 0: none here */
    uint16_t tone;
} KnownWord;

typedef struct Gatherer {
    Features *features;
    uint64_t seen[FEATURE_BUCKETS / 64];
    KnownWord known[KNOWN_SLOTS];
    Feature fresh[FRESH_MOST]; /* on their way to the list */
    guint n_fresh;
    uint32_t word;
    uint32_t before; /* of the word before and a blank: a pair's hash goes on from it */
    bool has_before;
    bool is_subject;
    Form form;
} Gatherer;

/* FNV-1a with a final mix: the low bits alone are poor for short texts. */
static inline uint32_t
hash_start(uint32_t kind)
{
    return 2166136261u ^ (kind * 0x9E3779B1u);
}

static inline uint32_t
hash_on(uint32_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 16777619u;
    return hash;
}

static inline uint32_t
hash_end(uint32_t hash)
{
    hash ^= hash >> 15;
    hash *= 0x85EBCA6Bu;
    return hash ^ (hash >> 13);
}

static void
flush(Gatherer *gatherer)
{
    g_array_append_vals(gatherer->features->list, gatherer->fresh, gatherer->n_fresh);
    gatherer->n_fresh = 0;
}

static inline void
add_hash(Gatherer *gatherer, uint32_t hash, bool is_spelling)
{
    uint32_t bucket = hash & (FEATURE_BUCKETS - 1);
    uint64_t bit = UINT64_C(1) << (bucket % 64);

    if (gatherer->seen[bucket / 64] & bit)
        return;
    gatherer->seen[bucket / 64] |= bit;
    if (gatherer->n_fresh == FRESH_MOST)
        flush(gatherer);
    gatherer->fresh[gatherer->n_fresh++] =
        (Feature){bucket, gatherer->word & INT32_MAX, is_spelling};
}

static void
add(Gatherer *gatherer, uint32_t kind, const char *bytes, size_t size)
{
    add_hash(gatherer, hash_end(hash_on(hash_start(kind), bytes, size)), false);
}

static void
start_word(Gatherer *gatherer, const FeatureWord *word)
{
    gatherer->word = gatherer->features->words->len;
    g_array_append_vals(gatherer->features->words, word, 1);
}

/* Inline, so that each length is a constant of its own loop. */
static inline void
add_grams_of(Gatherer *gatherer, const char *padded, size_t size, size_t length)
{
    uint32_t start = hash_start((uint32_t)(GRAM_KIND + length));

    for (size_t at = 0; at + length <= size; at++)
        add_hash(gatherer, hash_end(hash_on(start, padded + at, length)), true);
}

/* `padded` has the blank on both sides, so that a gram knows the word's ends. */
static void
add_grams(Gatherer *gatherer, const char *padded, size_t size)
{
    add_grams_of(gatherer, padded, size, GRAM_LEAST);
    add_grams_of(gatherer, padded, size, GRAM_LEAST + 1);
    add_grams_of(gatherer, padded, size, GRAM_MOST);
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

/* Where the word is among those that were met, or is to be put. */
static KnownWord *
find_known(Gatherer *gatherer, uint32_t hash, const FeatureWord *word)
{
    const GArray *words = gatherer->features->words;
    uint32_t slot = hash >> (32 - KNOWN_BITS);

    for (;; slot = (slot + 1) % KNOWN_SLOTS) {
        KnownWord *known = &gatherer->known[slot];
        const FeatureWord *one;

        if (known->place == 0)
            return known;
        one = &g_array_index(words, FeatureWord, known->place - 1);
        if (one->size == word->size && memcmp(one->text, word->text, word->size) == 0)
            return known;
    }
}

static void
count_word(Form *form, Tone tone)
{
    form->words++;
    if (tone < TONE_COUNT)
        form->tones[tone]++;
}

/* A number is "0", and one that is cut has grams that tell what follows it: both are
 * added as if they were never met, which is the same but for the time it takes. */
static void
add_word(Gatherer *gatherer, const FeatureWord *word)
{
    bool number = is_number(word->text, word->size);
    bool is_whole = !number && word->text[word->size] == ' ';
    const char *text = number ? "0" : word->text;
    size_t size = number ? 1 : word->size;
    uint32_t hash = hash_end(hash_on(hash_start(WORD_KIND), text, size));
    KnownWord unknown = {0};
    KnownWord *known = is_whole ? find_known(gatherer, hash, word) : &unknown;
    bool is_new = known->place == 0;

    if (is_new)
        *known =
            (KnownWord){(uint16_t)(gatherer->word + 1), (uint16_t)tone_of(text, size)};
    count_word(&gatherer->form, (Tone)known->tone);
    if (is_new)
        add_hash(gatherer, hash, false);
    if (is_new && gatherer->is_subject)
        add(gatherer, SUBJECT_KIND, text, size);
    if (gatherer->has_before)
        add_hash(gatherer, hash_end(hash_on(gatherer->before, text, size)), false);
    if (is_new && !number)
        add_grams(gatherer, word->text - 1, size + 2);
    gatherer->before = hash_on(hash_on(hash_start(PAIR_KIND), text, size), " ", 1);
    gatherer->has_before = true;
}

static void
add_words(Gatherer *gatherer, const char *folded)
{
    gatherer->has_before = false;
    for (const char *word = folded + 1; *word;) {
        size_t whole = (size_t)(strchrnul(word, ' ') - word);

        FeatureWord one = {word, (uint32_t)MIN(whole, (size_t)WORD_MAX_BYTES), false};

        start_word(gatherer, &one);
        add_word(gatherer, &one);
        word += whole + (word[whole] == ' ');
    }
}

static void
add_mark(Gatherer *gatherer, const char *name)
{
    FeatureWord mark = {name, (uint32_t)strlen(name), true};

    start_word(gatherer, &mark);
    for (uint32_t i = 0; i < MARK_BUCKETS; i++)
        add(gatherer, MARK_KIND + i, name, mark.size);
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
    if (features->optout == OPTOUT_MENTION && lexicon_is_bare(features->folded[0]))
        features->optout = OPTOUT_REQUEST;
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
    gatherer->is_subject = true;
    add_words(gatherer, top);
    gatherer->is_subject = false;
    add_words(gatherer, main_part);
    add_marks(gatherer, both);
    flush(gatherer);
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
