/* From an expression to a program. The machine is in pattern_match.c. */
#include "base/pattern.h"

#include <string.h>

#include "base/fault.h"
#include "base/pattern_program.h"

enum {
    MOST_NESTING = 50,
    MOST_REPEATS = 200,
    WITHOUT_END = -1
};

typedef struct Reading {
    const char *begin, *at;
    Pattern *pattern;
    int depth;
    GError *fault;
} Reading;

static bool
refuse(Reading *reading, const char *why)
{
    if (!reading->fault)
        g_set_error(&reading->fault, FAULT, FAULT_CONFIG,
                    "is no regular expression we know: %s at character %ld", why,
                    g_utf8_pointer_to_offset(reading->begin, reading->at) + 1);
    return false;
}

static guint
length_of(const Reading *reading)
{
    return reading->pattern->steps->len;
}

static Step *
step_at(const Reading *reading, guint i)
{
    return &g_array_index(reading->pattern->steps, Step, i);
}

static bool
add_step(Reading *reading, Step step)
{
    if (length_of(reading) >= PATTERN_MOST_STEPS)
        return refuse(reading, "too long");
    g_array_append_val(reading->pattern->steps, step);
    return true;
}

static bool
insert_step(Reading *reading, guint where, Step step)
{
    if (length_of(reading) >= PATTERN_MOST_STEPS)
        return refuse(reading, "too long");
    g_array_insert_val(reading->pattern->steps, where, step);
    return true;
}

static gunichar
take_letter(Reading *reading)
{
    gunichar letter = g_utf8_get_char(reading->at);

    reading->at = g_utf8_find_next_char(reading->at, NULL);
    return letter;
}

static bool
take(Reading *reading, const char *text)
{
    if (!g_str_has_prefix(reading->at, text))
        return false;
    reading->at += strlen(text);
    return true;
}

/* ---- sets ---- */

static void
set_free(LetterSet *set)
{
    g_array_unref(set->spans);
    (void)g_string_free(set->classes, TRUE);
    g_free(set);
}

static LetterSet *
add_set(Reading *reading)
{
    LetterSet *set = g_new0(LetterSet, 1);

    set->spans = g_array_new(FALSE, FALSE, sizeof(Span));
    set->classes = g_string_new(NULL);
    g_ptr_array_add(reading->pattern->sets, set);
    return set;
}

/* Behind a backslash. Letters and digits without a meaning here have one elsewhere. */
static bool
read_escaped(Reading *reading, gunichar *letter)
{
    gunichar named = *reading->at ? take_letter(reading) : 0;

    *letter = named;
    if (named == 'n')
        *letter = '\n';
    else if (named == 't')
        *letter = '\t';
    else if (named == 'r')
        *letter = '\r';
    else if (named == 0 || (named < 128 && g_ascii_isalnum((char)named)))
        return refuse(reading, "an escape without a meaning");
    return true;
}

static bool
is_class(char name)
{
    return name && strchr("dDwWsS", name) != NULL;
}

static bool
read_set_letter(Reading *reading, LetterSet *set, gunichar *letter, bool *is_plain)
{
    *is_plain = true;
    if (!take(reading, "\\")) {
        *letter = take_letter(reading);
        return true;
    }
    if (!is_class(*reading->at))
        return read_escaped(reading, letter);
    *is_plain = false;
    g_string_append_c(set->classes, *reading->at++);
    return true;
}

static bool
read_span(Reading *reading, LetterSet *set)
{
    Span span;
    bool is_plain;

    if (!read_set_letter(reading, set, &span.first, &is_plain))
        return false;
    if (!is_plain)
        return true;
    span.last = span.first;
    if (reading->at[0] == '-' && reading->at[1] && reading->at[1] != ']') {
        reading->at++;
        if (!read_set_letter(reading, set, &span.last, &is_plain))
            return false;
        if (!is_plain || span.last < span.first)
            return refuse(reading, "a range that goes backwards");
    }
    g_array_append_val(set->spans, span);
    return true;
}

/* Behind the bracket. One right behind it is a letter. */
static bool
read_set(Reading *reading)
{
    LetterSet *set = add_set(reading);

    set->is_negated = take(reading, "^");
    do {
        if (!*reading->at)
            return refuse(reading, "a '[' without an end");
        if (!read_span(reading, set))
            return false;
    } while (*reading->at != ']');
    reading->at++;
    return add_step(reading, (Step){.kind = STEP_SET, .set = set});
}

static bool
add_class(Reading *reading, char name)
{
    LetterSet *set = add_set(reading);

    g_string_append_c(set->classes, name);
    return add_step(reading, (Step){.kind = STEP_SET, .set = set});
}

/* ---- pieces ---- */

static bool read_choice(Reading *reading);

static bool
read_group(Reading *reading)
{
    if (!take(reading, "?:") && *reading->at == '?')
        return refuse(reading, "a group of another kind");
    if (++reading->depth > MOST_NESTING)
        return refuse(reading, "nests too deep");
    if (!read_choice(reading))
        return false;
    reading->depth--;
    return take(reading, ")") || refuse(reading, "a '(' without an end");
}

static bool
read_escape(Reading *reading)
{
    gunichar letter;

    if (is_class(*reading->at))
        return add_class(reading, *reading->at++);
    if (take(reading, "b"))
        return add_step(reading, (Step){.kind = STEP_WORD_EDGE});
    if (take(reading, "B"))
        return add_step(reading, (Step){.kind = STEP_NO_WORD_EDGE});
    return read_escaped(reading, &letter) &&
           add_step(reading,
                    (Step){.kind = STEP_CHAR, .letter = g_unichar_tolower(letter)});
}

static bool
read_piece(Reading *reading)
{
    gunichar letter;

    if (strchr("*+?{", *reading->at))
        return refuse(reading, "nothing to repeat");
    letter = take_letter(reading);
    switch (letter) {
    case '(':
        return read_group(reading);
    case '[':
        return read_set(reading);
    case '\\':
        return read_escape(reading);
    case '.':
        return add_step(reading, (Step){.kind = STEP_ANY});
    case '^':
        return add_step(reading, (Step){.kind = STEP_LINE_BEGIN});
    case '$':
        return add_step(reading, (Step){.kind = STEP_LINE_END});
    default:
        return add_step(reading,
                        (Step){.kind = STEP_CHAR, .letter = g_unichar_tolower(letter)});
    }
}

/* ---- repetitions ---- */

typedef struct Repeat {
    int least, most; /* WITHOUT_END */
} Repeat;

static bool
read_number(Reading *reading, int *number)
{
    guint64 value;
    char *end;

    if (!g_ascii_isdigit(*reading->at))
        return false;
    value = g_ascii_strtoull(reading->at, &end, 10);
    reading->at = end;
    *number = (int)MIN(value, MOST_REPEATS + 1);
    return true;
}

static bool
read_braces(Reading *reading, Repeat *out)
{
    if (!read_number(reading, &out->least))
        return refuse(reading, "'{' needs a number");
    out->most = out->least;
    if (take(reading, ",") && !read_number(reading, &out->most))
        out->most = WITHOUT_END;
    if (!take(reading, "}"))
        return refuse(reading, "a '{' without an end");
    if (out->least > MOST_REPEATS || out->most > MOST_REPEATS ||
        (out->most != WITHOUT_END && out->most < out->least))
        return refuse(reading, "a count that cannot be");
    return true;
}

/* The piece from `begin` on, once more at the end. */
static bool
copy_piece(Reading *reading, guint begin, guint length)
{
    for (guint i = 0; i < length; i++)
        if (!add_step(reading, *step_at(reading, begin + i)))
            return false;
    return true;
}

/* All from `begin` on: any number of times, or not at all. */
static bool
make_optional(Reading *reading, guint begin, bool is_repeated)
{
    int length = (int)(length_of(reading) - begin);
    Step split = {.kind = STEP_SPLIT, .to = 1, .or = length + 1 + is_repeated};
    Step back = {.kind = STEP_JUMP, .to = -(length + 1)};

    return insert_step(reading, begin, split) &&
           (!is_repeated || add_step(reading, back));
}

/* The piece `count` times, from what stands there once. */
static bool
repeat_piece(Reading *reading, guint begin, const Repeat *repeat)
{
    guint length = length_of(reading) - begin;
    int copies = MAX(repeat->least, 1) - 1;
    int further = repeat->most == WITHOUT_END ? 1 : repeat->most - repeat->least;

    if (repeat->least == 0 && repeat->most == 0) {
        g_array_set_size(reading->pattern->steps, begin);
        return true;
    }
    if (repeat->least == 0) { /* what stands there is the first of the further ones */
        if (!make_optional(reading, begin, repeat->most == WITHOUT_END))
            return false;
        length = length_of(reading) - begin;
        for (int i = 1; i < further; i++)
            if (!copy_piece(reading, begin, length))
                return false;
        return true;
    }
    for (int i = 0; i < copies; i++)
        if (!copy_piece(reading, begin, length))
            return false;
    for (int i = 0; i < further; i++) {
        guint copy = length_of(reading);

        if (!copy_piece(reading, begin, length) ||
            !make_optional(reading, copy, repeat->most == WITHOUT_END))
            return false;
    }
    return true;
}

static bool
read_repeat(Reading *reading, guint begin)
{
    Repeat repeat;

    if (take(reading, "*"))
        repeat = (Repeat){0, WITHOUT_END};
    else if (take(reading, "+"))
        repeat = (Repeat){1, WITHOUT_END};
    else if (take(reading, "?"))
        repeat = (Repeat){0, 1};
    else if (!take(reading, "{"))
        return true;
    else if (!read_braces(reading, &repeat))
        return false;
    (void)take(reading, "?"); /* lazy: whether there is a match is the same */
    return repeat_piece(reading, begin, &repeat);
}

static bool
read_sequence(Reading *reading)
{
    while (*reading->at && *reading->at != '|' && *reading->at != ')') {
        guint begin = length_of(reading);

        if (!read_piece(reading) || !read_repeat(reading, begin))
            return false;
    }
    return true;
}

/* a|b|c: a split before each but the last, a jump to the end behind it. */
static bool
read_choice(Reading *reading)
{
    g_autoptr(GArray) jumps = g_array_new(FALSE, FALSE, sizeof(guint));
    guint begin = length_of(reading);

    if (!read_sequence(reading))
        return false;
    while (take(reading, "|")) {
        int length = (int)(length_of(reading) - begin);
        guint jump = length_of(reading) + 1;

        if (!insert_step(reading, begin,
                         (Step){.kind = STEP_SPLIT, .to = 1, .or = length + 2}) ||
            !add_step(reading, (Step){.kind = STEP_JUMP}))
            return false;
        g_array_append_val(jumps, jump);
        begin = length_of(reading);
        if (!read_sequence(reading))
            return false;
    }
    for (guint i = 0; i < jumps->len; i++) {
        guint jump = g_array_index(jumps, guint, i);

        step_at(reading, jump)->to = (int)(length_of(reading) - jump);
    }
    return true;
}

Pattern *
pattern_new(const char *expression, GError **error)
{
    g_autoptr(Pattern) pattern = g_new0(Pattern, 1);
    Reading reading = {.begin = expression, .at = expression, .pattern = pattern};

    pattern->steps = g_array_new(FALSE, TRUE, sizeof(Step));
    pattern->sets = g_ptr_array_new_with_free_func((GDestroyNotify)set_free);
    if (read_choice(&reading) && *reading.at)
        (void)refuse(&reading, "a ')' without a '('");
    if (!reading.fault)
        (void)add_step(&reading, (Step){.kind = STEP_MATCH});
    if (reading.fault) {
        g_propagate_error(error, reading.fault);
        return NULL;
    }
    return g_steal_pointer(&pattern);
}

void
pattern_free(Pattern *pattern)
{
    if (!pattern)
        return;
    g_array_unref(pattern->steps);
    g_ptr_array_unref(pattern->sets);
    g_free(pattern);
}
