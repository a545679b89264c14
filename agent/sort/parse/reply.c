#include "sort/parse/reply.h"

#include <string.h>

#include "sort/parse/html.h"
#include "sort/parse/lines.h"
#include "sort/parse/parse.h"
#include "sort/parse/quote_markers.h"
#include "sort/parse/signature.h"

enum {
    HEADER_MOST_BYTES = 400, /* of an attribution that is wrapped */
    HEADER_MOST_LINES = 4,
    BLOCK_LINES = 8,
    GREETING_WORDS = 4,
    NARROW_BYTES = 40,
    ANSWERS_BELOW_MOST = 50, /* pieces of an answer between quotes */
};

static bool
is_quoted_line(const Line *line)
{
    Span text = parse_trim_span(line->text);

    return text.size > 0 && (text.at[0] == '>' || parse_span_starts(text, "|>"));
}

static bool
may_end_attribution(Span line)
{
    char last;

    if (line.size == 0)
        return false;
    last = line.at[line.size - 1];
    return last == ':' || last == '-' || last == 'e' || (last & 0x80);
}

/* Every attribution has an address or ends with a colon; few lines have. */
static bool
may_start_attribution(const Lines *lines, size_t first)
{
    for (size_t i = first; i < lines->len && i < first + HEADER_MOST_LINES; i++) {
        Span text = parse_line(lines, i)->text;

        if (text.size == 0)
            return false;
        if (may_end_attribution(text) && text.at[text.size - 1] != 'e')
            return true;
        if (parse_span_find(text, '@') < text.size)
            return true;
    }
    return false;
}

/* Marks of direction stand around names and colons where people write to the left. */
static void
drop_directions(char *text)
{
    static const char *const marks[] = {"\u200e", "\u200f", "\u202a", "\u202b",
                                        "\u202c", "\u2066", "\u2067", "\u2068",
                                        "\u2069", NULL};
    char *out = text;

    if (!strstr(text, "\xe2\x80") && !strstr(text, "\xe2\x81"))
        return;
    while (*text) {
        if (parse_starts_with_any(text, marks)) {
            text += 3;
            continue;
        }
        *out++ = *text++;
    }
    *out = '\0';
}

/* How many lines the text that starts at `first` takes until it is an attribution; 0:
 * it never is. */
static size_t
attribution_from(const Lines *lines, size_t first)
{
    g_autoptr(GString) joined = NULL;

    if (!may_start_attribution(lines, first))
        return 0;
    joined = g_string_new(NULL);
    for (size_t i = first; i < lines->len && i < first + HEADER_MOST_LINES; i++) {
        const Line *line = parse_line(lines, i);
        Span text = parse_trim_span(line->text);
        g_autofree char *lower = NULL;

        if (text.size == 0 || text.size + joined->len > HEADER_MOST_BYTES ||
            (is_quoted_line(line) && !(i > first && parse_span_starts(text, ">:"))))
            return 0;
        if (joined->len && !(text.at[0] == '>'))
            g_string_append_c(joined, ' ');
        g_string_append_len(joined, text.at, (gssize)text.size);
        if (!may_end_attribution(text))
            continue;
        lower = parse_lower(joined->str, joined->len);
        drop_directions(lower);
        if (parse_is_attribution(lower))
            return i - first + 1;
    }
    return 0;
}

/* A line that starts with a digit may be the second of an attribution that was wrapped
 * within its date: the first has the name, or the day, already. */
static bool
goes_on_with_digits(const Lines *lines, size_t first, const char *later)
{
    const char *lower = parse_line(lines, first)->lower;

    if (!lower || !g_ascii_isdigit(*later))
        return false;
    return strchr(lower, '@') ||
           (parse_opens_attribution(lower) && strpbrk(lower, "0123456789"));
}

/* Was the line before `i` broken there because no more words fitted? Programs break at
 * forty bytes or later. */
static bool
is_broken_before(const Lines *lines, size_t i)
{
    Span above = parse_line(lines, i - 1)->text;
    Span line = parse_trim_span(parse_line(lines, i)->text);
    size_t word = 0;

    while (word < line.size && !g_ascii_isspace(line.at[word]))
        word++;
    return above.size + 1 + word > NARROW_BYTES || strchr("<(", line.at[0]);
}

/* Does the attribution rather start in line `i`, words standing above it? */
static bool
starts_later(const Lines *lines, size_t first, size_t i)
{
    const char *lower = parse_line(lines, i)->lower;
    const char *above = parse_line(lines, first)->lower;

    if (!lower || !above)
        return false;
    if (parse_opens_attribution(lower))
        return !goes_on_with_digits(lines, first, lower);
    return !strpbrk(above, "@0123456789") && !is_broken_before(lines, i);
}

/* The same, but not when the attribution really starts in a later line. */
static size_t
attribution_at(const Lines *lines, size_t first)
{
    size_t taken = attribution_from(lines, first);

    for (size_t i = first + 1; i < first + taken; i++) {
        if (starts_later(lines, first, i) &&
            i + attribution_from(lines, i) == first + taken)
            return 0;
    }
    return taken;
}

/* From, Sent, To, Subject in any language: three kinds of them within a few lines. */
static bool
is_header_block(const Lines *lines, size_t first)
{
    Span start = parse_line(lines, first)->text;
    unsigned seen = 0;
    unsigned kinds = 0;
    bool has_address = false;

    if (parse_span_find(start, ':') == start.size &&
        !memchr(start.at, "："[0], start.size))
        return false;

    for (size_t i = first; i < lines->len && i < first + BLOCK_LINES; i++) {
        const char *lower = parse_line(lines, i)->lower;
        LabelField field = lower ? parse_header_label(lower) : LABEL_FIELD_NONE;

        if (i == first && field == LABEL_FIELD_NONE)
            return false;
        if (field != LABEL_FIELD_NONE && !(seen & 1u << field)) {
            seen |= 1u << field;
            kinds++;
            has_address = has_address || strchr(lower, '@');
        }
    }
    /* Travellers go from, to and on a date, too. */
    return kinds >= 3 && (seen & 1u << LABEL_FIELD_FROM) &&
           (has_address || (seen & 1u << LABEL_FIELD_SUBJECT));
}

/* "Eva Example wrote:" right above what she wrote. */
static bool
names_writer(const Lines *lines, size_t i)
{
    size_t below = i + 1;

    while (below < lines->len && below < i + 3 &&
           parse_is_blank(parse_line(lines, below)))
        below++;
    return below < lines->len && is_quoted_line(parse_line(lines, below)) &&
           parse_is_writer(parse_line(lines, i)->text, parse_line(lines, i)->lower);
}

static bool
starts_quote(const Lines *lines, size_t i)
{
    const Line *line = parse_line(lines, i);
    const char *lower = line->lower;

    if (parse_is_blank(line) || is_quoted_line(line))
        return false;
    return lower && ((lines->has_above && parse_is_above_line(lower)) ||
                     parse_is_separator(lower) || attribution_at(lines, i) > 0 ||
                     is_header_block(lines, i) || names_writer(lines, i));
}

/* The first line that reaches into the mark; their number: none does. */
static size_t
first_marked(const Lines *lines, const Mark *mark)
{
    size_t low = 0;
    size_t high = lines->len;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const Line *line = parse_line(lines, middle);
        size_t end = line->start + line->text.size;

        if (end < mark->start || (end == mark->start && line->text.size))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
apply_marks(Lines *lines, const GArray *marks)
{
    for (guint m = 0; marks && m < marks->len; m++) {
        const Mark *mark = &g_array_index(marks, Mark, m);
        size_t i = first_marked(lines, mark);

        for (; i < lines->len && parse_line(lines, i)->start < mark->end; i++)
            parse_line(lines, i)->kind =
                mark->kind == MARK_QUOTE ? LINE_QUOTED : LINE_SIGNATURE;
    }
}

/* Where somebody may have gone on behind a quote: not with a rule, and not with what
 * their phone or list adds. */
static bool
may_be_answer(const Lines *lines, size_t i)
{
    return !parse_is_rule(parse_line(lines, i)) && !parse_starts_signature(lines, i) &&
           !parse_starts_disclaimer(lines, i);
}

/* Does an answer stand below the quote, or between its pieces? A line torn off a quoted
 * one is no answer: under text it stands behind a blank line. */
static bool
answer_stands_below(const Lines *lines, size_t quote)
{
    size_t above = parse_own_words(lines, 0, quote);
    bool in_quotes = false;
    bool after_blank = false;

    for (size_t i = quote; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (is_quoted_line(line))
            in_quotes = true;
        else if (parse_is_blank(line))
            after_blank = in_quotes;
        else if (in_quotes && (after_blank || above == 0) && may_be_answer(lines, i))
            return parse_own_words(lines, i, lines->len) > 0;
        else if (in_quotes && after_blank && above > GREETING_WORDS)
            return false;
        if (is_quoted_line(line))
            after_blank = false;
    }
    return false;
}

static bool
is_label(const Lines *lines, size_t i)
{
    return i < lines->len && parse_line(lines, i)->lower &&
           parse_header_label(parse_line(lines, i)->lower) != LABEL_FIELD_NONE;
}

/* How many lines stand before the quoted ones: an attribution, or a title and header
 * fields. */
static size_t
head_at(const Lines *lines, size_t first)
{
    size_t taken = attribution_at(lines, first);

    if (taken > 0)
        return taken;
    for (taken = 1; is_label(lines, first + taken); taken++)
        ;
    return taken;
}

static void
mark_quotes(Lines *lines)
{
    unsigned answers = 0;

    for (size_t i = 0; i < lines->len; i++) {
        if (is_quoted_line(parse_line(lines, i)))
            parse_line(lines, i)->kind = LINE_QUOTED;
    }
    for (size_t i = 0; i < lines->len; i++) {
        if (!starts_quote(lines, i))
            continue;
        if (answers < ANSWERS_BELOW_MOST && answer_stands_below(lines, i)) {
            size_t taken = head_at(lines, i);

            parse_set_kind(lines, i, i + taken, LINE_QUOTED);
            i += taken - 1;
            answers++;
            continue;
        }
        parse_set_kind(lines, i, lines->len, LINE_QUOTED);
        return;
    }
}

/* "-------- Anything in any language --------" right above a quote. */
static bool
is_rule_or_title(const Lines *lines, size_t i)
{
    const Line *line = parse_line(lines, i);

    return parse_is_rule(line) ||
           (line->lower && parse_line(lines, i + 1)->kind == LINE_QUOTED &&
            parse_is_ruled_title(line->lower));
}

/* A rule right above a quote belongs to it, with a title in it too. */
static void
drop_last_rules(Lines *lines)
{
    size_t last = lines->len;

    for (size_t i = lines->len; i > 0; i--) {
        if (parse_line(lines, i - 1)->kind == LINE_OWN &&
            !parse_is_blank(parse_line(lines, i - 1))) {
            last = i - 1;
            break;
        }
    }
    if (last + 1 >= lines->len || !is_rule_or_title(lines, last))
        return;
    if (parse_own_words(lines, 0, last) > 0)
        parse_line(lines, last)->kind = LINE_SEPARATOR;
}

/* The armour of a mail that is signed in its text: RFC 4880, section 7. */
static void
mark_armour(Lines *lines)
{
    bool in_head = false;
    bool in_signature = false;

    for (size_t i = 0; i < lines->len; i++) {
        Line *line = parse_line(lines, i);
        Span text = parse_trim_span(line->text);

        if (parse_span_is(text, "-----BEGIN PGP SIGNED MESSAGE-----"))
            in_head = true;
        else if (parse_span_is(text, "-----BEGIN PGP SIGNATURE-----"))
            in_signature = true;
        if (in_head || in_signature)
            line->kind = in_head ? LINE_SEPARATOR : LINE_SIGNATURE;
        in_head = in_head && text.size > 0;
        in_signature =
            in_signature && !parse_span_is(text, "-----END PGP SIGNATURE-----");
    }
}

/* NULL when nothing but blanks is of this kind. */
static char *
join_lines(const Lines *lines, LineKind kind)
{
    g_autoptr(GString) out = g_string_new(NULL);
    unsigned blanks = 0;
    bool has_text = false;
    bool is_torn = false;

    for (size_t i = 0; i < lines->len; i++) {
        const Line *line = parse_line(lines, i);

        if (line->kind != kind) {
            is_torn = true;
            continue;
        }
        if (parse_is_blank(line)) {
            blanks++;
            continue;
        }
        /* Where something was taken out, one blank line is enough. */
        blanks = is_torn ? MIN(blanks, 1) : blanks;
        for (; has_text && blanks > 0; blanks--)
            g_string_append_c(out, '\n');
        if (has_text)
            g_string_append_c(out, '\n');
        g_string_append_len(out, line->text.at, (gssize)line->text.size);
        has_text = true;
        is_torn = false;
        blanks = 0;
    }
    return has_text ? g_strdup(out->str) : NULL;
}

void
parse_split_reply(const char *text, const GArray *marks, ReplySplit *out)
{
    char *lower = parse_lower(text, strlen(text));
    bool has_above = parse_is_above_line(lower);
    g_autoptr(Lines) lines = parse_split_lines(text, lower);

    *out = (ReplySplit){0};
    lines->has_above = has_above;
    parse_know_signatures(lines);
    apply_marks(lines, marks);
    if (strstr(text, "-----BEGIN PGP SIGN"))
        mark_armour(lines);
    mark_quotes(lines);
    drop_last_rules(lines);
    parse_mark_signature(lines);
    out->reply = join_lines(lines, LINE_OWN);
    if (!out->reply) {
        out->reply = g_strstrip(g_strdup(text));
        return;
    }
    out->quoted = join_lines(lines, LINE_QUOTED);
    out->signature = join_lines(lines, LINE_SIGNATURE);
}

void
parse_clear_split(ReplySplit *split)
{
    g_free(split->reply);
    g_free(split->quoted);
    g_free(split->signature);
    *split = (ReplySplit){0};
}

char *
parse_written_now(const char *text)
{
    g_auto(ReplySplit) parts = {0};

    parse_split_reply(text, NULL, &parts);
    return g_steal_pointer(&parts.reply);
}
