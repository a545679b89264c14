/* Keepers, each a thread with one sorter process of its own, take jobs from one queue.
 * As many mails are worked on at once as there are places (cores); a mail that waits
 * for DNS gives its place to another one, so a slow name server holds up its own mail
 * only. A mail that kills its sorter is tried once more with a fresh one. */
#include "sorters/sorters.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sort/sort.h"
#include "sorters/child.h"
#include "sorters/job.h"
#include "sorters/learned.h"
#include "sorters/times.h"

enum {
    KEEPERS_A_PLACE = 8,
    MOST_KEEPERS = 256,
    PATIENCE_NS = 50 * 1000000, /* about what it costs to start a sorter */
    MOST_MAILS_A_SORTER = 20000 /* then a fresh one: what libraries leak ends with it */
};

struct Sorters {
    JobHouse house;
    char *program;
    int64_t memory_bytes;
    pthread_t *keepers;
    int n_keepers;
    int places;
    atomic_int_fast64_t deaths;
    Times times;
    Handout learned;
    pthread_mutex_t teaching;
    int64_t taught;       /* under `teaching` */
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t warm;  /* a job for a keeper whose sorter runs */
    pthread_cond_t cold;  /* a job for a keeper that would have to start one */
    pthread_cond_t taken;
    pthread_cond_t done;
    GQueue waiting; /* SortJob */
    int working;    /* jobs that hold a place */
    int warm_idle;  /* keepers that wait at `warm` */
    int running;    /* sorters */
    bool is_closing;
};

static bool
has_work(const Sorters *sorters)
{
    return sorters->waiting.length > 0 && sorters->working < sorters->places;
}

/* With the lock held. Sorters that run are preferred, so that no more of them come to
 * life than are needed. */
static void
offer_work(Sorters *sorters)
{
    if (has_work(sorters))
        (void)pthread_cond_signal(sorters->warm_idle ? &sorters->warm : &sorters->cold);
}

static void
leave_place(Sorters *sorters)
{
    (void)pthread_mutex_lock(&sorters->lock);
    sorters->working--;
    offer_work(sorters);
    (void)pthread_mutex_unlock(&sorters->lock);
}

/* Does not wait for a free place: for that moment there is one worker too many. */
static void
retake_place(Sorters *sorters)
{
    (void)pthread_mutex_lock(&sorters->lock);
    sorters->working++;
    (void)pthread_mutex_unlock(&sorters->lock);
}

static void
run_job(SortJob *job, Child *child)
{
    Sorters *sorters = job->sorters;
    int64_t begun_us = clock_monotonic_us();

    for (int tries = 0; tries < 2; tries++) {
        g_clear_error(&job->fault); /* the first death; the second one is told */
        if (child->pid == 0 &&
            !child_start(child, sorters->program, sorters->memory_bytes, &job->fault))
            return;
        /* One that does not take the news dies of the job itself. */
        (void)handout_give(&sorters->learned, child);
        if (job_try(job, child, &sorters->house, &job->fault))
            break;
        atomic_fetch_add(&sorters->deaths, 1);
    }
    if (!job->part && !job->trial)
        times_add(&sorters->times, clock_monotonic_us() - begun_us);
}

static void
await_work(Sorters *sorters, bool is_warm)
{
    if (!is_warm) {
        (void)pthread_cond_wait(&sorters->cold, &sorters->lock);
        return;
    }
    sorters->warm_idle++;
    (void)pthread_cond_wait(&sorters->warm, &sorters->lock);
    sorters->warm_idle--;
}

/* A place that is free for a moment, because an answer of DNS is on its way, is not
 * worth a process. True: the work is still there. */
static bool
is_worth_a_sorter(Sorters *sorters)
{
    struct timespec until;
    int late = 0;

    if (sorters->running < sorters->places)
        return true;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* this clock always exists */
    until.tv_nsec += PATIENCE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!late && has_work(sorters))
        late = pthread_cond_timedwait(&sorters->cold, &sorters->lock, &until);
    return has_work(sorters);
}

static bool
has_ended(const Sorters *sorters)
{
    return sorters->is_closing && sorters->waiting.length == 0;
}

/* Takes a place with the job. NULL: the pool closes and nothing is left. */
static SortJob *
next_job(Sorters *sorters, bool is_warm)
{
    SortJob *job;

    (void)pthread_mutex_lock(&sorters->lock);
    while (!has_ended(sorters)) {
        if (!has_work(sorters))
            await_work(sorters, is_warm);
        else if (is_warm || is_worth_a_sorter(sorters))
            break;
    }
    job = g_queue_pop_head(&sorters->waiting);
    if (job) {
        sorters->running += is_warm ? 0 : 1;
        sorters->working++;
        offer_work(sorters);
    }
    (void)pthread_cond_signal(&sorters->taken);
    (void)pthread_mutex_unlock(&sorters->lock);
    return job;
}

static void
end_job(Sorters *sorters, SortJob *job, bool is_running)
{
    (void)pthread_mutex_lock(&sorters->lock);
    job->is_done = true;
    sorters->working--;
    sorters->running -= is_running ? 0 : 1;
    (void)pthread_cond_broadcast(&sorters->done);
    if (sorters->is_closing) { /* those that wait may leave, if this was the last */
        (void)pthread_cond_broadcast(&sorters->warm);
        (void)pthread_cond_broadcast(&sorters->cold);
    }
    offer_work(sorters);
    (void)pthread_mutex_unlock(&sorters->lock);
}

static void
recycle(Child *child)
{
    g_autofree char *how = child_end(child);
}

static void *
keep(void *self)
{
    Sorters *sorters = self;
    Child child = {.socket = -1};
    SortJob *job;
    int mails = 0;

    while ((job = next_job(sorters, child.pid != 0)) != NULL) {
        run_job(job, &child);
        if (++mails % MOST_MAILS_A_SORTER == 0)
            recycle(&child);
        end_job(sorters, job, child.pid != 0);
    }
    recycle(&child);
    return NULL;
}

/* A sorter that cannot start at all is said at once, not at the first mail. */
static bool
prove_start(const Sorters *sorters, GError **error)
{
    Child child = {.socket = -1};

    if (!child_start(&child, sorters->program, sorters->memory_bytes, error))
        return false;
    recycle(&child);
    return true;
}

Sorters *
sorters_new(const SortersSettings *settings, Resolver *resolver, GError **error)
{
    Sorters *sorters = g_new0(Sorters, 1);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_condattr_t monotonic;

    sorters->house = (JobHouse){resolver, leave_place, retake_place};
    sorters->program = g_strdup(settings->program);
    sorters->memory_bytes =
        settings->memory_bytes ? settings->memory_bytes : (int64_t)1 << 30;
    handout_init(&sorters->learned);
    (void)pthread_mutex_init(&sorters->teaching, NULL);
    sorters->taught = -1;
    (void)pthread_mutex_init(&sorters->lock, NULL);
    (void)pthread_cond_init(&sorters->warm, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&sorters->cold, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_cond_init(&sorters->taken, NULL);
    (void)pthread_cond_init(&sorters->done, NULL);
    if (!prove_start(sorters, error)) {
        sorters_free(sorters);
        return NULL;
    }
    sorters->places = settings->count > 0 ? settings->count : (int)MAX(1, cores);
    sorters->n_keepers = MIN(sorters->places * KEEPERS_A_PLACE, MOST_KEEPERS);
    sorters->keepers = g_new0(pthread_t, (gsize)sorters->n_keepers);
    for (int i = 0; i < sorters->n_keepers; i++) {
        int failed = pthread_create(&sorters->keepers[i], NULL, keep, sorters);

        g_assert(!failed);
    }
    return sorters;
}

void
sorters_free(Sorters *sorters)
{
    if (!sorters)
        return;
    (void)pthread_mutex_lock(&sorters->lock);
    sorters->is_closing = true;
    (void)pthread_cond_broadcast(&sorters->warm);
    (void)pthread_cond_broadcast(&sorters->cold);
    (void)pthread_mutex_unlock(&sorters->lock);
    for (int i = 0; i < sorters->n_keepers; i++)
        (void)pthread_join(sorters->keepers[i], NULL);
    (void)pthread_cond_destroy(&sorters->warm);
    (void)pthread_cond_destroy(&sorters->cold);
    (void)pthread_cond_destroy(&sorters->taken);
    (void)pthread_cond_destroy(&sorters->done);
    (void)pthread_mutex_destroy(&sorters->lock);
    handout_clear(&sorters->learned);
    (void)pthread_mutex_destroy(&sorters->teaching);
    g_free(sorters->keepers);
    g_free(sorters->program);
    g_free(sorters);
}

int64_t
sorters_deaths(Sorters *sorters)
{
    return atomic_load(&sorters->deaths);
}

bool
sorters_teach(Sorters *sorters, const Lessons *lessons, LearnReport *report,
              GError **error)
{
    g_autoptr(GBytes) table = sort_learn(lessons, report, error);

    if (!table)
        return false;
    sorters->taught = lessons->version;
    return report->is_refused || handout_replace(&sorters->learned, table, error);
}

void
sorters_begin_teaching(Sorters *sorters)
{
    (void)pthread_mutex_lock(&sorters->teaching);
}

void
sorters_end_teaching(Sorters *sorters)
{
    (void)pthread_mutex_unlock(&sorters->teaching);
}

int64_t
sorters_taught(const Sorters *sorters)
{
    return sorters->taught;
}

int64_t
sorters_lesson_version(void)
{
    return sort_lesson_version();
}

void
sorters_times(Sorters *sorters, SorterTimes *out)
{
    times_read(&sorters->times, out);
}

static SortJob *
enqueue(SortJob *job)
{
    Sorters *sorters = job->sorters;

    (void)pthread_mutex_lock(&sorters->lock);
    while (g_queue_get_length(&sorters->waiting) >= 4U * (guint)sorters->places)
        (void)pthread_cond_wait(&sorters->taken, &sorters->lock);
    g_queue_push_tail(&sorters->waiting, job);
    offer_work(sorters);
    (void)pthread_mutex_unlock(&sorters->lock);
    return job;
}

static void
await_job(SortJob *job)
{
    Sorters *sorters = job->sorters;

    (void)pthread_mutex_lock(&sorters->lock);
    while (!job->is_done)
        (void)pthread_cond_wait(&sorters->done, &sorters->lock);
    (void)pthread_mutex_unlock(&sorters->lock);
}

SortJob *
sorters_begin(Sorters *sorters, GBytes *mail, const SortSettings *settings)
{
    return enqueue(job_new(sorters, mail, settings));
}

Facts *
sorters_finish(SortJob *job, GError **error)
{
    Facts *facts;

    await_job(job);
    facts = g_steal_pointer(&job->facts);
    if (job->fault)
        g_propagate_error(error, g_steal_pointer(&job->fault));
    job_free(job);
    return facts;
}

GBytes *
sorters_attachment(Sorters *sorters, GBytes *mail, const SortSettings *settings,
                   const char *part, GError **error)
{
    SortJob *job = job_new(sorters, mail, settings);
    GBytes *bytes;

    job->part = g_strdup(part);
    await_job(enqueue(job));
    bytes = g_steal_pointer(&job->bytes);
    if (job->fault)
        g_propagate_error(error, g_steal_pointer(&job->fault));
    job_free(job);
    return bytes;
}

TrialReport *
sorters_try(Sorters *sorters, GBytes *mail, const SortSettings *settings,
            const Trial *trial, GError **error)
{
    SortJob *job = job_new(sorters, mail, settings);
    TrialReport *report;

    job->trial = trial;
    await_job(enqueue(job));
    report = g_steal_pointer(&job->report);
    if (job->fault)
        g_propagate_error(error, g_steal_pointer(&job->fault));
    job_free(job);
    return report;
}
