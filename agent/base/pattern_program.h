/* What an expression becomes: steps for a machine that is in many places at once. */
#pragma once

#include <glib.h>

typedef enum {
    STEP_CHAR,  /* `letter`, lower case */
    STEP_ANY,   /* all but a line end */
    STEP_SET,   /* `set` */
    STEP_SPLIT, /* on to both `to` and `or` */
    STEP_JUMP,  /* on to `to` */
    STEP_LINE_BEGIN,
    STEP_LINE_END,
    STEP_WORD_EDGE,
    STEP_NO_WORD_EDGE,
    STEP_MATCH,
} StepKind;

typedef struct Span {
    gunichar first, last;
} Span;

typedef struct LetterSet {
    GArray *spans;    /* Span */
    GString *classes; /* "d", "D", "w", ... */
    gboolean is_negated;
} LetterSet;

/* Distances are relative, so that a piece of a program can be copied. */
typedef struct Step {
    StepKind kind;
    gunichar letter;
    const LetterSet *set;
    int to, or ;
} Step;

struct Pattern {
    GArray *steps;   /* Step */
    GPtrArray *sets; /* LetterSet, owned */
};

gboolean letter_is_word(gunichar letter);
gboolean letter_is_of_class(gunichar letter, char class_name);
