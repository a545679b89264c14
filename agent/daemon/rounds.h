/* A thread that works in rounds, and whoever waits for the end of one: a round is over
 * when nothing is due and nothing is under way. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Rounds {
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t rested;
    bool is_woken;
    int64_t asked, done; /* who waits, waits for a round begun after he asked */
} Rounds;

void rounds_init(Rounds *rounds);
void rounds_clear(Rounds *rounds);

/* Any thread. There is something new. */
void rounds_wake(Rounds *rounds);
/* Any thread. Number of the round to wait for. */
int64_t rounds_ask(Rounds *rounds);
/* Any thread but the one that works. Blocks until `round` is over. */
void rounds_await(Rounds *rounds, int64_t round);

/* These two are of the thread that works. Was there a wake since the last time?
 * `asked`: the round that begins now. */
bool rounds_begin(Rounds *rounds, int64_t *asked);
/* Up to `done`, they are over. G_MAXINT64: there will be no more. */
void rounds_end(Rounds *rounds, int64_t done);
