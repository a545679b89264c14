/* The machine for a program of pattern.c: a set of places, moved on by each letter. */
#include "base/pattern.h"

#include "base/pattern_program.h"

gboolean
letter_is_word(gunichar letter)
{
    return letter == '_' || g_unichar_isalnum(letter);
}

gboolean
letter_is_of_class(gunichar letter, char class_name)
{
    switch (class_name) {
    case 'd':
        return g_unichar_isdigit(letter);
    case 'D':
        return !g_unichar_isdigit(letter);
    case 'w':
        return letter_is_word(letter);
    case 'W':
        return !letter_is_word(letter);
    case 's':
        return g_unichar_isspace(letter);
    default:
        return !g_unichar_isspace(letter);
    }
}

static bool
has_letter(const LetterSet *set, gunichar letter)
{
    for (guint i = 0; i < set->spans->len; i++) {
        const Span *span = &g_array_index(set->spans, Span, i);

        if (letter >= span->first && letter <= span->last)
            return true;
    }
    for (gsize i = 0; i < set->classes->len; i++)
        if (letter_is_of_class(letter, set->classes->str[i]))
            return true;
    return false;
}

static bool
set_takes(const LetterSet *set, gunichar letter)
{
    bool has = has_letter(set, letter) || has_letter(set, g_unichar_tolower(letter)) ||
               has_letter(set, g_unichar_toupper(letter));

    return has != (bool)set->is_negated;
}

static bool
takes(const Step *step, gunichar letter)
{
    switch (step->kind) {
    case STEP_CHAR:
        return g_unichar_tolower(letter) == step->letter;
    case STEP_ANY:
        return letter != '\n';
    case STEP_SET:
        return set_takes(step->set, letter);
    case STEP_SPLIT:
    case STEP_JUMP:
    case STEP_LINE_BEGIN:
    case STEP_LINE_END:
    case STEP_WORD_EDGE:
    case STEP_NO_WORD_EDGE:
    case STEP_MATCH:
        return false;
    }
    return false;
}

/* Places of the program, each once. */
typedef struct Places {
    guint *list;
    guint count;
    gint64 *seen; /* by place: the position in the text it was last added at */
} Places;

/* Between two letters of the text; 0: its ends. */
typedef struct Gap {
    gunichar before, after;
    gint64 position;
} Gap;

static bool
holds_here(const Step *step, const Gap *gap)
{
    bool is_edge = letter_is_word(gap->before) != letter_is_word(gap->after);

    switch (step->kind) {
    case STEP_LINE_BEGIN:
        return gap->before == 0 || gap->before == '\n';
    case STEP_LINE_END:
        return gap->after == 0 || gap->after == '\n' || gap->after == '\r';
    case STEP_WORD_EDGE:
        return is_edge;
    case STEP_NO_WORD_EDGE:
        return !is_edge;
    case STEP_CHAR:
    case STEP_ANY:
    case STEP_SET:
    case STEP_SPLIT:
    case STEP_JUMP:
    case STEP_MATCH:
        return false;
    }
    return false;
}

static void
push(const Places *places, GArray *open, guint place, gint64 position)
{
    if (places->seen[place] == position)
        return;
    places->seen[place] = position;
    g_array_append_val(open, place);
}

/* `place` and all that is reached from it without a letter. True: one is the end. */
static bool
enter(const Pattern *pattern, Places *places, GArray *open, guint place, const Gap *gap)
{
    push(places, open, place, gap->position);
    while (open->len > 0) {
        guint at = g_array_index(open, guint, open->len - 1);
        const Step *step = &g_array_index(pattern->steps, Step, at);

        g_array_set_size(open, open->len - 1);
        if (step->kind == STEP_MATCH)
            return true;
        if (step->kind == STEP_CHAR || step->kind == STEP_ANY ||
            step->kind == STEP_SET) {
            places->list[places->count++] = at;
            continue;
        }
        if (step->kind == STEP_SPLIT || step->kind == STEP_JUMP)
            push(places, open, (guint)((int)at + step->to), gap->position);
        else if (holds_here(step, gap))
            push(places, open, at + 1, gap->position);
        if (step->kind == STEP_SPLIT)
            push(places, open, (guint)((int)at + step->or), gap->position);
    }
    return false;
}

/* From every place that takes `letter` to the next. */
static bool
move_on(const Pattern *pattern, const Places *from, Places *to, GArray *open,
        const Gap *gap)
{
    for (guint i = 0; i < from->count; i++) {
        guint at = from->list[i];

        if (takes(&g_array_index(pattern->steps, Step, at), gap->before) &&
            enter(pattern, to, open, at + 1, gap))
            return true;
    }
    return false;
}

bool
pattern_matches(const Pattern *pattern, const char *text)
{
    guint count = pattern->steps->len;
    g_autofree guint *lists = g_new(guint, 2 * (gsize)count);
    g_autofree gint64 *seen = g_new(gint64, count);
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(guint));
    Places here = {lists, 0, seen};
    Places next = {lists + count, 0, seen};
    Gap gap = {.after = g_utf8_get_char(text)};

    for (guint i = 0; i < count; i++)
        seen[i] = -1;
    for (; gap.position <= PATTERN_MOST_CHARACTERS; gap.position++) {
        Places swapped = here;

        next.count = 0;
        if (gap.position > 0 && move_on(pattern, &here, &next, open, &gap))
            return true;
        if (enter(pattern, &next, open, 0, &gap))
            return true;
        if (gap.after == 0)
            return false;
        here = next;
        next = swapped;
        text = g_utf8_find_next_char(text, NULL);
        gap.before = gap.after;
        gap.after = g_utf8_get_char(text);
    }
    return false;
}
