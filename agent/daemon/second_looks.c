#include "daemon/second_looks.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    EVERY_S = 5,
    SWEEP_EVERY_S = 3600,
    REST_AFTER_LEARNING = 20, /* times as long as it took */
    LARGE_LOG_BYTES = 256 << 20,
    STEP_MS = 2000, /* further back than this, a clock was set, not slewed */
};

struct SecondLooks {
    const IngestHouse *house;
    Couriers *couriers;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t closing;
    bool is_closing;
};

/* False: the house closes. */
static bool
wait_a_while(SecondLooks *looks)
{
    struct timespec until;
    int late = 0;
    bool goes_on;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += EVERY_S;
    (void)pthread_mutex_lock(&looks->lock);
    while (!looks->is_closing && !late)
        late = pthread_cond_timedwait(&looks->closing, &looks->lock, &until);
    goes_on = !looks->is_closing;
    (void)pthread_mutex_unlock(&looks->lock);
    return goes_on;
}

/* Writing goes on beside a reader who holds an old state of the database, but nothing
 * of the log can be used again. Told when it is large, and each time it has doubled. */
static void
watch_log(const SecondLooks *looks, int64_t *told_bytes)
{
    int64_t bytes = store_log_bytes(looks->house->config->state);
    g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT, bytes);

    if (bytes < LARGE_LOG_BYTES)
        *told_bytes = 0;
    if (bytes < MAX(LARGE_LOG_BYTES, 2 * *told_bytes))
        return;
    *told_bytes = bytes;
    log_write(LEVEL_WARNING, "database.log_large", "bytes", size, "because",
              "a program reads an old state of the database and keeps it: end it",
              NULL);
}

static bool
turn_back(StoreTxn *txn, void *self, GError **error)
{
    (void)self;
    return store_clock_turned_back(txn, error);
}

/* How far the wall clock is ahead of the one that never jumps. */
static int64_t
wall_ahead_ms(void)
{
    return clock_now_ms() - clock_monotonic_us() / 1000;
}

/* Every wait in the database ends at a wall time: set by a clock that was wrong, it
 * would last as long as the clock was wrong. */
static void
watch_clock(const SecondLooks *looks, int64_t *ahead_ms)
{
    int64_t now_ahead_ms = wall_ahead_ms();
    g_autofree char *by =
        g_strdup_printf("%" G_GINT64_FORMAT, *ahead_ms - now_ahead_ms);
    g_autoptr(GError) error = NULL;

    if (now_ahead_ms > *ahead_ms - STEP_MS) {
        *ahead_ms = now_ahead_ms;
        return;
    }
    if (!store_do(looks->house->store, turn_back, NULL, &error)) {
        log_fault(LEVEL_WARNING, "clock.failing", error, NULL);
        return;
    }
    log_write(LEVEL_WARNING, "clock.set_back", "ms", by, NULL);
    *ahead_ms = now_ahead_ms;
    couriers_wake(looks->couriers);
}

/* At the start and once an hour. */
static void
sweep(const SecondLooks *looks, int64_t *next_us)
{
    g_autoptr(GError) error = NULL;

    if (clock_monotonic_us() < *next_us)
        return;
    *next_us = clock_monotonic_us() + SWEEP_EVERY_S * INT64_C(1000000);
    if (!ingest_retain(looks->house, &error))
        log_fault(LEVEL_WARNING, "retention.failing", error, NULL);
}

/* What people did in their mail program, and what was answered. A house that is taught
 * very much does not spend its days learning. */
static void
learn(const SecondLooks *looks, int64_t *next_us)
{
    g_autoptr(GError) error = NULL;
    int64_t begun_us = clock_monotonic_us();

    if (begun_us < *next_us)
        return;
    if (!ingest_learn(looks->house, &error))
        log_fault(LEVEL_WARNING, "lesson.failing", error, NULL);
    *next_us = begun_us + REST_AFTER_LEARNING * (clock_monotonic_us() - begun_us);
}

static void *
look_again(void *self)
{
    SecondLooks *looks = self;
    int64_t next_sweep_us = 0;
    int64_t next_lesson_us = 0;
    int64_t told_bytes = 0;
    int64_t ahead_ms = wall_ahead_ms();

    while (wait_a_while(looks)) {
        g_autoptr(GError) error = NULL;
        int64_t settled = 0;

        watch_clock(looks, &ahead_ms);
        if (!ingest_second_looks(looks->house, &settled, &error))
            log_fault(LEVEL_WARNING, "verdict.failing", error, NULL);
        learn(looks, &next_lesson_us);
        sweep(looks, &next_sweep_us);
        watch_log(looks, &told_bytes);
        if (settled)
            couriers_wake(looks->couriers);
    }
    return NULL;
}

SecondLooks *
second_looks_new(const IngestHouse *house, Couriers *couriers)
{
    SecondLooks *looks = g_new0(SecondLooks, 1);
    pthread_condattr_t monotonic;
    int failed;

    looks->house = house;
    looks->couriers = couriers;
    (void)pthread_mutex_init(&looks->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&looks->closing, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    failed = pthread_create(&looks->thread, NULL, look_again, looks);
    g_assert(!failed);
    return looks;
}

void
second_looks_free(SecondLooks *looks)
{
    if (!looks)
        return;
    (void)pthread_mutex_lock(&looks->lock);
    looks->is_closing = true;
    (void)pthread_cond_signal(&looks->closing);
    (void)pthread_mutex_unlock(&looks->lock);
    (void)pthread_join(looks->thread, NULL);
    (void)pthread_cond_destroy(&looks->closing);
    (void)pthread_mutex_destroy(&looks->lock);
    g_free(looks);
}
