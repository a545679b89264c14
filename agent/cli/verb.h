/* The word behind a command: `postroom tickets show 12`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    VERB_ANY = -1 /* words, also none; `run` looks for itself */
};

typedef struct Verb {
    const char *name;
    const char *argument; /* what `argument_count` words it takes, for usage texts */
    int argument_count;
    int (*run)(void *self, char *const *arguments);
} Verb;

/* Runs the verb that `words` names, and the first of `verbs` where there are none.
 * `verbs` ends with one without a name. Returns its exit code, or 64 after saying what
 * would have been right. */
int verb_run(const char *command, char *const *words, const Verb *verbs, void *self);

/* A row's number, from 1. False: printed, the command ends with 64. */
bool verb_number(const char *command, const char *word, int64_t *number);
