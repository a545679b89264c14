#include "spam_tokens.h"

#include <string.h>

#include "fold.h"

enum {
    BODY_BYTES = 4000,
    WORD_LEAST = 2,
    WORD_MOST = 24,
    LINKS_MOST = 30,
    FIELDS_MOST = 60,
    SEEN_BITS = 12 /* more than twice TOKENS_MOST */
};

typedef struct Collector {
    GArray *tokens;
    uint32_t seen[1 << SEEN_BITS]; /* open addressing */
    const char *field;             /* "", "subject:", ... */
    const uint32_t *places;        /* of tokens to show */
    size_t n_places;
    char **shown;
} Collector;

static uint32_t
mix(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * UINT64_C(1099511628211);
    hash ^= hash >> 29;
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    return MAX((uint32_t)(hash >> 32), 1u);
}

static uint64_t
start(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return hash;
}

static bool
is_new(Collector *to, uint32_t token)
{
    uint32_t at = token & ((1u << SEEN_BITS) - 1);

    while (to->seen[at] && to->seen[at] != token)
        at = (at + 1) & ((1u << SEEN_BITS) - 1);
    if (to->seen[at])
        return false;
    to->seen[at] = token;
    return true;
}

static void
add(Collector *to, const char *text, size_t size)
{
    uint32_t token = mix(start(to->field), text, size);
    guint place = to->tokens->len;

    if (place >= TOKENS_MOST || !is_new(to, token))
        return;
    g_array_append_val(to->tokens, token);
    for (size_t i = 0; i < to->n_places; i++)
        if (to->places[i] == place) {
            g_autofree char *word = g_utf8_make_valid(text, (gssize)size);

            to->shown[i] = g_strconcat(to->field, word, NULL);
        }
}

/* Digits are "0": a price says "a price", not which. */
static size_t
copy_word(char *to, const char *word, size_t size)
{
    size = MIN(size, (size_t)WORD_MOST);
    for (size_t i = 0; i < size; i++)
        to[i] = g_ascii_isdigit(word[i]) ? '0' : word[i];
    return size;
}

/* Each word, and each with the one before it. */
static void
add_words(Collector *to, const char *folded)
{
    char pair[2 * WORD_MOST + 1];
    size_t before = 0;

    for (const char *word = folded + strspn(folded, " "); *word;) {
        size_t whole = strcspn(word, " ");

        if (whole >= WORD_LEAST) {
            size_t size = copy_word(pair + before + (before > 0), word, whole);
            char *at = pair + before + (before > 0);

            if (before)
                pair[before] = ' ';
            add(to, at, size);
            if (before)
                add(to, pair, before + 1 + size);
            memmove(pair, at, size);
            before = size;
        }
        word += whole;
        word += strspn(word, " ");
    }
}

static void
add_text(Collector *to, const char *field, const char *text)
{
    to->field = field;
    add(to, text, strlen(text));
}

static void
add_field(Collector *to, const char *field, const char *value, size_t most)
{
    g_autofree char *folded = fold_words(value, most);

    to->field = field;
    add_words(to, folded);
}

static void
add_links(Collector *to, const GPtrArray *links)
{
    for (size_t i = 0; i < MIN(list_length(links), (size_t)LINKS_MOST); i++) {
        const char *domain = ((const Link *)links->pdata[i])->domain;

        if (domain && *domain)
            add_text(to, "link:", domain);
    }
}

/* The sender is one token of many: neither is he damned by one mail, nor does his name
 * carry what he writes. */
static void
add_origin(Collector *to, const Case *it)
{
    const char *domain = address_domain(it->from_address);

    if (*domain)
        add_text(to, "from:", domain);
    if (list_length(it->message->reply_to)) {
        const Address *first = it->message->reply_to->pdata[0];
        g_autofree char *answer = fold_case(address_domain(first->address), 200);

        if (*answer && !g_str_equal(answer, domain))
            add_text(to, "reply-to:", answer);
    }
}

/* Of a list's program, not of who wrote: all mail of a list has them, its spam too. */
static bool
is_of_a_list(const char *name)
{
    static const char *const starts[] = {
        "list-",  "x-mailman", "x-been",   "x-loop",       "precedence",    "errors-to",
        "sender", "x-list",    "received", "delivered-to", "x-original-to", "reply-to"};

    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
        if (g_str_has_prefix(name, starts[i]))
            return true;
    return false;
}

/* Programs that send in bulk differ from a person's in the fields they write. */
static void
add_fields(Collector *to, const Case *it)
{
    static const char *const told[] = {"X-Mailer", "User-Agent", "Content-Type",
                                       "Content-Transfer-Encoding", "X-Priority"};
    const GPtrArray *headers = it->message->headers;

    for (size_t i = 0; i < MIN(list_length(headers), (size_t)FIELDS_MOST); i++) {
        const Header *header = headers->pdata[i];
        g_autofree char *name = fold_case(header->name, 60);

        if (!is_of_a_list(name))
            add_text(to, "field:", name);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        const char *value = message_header(it->message, told[i]);
        g_autofree char *field = g_strconcat(told[i], ":", NULL);

        if (value)
            add_field(to, field, value, 60);
    }
}

static void
add_form(Collector *to, const Case *it)
{
    const GPtrArray *attachments = it->message->attachments;

    for (size_t i = 0; i < MIN(list_length(attachments), (size_t)LINKS_MOST); i++) {
        const char *type = ((const Attachment *)attachments->pdata[i])->content_type;

        if (type)
            add_text(to, "part:", type);
    }
    if (it->reading->hidden_characters > 0)
        add_text(to, "form:", "hidden text");
    if (it->message->html)
        add_text(to, "form:", "a web page");
    if (it->message->language)
        add_text(to, "language:", it->message->language);
}

static void
collect(Collector *to, const Case *it)
{
    to->tokens = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), TOKENS_MOST);
    add_origin(to, it);
    add_fields(to, it);
    add_form(to, it);
    add_field(to, "subject:", it->message->subject, SUBJECT_FOLD_BYTES);
    add_links(to, it->message->links);
    add_field(to, "", it->message->text, BODY_BYTES);
}

GArray *
spam_tokens(const Case *it)
{
    g_autofree Collector *to = g_new0(Collector, 1);

    collect(to, it);
    return to->tokens;
}

void
spam_tokens_show(const Case *it, const uint32_t *places, size_t count, char **shown)
{
    g_autofree Collector *to = g_new0(Collector, 1);

    to->places = places;
    to->n_places = count;
    to->shown = shown;
    collect(to, it);
    g_array_unref(to->tokens);
}
