#include "sort/parse/signature.h"

#include <string.h>

#include "sort/parse/signature_words.h"

enum {
    SIGNATURE_MOST_LINES = 8,
    DEVICE_MOST_BYTES = 160,
    CLOSING_MOST_BYTES = 60,
    NAME_MOST_BYTES = 60,
    CARD_LINE_BYTES = 90,
    SENTENCE_WORDS = 5,
    PROSE_WORDS = 12,
    OUTLOOK_MOST_WORDS = 6,
};

void
parse_know_signatures(Lines *lines)
{
    /* Made once and kept for the process. */
    static WordIndex *devices, *names, *closings, *thanks, *disclaimers;

    lines->devices = parse_index_once(&devices, parse_device_words);
    lines->device_names = parse_index_once(&names, parse_device_names);
    lines->closings = parse_index_once(&closings, parse_closing_words);
    lines->thanks = parse_index_once(&thanks, parse_thanks_words);
    lines->disclaimers = parse_index_once(&disclaimers, parse_disclaimer_words);
}

/* "-- ", or a rule of underscores as mailing lists put it. */
static bool
is_signature_rule(const Line *line)
{
    Span text = parse_trim_span(line->text);

    if (parse_span_is(text, "--") || parse_span_is(text, "- --") ||
        parse_span_is(text, "—"))
        return true;
    return parse_is_rule(line) && text.at[0] == '_';
}

/* Ends where the answer is known: a mail may be nothing but closings. */
static bool
has_more_lines_after(const Lines *lines, size_t from, size_t most)
{
    size_t count = 0;

    for (size_t i = from; i < lines->len && count <= most; i++)
        count += parse_line(lines, i)->kind == LINE_OWN &&
                 !parse_is_blank(parse_line(lines, i));
    return count > most;
}

static unsigned
count_words(Span line)
{
    unsigned count = 0;

    for (size_t i = 0; i < line.size; i++)
        count +=
            !g_ascii_isspace(line.at[i]) && (i == 0 || g_ascii_isspace(line.at[i - 1]));
    return count;
}

/* The length of `text` without what may stand behind a closing. */
static size_t
without_marks(const char *text, size_t length)
{
    for (;;) {
        if (length > 0 && strchr(",.!;- ", text[length - 1]))
            length--;
        else if (length >= 3 && (memcmp(text + length - 3, "。", 3) == 0 ||
                                 memcmp(text + length - 3, "、", 3) == 0))
            length -= 3;
        else
            return length;
    }
}

static bool
is_word_of(const WordIndex *index, const char *lower, size_t length)
{
    size_t at = 0;
    const char *word;

    length = without_marks(lower, length);
    while ((word = parse_next_word(index, lower, &at)) != NULL) {
        if (strlen(word) == length && strncmp(lower, word, length) == 0)
            return true;
    }
    return false;
}

static bool
is_thanks(const Lines *lines, const char *lower)
{
    return is_word_of(lines->thanks, lower, strlen(lower));
}

static bool
is_farewell(const Lines *lines, const char *lower, size_t length)
{
    return is_word_of(lines->closings, lower, length) ||
           is_word_of(lines->thanks, lower, length);
}

/* Also two of them: "Vennlig hilsen / Best regards", "Gracias. Un saludo". */
static bool
is_closing(const Lines *lines, const char *lower)
{
    size_t length = strcspn(lower, "/");

    if (strlen(lower) > CLOSING_MOST_BYTES)
        return false;
    if (!is_farewell(lines, lower, length)) {
        length = strcspn(lower, "/.,");
        if (!is_farewell(lines, lower, length))
            return false;
    }
    lower += length;
    return *lower == '\0' || is_closing(lines, lower + 1 + strspn(lower + 1, " "));
}

/* One to three words that begin with a capital letter. */
static bool
is_name(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    guint count = 0;

    if (strpbrk(text, ":;!?@0123456789"))
        return false;
    for (guint i = 0; words[i]; i++) {
        if (*words[i] && !g_unichar_isupper(g_utf8_get_char(words[i])))
            return false;
        count += *words[i] ? 1 : 0;
    }
    return count >= 1 && count <= 4;
}

/* "Beste Grüße aus Hamburg": the name alone. */
static const char *
without_from(const char *name)
{
    static const char *const words[] = {"aus ",   "from ", "från ", "fra ", "uit ",
                                        "desde ", "de ",   "da ",   "dal ", "van ",
                                        "von ",   "di ",   "iz ",   NULL};

    for (const char *const *word = words; *word; word++) {
        if (g_str_has_prefix(name, *word))
            return name + strlen(*word);
    }
    return name;
}

/* "Best regards, Eva". Thanks are left out: "Thanks Eva" speaks to Eva. */
static bool
is_closing_with_name(const Lines *lines, Span line, const char *lower)
{
    size_t at = 0;
    const char *word;

    if (line.size > CLOSING_MOST_BYTES)
        return false;
    while ((word = parse_next_word(lines->closings, lower, &at)) != NULL) {
        size_t length = strlen(word);
        g_autofree char *name = NULL;

        if (!g_str_has_prefix(lower, word) || length >= line.size ||
            !strchr(" ,.", line.at[length]))
            continue;
        name = g_strndup(line.at + length, line.size - length);
        if (is_name(without_from(g_strstrip(g_strdelimit(name, ",.", ' ')))))
            return true;
    }
    return false;
}

/* "Example Tools S.A. de C.V.": the last full stop ends no sentence. */
static bool
ends_in_abbreviation(Span text)
{
    static const char *const words[] = {"inc.", "ltd.", "corp.", "co.", NULL};
    size_t start = text.size;
    Span word;

    while (start > 0 && !g_ascii_isspace(text.at[start - 1]))
        start--;
    word = parse_slice(text, start, text.size);
    for (size_t i = 0; words[i]; i++) {
        if (parse_span_is(word, words[i]))
            return true;
    }
    return word.size > 0 && parse_span_find(word, '.') + 1 < word.size &&
           word.at[word.size - 1] == '.';
}

static bool
is_prose(const Line *line)
{
    Span text = parse_trim_span(line->text);
    unsigned words = count_words(text);
    char last = text.size ? text.at[text.size - 1] : '\0';

    return (last == '?' && words > 1) || words >= PROSE_WORDS ||
           (words >= SENTENCE_WORDS && (last == '.' || last == '!' || last == ':') &&
            !ends_in_abbreviation(text));
}

/* Does somebody go on with whole sentences? Their lawyer, and what stands under a rule,
 * may. */
static bool
is_followed_by_prose(const Lines *lines, size_t from)
{
    for (size_t i = from; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (line->kind != LINE_OWN || parse_is_blank(line))
            continue;
        if (is_signature_rule(line) || parse_starts_disclaimer(lines, i))
            return false;
        if (is_prose(line))
            return true;
    }
    return false;
}

/* Whoever writes whole sentences behind a closing has not closed. */
static bool
is_followed_by_signature(const Lines *lines, size_t from)
{
    return !has_more_lines_after(lines, from, SIGNATURE_MOST_LINES) &&
           !is_followed_by_prose(lines, from);
}

/* Before the first comma or full stop: "sent from my desk, not from my phone". */
static bool
names_device(const Lines *lines, const char *lower)
{
    g_autofree char *clause = g_strndup(lower, strcspn(lower, ",;?!"));

    return parse_holds_word(lines->device_names, clause);
}

/* "Get BlueMail for Android" */
static bool
is_advert(const char *lower)
{
    static const char *const ends[] = {" for android",
                                       " for ios",
                                       " para android",
                                       " para ios",
                                       " pour android",
                                       " pour ios",
                                       " für android",
                                       " für ios",
                                       " per android",
                                       " per ios",
                                       NULL};

    for (const char *const *end = ends; *end; end++) {
        if (g_str_has_suffix(lower, *end))
            return parse_starts_with_any(lower, parse_advert_words);
    }
    return false;
}

/* "Sent from my RIDGE 4G" */
static bool
is_somebodys_own(const char *lower)
{
    static const char *const words[] = {
        " my ",  " mi ",   " mon ", " ma ",  " mein", " meu ",   " minha ", " mio ",
        " mia ", " mijn ", " moj",  " mój ", " min ", " моего ", NULL};

    for (const char *const *word = words; *word; word++) {
        if (strstr(lower, *word))
            return true;
    }
    return false;
}

/* The program may be what somebody speaks of: a sentence that others follow, or that
 * names no device, is theirs. */
static bool
is_device_line(const Lines *lines, size_t i)
{
    const Line *line = parse_line(lines, i);
    const char *lower = line->lower;
    size_t length = lower ? strlen(lower) : 0;

    if (!lower || length > DEVICE_MOST_BYTES)
        return false;
    if (!parse_starts_with_word(lines->devices, lower))
        return is_advert(lower);
    if (g_str_has_prefix(lower, "outlook ") &&
        count_words((Span){lower, length}) > OUTLOOK_MOST_WORDS)
        return false;
    if (names_device(lines, lower) && is_somebodys_own(lower) &&
        count_words((Span){lower, length}) <= OUTLOOK_MOST_WORDS)
        return true;
    if (names_device(lines, lower))
        return !is_prose(line) || !is_followed_by_prose(lines, i + 1);
    return !is_prose(line) &&
           (is_somebodys_own(lower) || !is_followed_by_prose(lines, i + 1));
}

/* Does a person, or their card, stand below the thanks? */
static bool
is_signed(const Lines *lines, size_t thanks)
{
    for (size_t i = thanks + 1; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (line->kind == LINE_OWN && !parse_is_blank(line))
            return !is_signature_rule(line) && !is_device_line(lines, i) &&
                   !(line->lower && is_closing(lines, line->lower));
    }
    return false;
}

bool
parse_starts_signature(const Lines *lines, size_t i)
{
    const Line *line = parse_line(lines, i);
    const char *lower = line->lower;

    if (is_signature_rule(line))
        return true;
    if (!lower)
        return false;
    if (is_device_line(lines, i))
        return true;
    if (is_thanks(lines, lower) && !is_signed(lines, i))
        return false;
    return (is_closing(lines, lower) ||
            is_closing_with_name(lines, parse_trim_span(line->text), lower)) &&
           is_followed_by_signature(lines, i + 1);
}

static bool
starts_paragraph(const Lines *lines, size_t i)
{
    return i == 0 || parse_is_blank(parse_line(lines, i - 1)) ||
           parse_is_rule(parse_line(lines, i - 1));
}

static bool
has_contact(Span line)
{
    size_t digits = 0;

    for (size_t i = 0; i < line.size; i++)
        digits += g_ascii_isdigit(line.at[i]) ? 1 : 0;
    return (digits >= 7 && digits <= 20) || parse_span_find(line, '@') < line.size ||
           memmem(line.at, line.size, "www.", 4) != NULL;
}

/* Two to four words that all begin with a capital letter: a person. */
static bool
is_name_line(Span line)
{
    g_autofree char *text = g_strndup(line.at, line.size);

    return line.size <= NAME_MOST_BYTES && !strpbrk(text, ".,") && is_name(text) &&
           strpbrk(g_strstrip(text), " \t");
}

static bool
ends_with_colon(Span line)
{
    static const char wide[] = "：";

    return line.size > 0 &&
           (line.at[line.size - 1] == ':' ||
            (line.size >= 3 && memcmp(line.at + line.size - 3, wide, 3) == 0));
}

/* "Please deliver to:" speaks of the lines that follow. */
static bool
is_announced(const Lines *lines, size_t first)
{
    while (first > 0 && parse_is_blank(parse_line(lines, first - 1)))
        first--;
    return first > 0 && parse_line(lines, first - 1)->kind == LINE_OWN &&
           ends_with_colon(parse_line(lines, first - 1)->text);
}

/* A last paragraph of short lines, a name on top and a phone or address below it. */
static bool
is_card(const Lines *lines, size_t first)
{
    bool has_address = false;
    size_t count = 0;

    if (!is_name_line(parse_trim_span(parse_line(lines, first)->text)) ||
        is_announced(lines, first))
        return false;
    for (size_t i = first; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (line->kind != LINE_OWN || parse_is_blank(line))
            continue;
        if (parse_starts_disclaimer(lines, i))
            break;
        if (line->text.size > CARD_LINE_BYTES || ++count > SIGNATURE_MOST_LINES ||
            is_prose(line))
            return false;
        has_address = has_address || (count > 1 && has_contact(line->text));
    }
    return has_address;
}

static bool
ends_the_words(const Lines *lines, size_t i)
{
    return parse_starts_signature(lines, i) ||
           (starts_paragraph(lines, i) &&
            (parse_starts_disclaimer(lines, i) || is_card(lines, i)));
}

/* Where a postscript goes on with the words; the end when there is none. */
static size_t
postscript_from(const Lines *lines, size_t from)
{
    static const char *const words[] = {
        "ps:", "p.s.", "ps.", "pd:", "p.d.", "p.s:", "ps ", NULL};

    for (size_t i = from + 1; i < lines->len; i++) {
        const char *lower = parse_line(lines, i)->lower;

        if (parse_line(lines, i)->kind == LINE_OWN && lower &&
            parse_starts_with_any(lower, words))
            return i;
    }
    return lines->len;
}

/* "<https://avast.example/>" */
static bool
is_bare_link(const Line *line)
{
    return line->lower && g_str_has_prefix(line->lower, "<http") &&
           line->lower[strcspn(line->lower, "> ")] == '>';
}

/* A rule, or a link, right above what a program or a lawyer adds belongs to it. */
static size_t
footer_from(const Lines *lines, size_t footer)
{
    size_t from = footer;

    for (size_t i = footer; i > 0 && parse_line(lines, i - 1)->kind == LINE_OWN; i--) {
        const Line *line = parse_line(lines, i - 1);

        if (parse_is_rule(line) || is_bare_link(line))
            from = i - 1;
        else if (!parse_is_blank(line))
            break;
    }
    return from;
}

void
parse_mark_signature(Lines *lines)
{
    bool has_text = false;

    for (size_t i = 0; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (line->kind != LINE_OWN || parse_is_blank(line))
            continue;
        if (has_text && ends_the_words(lines, i)) {
            parse_set_kind(lines, footer_from(lines, i), postscript_from(lines, i),
                           LINE_SIGNATURE);
            return;
        }
        has_text = has_text || !parse_is_rule(line);
    }
}
