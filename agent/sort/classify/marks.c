#include "marks.h"

#include <string.h>

#include <glib.h>

#include "wordhash.h"

typedef struct Counts {
    size_t bangs, questions, upper, letters;
} Counts;

static const char *const tone_names[TONE_COUNT][3] = {
    {"angry words", "many angry words", "full of angry words"},
    {"praise", "much praise", "full of praise"},
    {"talk of buying", "much talk of buying", "full of talk of buying"},
    {"interest", "much interest", "full of interest"},
    {"a request", "many requests", "full of requests"},
    {"a greeting", "several greetings", "mostly a greeting"},
    {"public matters", "much about public matters", "full of public matters"},
    {"talk of a service", "much about a service", "full of talk of a service"},
    {"news", "much news", "full of news"},
    {"talk of mailings", "much about mailings", "full of talk of mailings"},
};

void
marks_add(Marks *out, const char *name)
{
    g_assert(out->count < MARKS_MOST);
    out->names[out->count++] = name;
}

static void
add_length(Marks *out, const Form *form)
{
    static const size_t steps[] = {5, 10, 20, 40, 80, 160, 320};
    static const char *const names[][2] = {
        {"under 5 words", "under 5 words, no subject"},
        {"under 10 words", "under 10 words, no subject"},
        {"under 20 words", "under 20 words, no subject"},
        {"under 40 words", "under 40 words, no subject"},
        {"under 80 words", "under 80 words, no subject"},
        {"under 160 words", "under 160 words, no subject"},
        {"under 320 words", "under 320 words, no subject"},
        {"a long text", "a long text, no subject"},
    };
    size_t step = 0;

    while (step < G_N_ELEMENTS(steps) && form->words >= steps[step])
        step++;
    marks_add(out, names[step][0]);
    marks_add(out, *form->subject ? "has a subject" : names[step][1]);
}

/* Twice is much; one word in twelve is full of it. */
static void
add_tones(Marks *out, const Form *form)
{
    for (size_t tone = 0; tone < TONE_COUNT; tone++) {
        if (form->tones[tone] == 0)
            continue;
        marks_add(out, tone_names[tone][0]);
        if (form->tones[tone] >= 2)
            marks_add(out, tone_names[tone][1]);
        if (form->tones[tone] * 12 >= form->words)
            marks_add(out, tone_names[tone][2]);
    }
}

typedef struct Emoji {
    gunichar first, last;
    const char *name;
} Emoji;

static const char *
emoji_name(gunichar character)
{
    static const Emoji emojis[] = {
        {0x1F44C, 0x1F44F, "a happy emoji"}, {0x1F493, 0x1F49F, "a happy emoji"},
        {0x1F600, 0x1F60E, "a happy emoji"}, {0x1F610, 0x1F617, "a sad emoji"},
        {0x1F618, 0x1F61C, "a happy emoji"}, {0x1F61D, 0x1F637, "a sad emoji"},
        {0x1F63B, 0x1F63B, "a happy emoji"}, {0x1F640, 0x1F64A, "a sad emoji"},
        {0x1F64B, 0x1F64F, "a happy emoji"}, {0x1F910, 0x1F92F, "a sad emoji"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(emojis); i++)
        if (character >= emojis[i].first && character <= emojis[i].last)
            return emojis[i].name;
    return NULL;
}

static void
add_emoji(Marks *out, const Form *form)
{
    const char *end = form->body + form->body_size;
    const char *at = form->body;

    while ((at = memchr(at, 0xF0, (size_t)(end - at)))) {
        gunichar character = g_utf8_get_char_validated(at, end - at);
        const char *name = emoji_name(character);

        if (name) {
            marks_add(out, name);
            return;
        }
        at++;
    }
}

static Counts
count(const char *body, size_t size)
{
    Counts out = {0};

    for (size_t i = 0; i < size; i++) {
        out.bangs += body[i] == '!';
        out.questions += body[i] == '?';
        out.upper += body[i] >= 'A' && body[i] <= 'Z';
        out.letters += (body[i] | 0x20) >= 'a' && (body[i] | 0x20) <= 'z';
    }
    return out;
}

static char
last_character(const Form *form)
{
    size_t end = form->body_size;

    while (end > 0 && g_ascii_isspace(form->body[end - 1]))
        end--;
    return end ? form->body[end - 1] : '\0';
}

static bool
has(const Form *form, const char *text)
{
    return memmem(form->body, form->body_size, text, strlen(text)) != NULL;
}

static void
add_punctuation(Marks *out, const Form *form)
{
    Counts counts = count(form->body, form->body_size);
    bool asks = counts.questions > 0;
    const struct {
        bool holds;
        const char *name;
    } marks[] = {
        {asks || strchr(form->subject, '?'), "a question mark"},
        {counts.questions > 1, "several question marks"},
        {counts.bangs > 0, "an exclamation mark"},
        {counts.bangs > 1, "several exclamation marks"},
        {counts.letters > 20 && counts.upper * 3 > counts.letters, "capitals"},
        {has(form, "..."), "dots"},
        {last_character(form) == '?', "ends in a question"},
        {g_ascii_islower(*form->body) != 0, "starts in lower case"},
        {*form->body == '@', "starts with a handle"},
        {memchr(form->body, '#', form->body_size) != NULL, "a hash tag"},
        {memchr(form->body, '\n', form->body_size) != NULL, "several lines"},
        {!asks && !*form->subject, "neither subject nor question"},
        {g_ascii_strncasecmp(form->subject, "re:", 3) == 0, "subject is a reply"},
        {has(form, "http") || has(form, "<URL>"),
         "a link"}, /* archives hide links so */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (marks[i].holds)
            marks_add(out, marks[i].name);
}

void
marks_find(Marks *out, const Form *form)
{
    add_length(out, form);
    add_tones(out, form);
    add_emoji(out, form);
    add_punctuation(out, form);
}
