/* The proof of life is that the registrar answers: whoever waits for it for ever files
 * no mail. That a commit fails (a full disk) is no reason to be started again: it is
 * answered, too. */
#include "daemon/watchdog.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include <systemd/sd-daemon.h>

struct Watchdog {
    Store *store;
    int64_t period_us;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool ends;
};

/* False: the house is being closed. */
static bool
wait_a_period(Watchdog *watchdog)
{
    struct timespec until;
    bool ends;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += watchdog->period_us / G_USEC_PER_SEC;
    until.tv_nsec += (watchdog->period_us % G_USEC_PER_SEC) * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->ends &&
           pthread_cond_timedwait(&watchdog->ended, &watchdog->lock, &until) == 0)
        ;
    ends = watchdog->ends;
    pthread_mutex_unlock(&watchdog->lock);
    return !ends;
}

static void *
watch_over(void *self)
{
    Watchdog *watchdog = self;

    do {
        g_autoptr(GError) error = NULL;
        bool is_written = store_prove_writable(watchdog->store, &error);

        (void)sd_notifyf(0, "WATCHDOG=1%s%s", is_written ? "" : "\nSTATUS=",
                         is_written ? "" : error->message);
    } while (wait_a_period(watchdog));
    return NULL;
}

Watchdog *
watchdog_new(Store *store)
{
    uint64_t patience_us = 0;
    pthread_condattr_t by_steps;
    Watchdog *watchdog;
    int failed;

    if (sd_watchdog_enabled(0, &patience_us) <= 0)
        return NULL;
    watchdog = g_new0(Watchdog, 1);
    watchdog->store = store;
    watchdog->period_us = (int64_t)(patience_us / 3);
    pthread_mutex_init(&watchdog->lock, NULL);
    pthread_condattr_init(&by_steps); /* a jump of the wall clock is no silence */
    pthread_condattr_setclock(&by_steps, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->ended, &by_steps);
    pthread_condattr_destroy(&by_steps);
    failed = pthread_create(&watchdog->thread, NULL, watch_over, watchdog);
    g_assert(!failed);
    return watchdog;
}

void
watchdog_free(Watchdog *watchdog)
{
    if (!watchdog)
        return;
    pthread_mutex_lock(&watchdog->lock);
    watchdog->ends = true;
    pthread_cond_signal(&watchdog->ended);
    pthread_mutex_unlock(&watchdog->lock);
    (void)pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->ended);
    pthread_mutex_destroy(&watchdog->lock);
    g_free(watchdog);
}
