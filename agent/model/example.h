/* An example: a text and what it is, for training the model. All lent. */
#pragma once

#include <stdbool.h>

#include "model/opinion.h"

typedef struct Example {
    const char *subject;  /* may be NULL */
    const char *body;     /* may be NULL */
    const char *language; /* ISO 639-1; NULL: not known */
    const char *source;   /* texts of one hand; NULL: of none in particular */
    Label label;
    double weight; /* 1: as much as any other */
    /* Not written to be learned from: teaches words and form, but not spellings. */
    bool is_outside;
} Example;
