/* Marks: what the form of a text tells, whatever its words: how long it is, whether it
 * asks, shouts, greets, and how much of each tone is in it. */
#pragma once

#include <stddef.h>

#include "tone.h"

enum {
    MARKS_MOST = 64
};

typedef struct Form {
    const char *subject;
    const char *body;
    size_t body_size; /* as far as it is read */
    size_t words;
    size_t tones[TONE_COUNT];
} Form;

typedef struct Marks {
    const char *names[MARKS_MOST]; /* static, for a person */
    size_t count;
} Marks;

void marks_find(Marks *out, const Form *form);
void marks_add(Marks *out, const char *name);
