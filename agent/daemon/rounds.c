#include "daemon/rounds.h"

void
rounds_init(Rounds *rounds)
{
    *rounds = (Rounds){0};
    (void)pthread_mutex_init(&rounds->lock, NULL);
    (void)pthread_cond_init(&rounds->rested, NULL);
}

void
rounds_clear(Rounds *rounds)
{
    (void)pthread_cond_destroy(&rounds->rested);
    (void)pthread_mutex_destroy(&rounds->lock);
}

void
rounds_wake(Rounds *rounds)
{
    (void)pthread_mutex_lock(&rounds->lock);
    rounds->is_woken = true;
    (void)pthread_mutex_unlock(&rounds->lock);
}

int64_t
rounds_ask(Rounds *rounds)
{
    int64_t round;

    (void)pthread_mutex_lock(&rounds->lock);
    round = ++rounds->asked;
    (void)pthread_mutex_unlock(&rounds->lock);
    return round;
}

void
rounds_await(Rounds *rounds, int64_t round)
{
    (void)pthread_mutex_lock(&rounds->lock);
    while (rounds->done < round)
        (void)pthread_cond_wait(&rounds->rested, &rounds->lock);
    (void)pthread_mutex_unlock(&rounds->lock);
}

bool
rounds_begin(Rounds *rounds, int64_t *asked)
{
    bool is_woken;

    (void)pthread_mutex_lock(&rounds->lock);
    is_woken = rounds->is_woken;
    rounds->is_woken = false;
    *asked = rounds->asked;
    (void)pthread_mutex_unlock(&rounds->lock);
    return is_woken;
}

void
rounds_end(Rounds *rounds, int64_t done)
{
    (void)pthread_mutex_lock(&rounds->lock);
    rounds->done = done;
    (void)pthread_cond_broadcast(&rounds->rested);
    (void)pthread_mutex_unlock(&rounds->lock);
}
