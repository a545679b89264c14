#include "sort/parse/quote_markers.h"

#include <string.h>

#include "sort/parse/lines.h"
#include "sort/parse/quote_words.h"

enum {
    RULED_MOST_BYTES = 120,
    WRITER_MOST_BYTES = 60
};

static bool
is_letter(char byte)
{
    return g_ascii_isalnum(byte) || (byte & 0x80);
}

/* Scripts without blanks between words end a verb where they like. */
static bool
is_verb_end(const char *end)
{
    return !is_letter(*end) || g_str_has_prefix(end, "：");
}

static bool
has_verb(const char *line)
{
    for (const char *const *verb = parse_quote_verbs; *verb; verb++) {
        const char *at = strstr(line, *verb);
        bool starts = at && (at == line || !is_letter(at[-1]) || (**verb & 0x80));

        if (starts && is_verb_end(at + strlen(*verb)))
            return true;
    }
    return false;
}

/* Do a verb and the colon alone follow so many words? */
static bool
verb_stands_at(const char *line, unsigned words)
{
    for (; words > 0 && line; words--) {
        line = strchr(line, ' ');
        line = line ? line + 1 : NULL;
    }
    for (const char *const *verb = parse_quote_verbs; line && *verb; verb++) {
        if (g_str_has_prefix(line, *verb) &&
            strspn(line + strlen(*verb), " :\xc2\xa0") == strlen(line + strlen(*verb)))
            return true;
    }
    return false;
}

static size_t
count_digits(const char *line)
{
    size_t count = 0;

    for (; *line; line++)
        count += g_ascii_isdigit(*line) ? 1 : 0;
    return count;
}

/* 18:30 or 18.30 */
static bool
has_time(const char *line)
{
    for (const char *at = line; *at; at++) {
        if ((*at == ':' || *at == '.') && at > line && g_ascii_isdigit(at[-1]) &&
            g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]))
            return true;
    }
    return false;
}

static bool
ends_with_verb(const char *line)
{
    for (const char *const *verb = parse_quote_verbs; *verb; verb++) {
        if (g_str_has_suffix(line, *verb))
            return true;
    }
    return false;
}

/* The rules that mail programs draw: any dash of Unicode counts. */
static size_t
rule_at(const char *text)
{
    if (*text && strchr("-=_* \t>#~", *text))
        return 1;
    if (g_str_has_prefix(text, "\xe2\x80") && (unsigned char)text[2] >= 0x90 &&
        (unsigned char)text[2] <= 0x95)
        return 3;
    return 0;
}

/* The line without the rules some webmailers put around it. */
static char *
undashed(const char *line)
{
    const char *end;

    for (size_t step; (step = rule_at(line)) > 0;)
        line += step;
    end = line + strlen(line);
    while (end > line) {
        const char *last = g_utf8_find_prev_char(line, end);

        if (!last || rule_at(last) == 0)
            break;
        end = last;
    }
    return g_strndup(line, (gsize)(end - line));
}

static bool
has_colon_end(const char *text)
{
    return g_str_has_suffix(text, ":") || g_str_has_suffix(text, "：");
}

static bool
is_dated(const char *text)
{
    return count_digits(text) >= 6 && has_time(text);
}

/* "Quoting Eva <eva@example.org>:" */
static bool
is_citation(const char *text)
{
    static const char *const openers[] = {
        "quoting ", "zitat von ", "citando a ",    "citando ",
        "cita de ", "citando:",   "citazione di ", "mensaje citado por ",
        "citát ",   "citat fra ", "citat från ",   NULL};

    return parse_starts_with_any(text, openers);
}

bool
parse_is_attribution(const char *line)
{
    g_autofree char *text = undashed(line);
    bool has_address = strchr(text, '@') != NULL;
    bool has_colon = has_colon_end(text);

    if (strlen(text) < 8 || (!has_colon && !has_address))
        return false;
    /* An address, a date, a time and a colon need no verb we know. */
    if (has_colon && has_address && (is_dated(text) || is_citation(text)))
        return true;
    if ((!has_colon && !ends_with_verb(text)) || !has_verb(text))
        return false;
    if (has_address)
        return count_digits(text) >= 3 || has_colon;
    return count_digits(text) >= 3 &&
           (parse_starts_with_any(text, parse_quote_openers) || has_time(text));
}

/* "You wrote" speaks to somebody. */
static bool
is_pronoun(const char *lower)
{
    static const char *const pronouns[] = {
        "you ", "he ",   "she ", "we ",  "they ", "usted ", "tú ",      "ella ",
        "él ",  "du ",   "sie ", "ihr ", "vous ", "tu ",    "il ",      "elle ",
        "lei ", "você ", "ele ", "ela ", "u ",    "jij ",   "someone ", NULL};

    return parse_starts_with_any(lower, pronouns);
}

bool
parse_is_writer(Span line, const char *lower)
{
    Span text = parse_trim_span(line);
    unsigned words = 0;

    if (!lower || text.size > WRITER_MOST_BYTES || !has_colon_end(lower) ||
        is_pronoun(lower))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (i > 0 && text.at[i - 1] != ' ')
            continue;
        if (!g_unichar_isupper(g_utf8_get_char(text.at + i)))
            break;
        words++;
    }
    return words >= 1 && words <= 4 && verb_stands_at(lower, words);
}

bool
parse_opens_attribution(const char *line)
{
    return g_ascii_isdigit(*line) || parse_starts_with_any(line, parse_quote_openers);
}

bool
parse_is_above_line(const char *line)
{
    static WordIndex *above; /* kept for the process */

    return parse_holds_word(parse_index_once(&above, parse_above_lines), line);
}

static bool
starts_ruled(const char *line)
{
    size_t first = rule_at(line);

    return first > 0 && rule_at(line + first) > 0;
}

bool
parse_is_ruled_title(const char *line)
{
    size_t length = strlen(line);

    return length <= RULED_MOST_BYTES && g_str_has_prefix(line, "--") &&
           g_str_has_suffix(line, "--");
}

bool
parse_is_separator(const char *line)
{
    g_autofree char *text = NULL;
    size_t length = strlen(line);

    if (length > 200)
        return false;
    if (!starts_ruled(line) && (length == 0 || line[length - 1] != ':'))
        return false;
    text = undashed(line);
    length = strlen(text);
    if (length > 0 && text[length - 1] == ':') {
        text[length - 1] = '\0';
        g_strchomp(text);
    } else if (!starts_ruled(line)) {
        return false;
    }
    for (const char *const *word = parse_quote_separators; *word; word++) {
        if (strcmp(text, *word) == 0)
            return true;
    }
    return starts_ruled(line) && g_str_has_prefix(text, "forwarded by");
}

/* Stars are bold print, U+00A0 stands before French colons. */
static char *
label_word(const char *start, const char *end)
{
    g_autoptr(GString) word = g_string_new(NULL);

    for (const char *at = start; at < end; at++) {
        if (end - at >= 2 && (memcmp(at, "\xc2\xa0", 2) == 0)) {
            g_string_append_c(word, ' ');
            at++;
        } else {
            g_string_append_c(word, *at == '*' || *at == '\t' ? ' ' : *at);
        }
    }
    return g_strdup(g_strstrip(word->str));
}

LabelField
parse_header_label(const char *line)
{
    const char *colon = strchr(line, ':');
    const char *wide = strstr(line, "：");
    g_autofree char *word = NULL;

    if (!colon || (wide && wide < colon))
        colon = wide;
    if (!colon || colon - line > 40)
        return LABEL_FIELD_NONE;
    word = label_word(line, colon);
    for (const LabelWord *label = parse_label_words; label->word; label++) {
        if (*word == *label->word && strcmp(word, label->word) == 0)
            return label->field;
    }
    return LABEL_FIELD_NONE;
}
