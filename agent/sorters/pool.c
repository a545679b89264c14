/* K keepers, each a thread with one sorter process of its own, take jobs from one
 * queue. A mail that kills its sorter is tried once more with a fresh one. */
#include "sorters/sorters.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "sort/sort.h"
#include "sorters/child.h"
#include "sorters/times.h"

enum {
    MOST_DNS_US = 20000000, /* a mail's share of waiting for DNS */
    MOST_DNS_LOOKUPS = 60,
    MOST_FACTS_BYTES = 32 << 20,
};

struct SortJob {
    Sorters *sorters;
    GBytes *mail;
    SortSettings *settings;
    char *part;         /* NULL: no part is asked for */
    const Trial *trial; /* NULL: no trial; else lent by who waits */
    TrialReport *report;
    Facts *facts;
    GBytes *bytes;
    GError *fault;
    bool is_done;
};

struct Sorters {
    Resolver *resolver;
    char *program;
    int64_t memory_bytes;
    pthread_t *keepers;
    int n_keepers;
    atomic_int_fast64_t deaths;
    Times times;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t queued;
    pthread_cond_t taken;
    pthread_cond_t done;
    GQueue waiting; /* SortJob */
    bool is_closing;
};

/* The state of one try. Time spent on DNS moves the deadline. */
typedef struct Try {
    SortJob *job;
    int socket;
    int64_t deadline_us;
    int64_t dns_left_us;
    int64_t lookups;
    GByteArray *frame;
} Try;

static bool
send_trial(const Try *try)
{
    g_autoptr(GByteArray) trial = g_byte_array_new();

    shape_write(&trial_shape, try->job->trial, trial);
    return frame_send(try->socket, FRAME_TRIAL, trial->data, trial->len,
                      try->deadline_us);
}

static bool
send_job(Try *try)
{
    const SortJob *job = try->job;
    g_autoptr(GByteArray) settings = g_byte_array_new();
    gsize size;
    const void *mail = g_bytes_get_data(job->mail, &size);

    shape_write(&sort_settings_shape, job->settings, settings);
    if (!frame_send(try->socket, FRAME_SETTINGS, settings->data, settings->len,
                    try->deadline_us))
        return false;
    if (job->part && !frame_send(try->socket, FRAME_PART, job->part, strlen(job->part),
                                 try->deadline_us))
        return false;
    if (job->trial && !send_trial(try))
        return false;
    return frame_send(try->socket, FRAME_MAIL, mail, size, try->deadline_us);
}

static DnsAnswer *
ask_resolver(Try *try, const DnsQuestion *question)
{
    int64_t before_us = clock_monotonic_us();
    DnsAnswer *answer;
    int64_t spent_us;

    if (!question->name || ++try->lookups > MOST_DNS_LOOKUPS || try->dns_left_us <= 0)
        return dns_answer_new(DNS_TEMPORARY);
    answer = resolver_ask(try->job->sorters->resolver, question->name, question->type,
                          try->dns_left_us / 1000);
    spent_us = clock_monotonic_us() - before_us;
    try->dns_left_us -= spent_us;
    try->deadline_us += spent_us;
    return answer;
}

static bool
answer_question(Try *try, GError **error)
{
    DnsQuestion question = {0};
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(DnsAnswer) answer = NULL;

    if (!shape_read(&dns_question_shape, &question, try->frame->data, try->frame->len,
                    error))
        return false;
    answer = ask_resolver(try, &question);
    shape_clear(&dns_question_shape, &question);
    shape_write(&dns_answer_shape, answer, out);
    return frame_send(try->socket, FRAME_ANSWER, out->data, out->len, try->deadline_us);
}

static bool
take_facts(Try *try, GError **error)
{
    g_autoptr(Facts) facts = facts_new();

    if (!shape_read(&facts_shape, facts, try->frame->data, try->frame->len, error))
        return false;
    try->job->facts = g_steal_pointer(&facts);
    return true;
}

static bool
take_report(Try *try, GError **error)
{
    TrialReport *report = shape_new(&trial_report_shape);

    if (!shape_read(&trial_report_shape, report, try->frame->data, try->frame->len,
                    error)) {
        shape_free(&trial_report_shape, report);
        return false;
    }
    try->job->report = report;
    return true;
}

/* One frame of the sorter's. `ended`: it was the last of this job. */
static bool
take_frame(Try *try, FrameKind kind, bool *ended, GError **error)
{
    *ended = true;
    switch (kind) {
    case FRAME_QUESTION:
        *ended = false;
        return answer_question(try, error);
    case FRAME_FACTS:
        return !try->job->part && !try->job->trial && take_facts(try, error);
    case FRAME_REPORT:
        return try->job->trial && take_report(try, error);
    case FRAME_BYTES:
        try->job->bytes = g_bytes_new(try->frame->data, try->frame->len);
        return try->job->part != NULL;
    case FRAME_NOTHING:
        g_set_error(&try->job->fault, FAULT, FAULT_MESSAGE,
                    "this mail has no part '%s'", try->job->part);
        return try->job->part != NULL;
    case FRAME_READY:
    case FRAME_SETTINGS:
    case FRAME_MAIL:
    case FRAME_PART:
    case FRAME_TRIAL:
    case FRAME_ANSWER:
        break;
    }
    return false;
}

/* Decoding makes no part longer than its mail. */
static size_t
most_answer_bytes(const SortJob *job)
{
    return job->part ? MAX(g_bytes_get_size(job->mail), MOST_FACTS_BYTES)
                     : MOST_FACTS_BYTES;
}

static bool
converse(Try *try, GError **error)
{
    bool ended = false;

    if (!send_job(try))
        return false;
    while (!ended) {
        FrameKind kind;

        if (!frame_receive(try->socket, most_answer_bytes(try->job), try->deadline_us,
                           &kind, try->frame) ||
            !take_frame(try, kind, &ended, error))
            return false;
    }
    return true;
}

/* True: the job has its result. False: the sorter died or lied; `error` says how. */
static bool
try_job(SortJob *job, Child *child, GError **error)
{
    Sorters *sorters = job->sorters;
    Try try = {.job = job,
               .socket = child->socket,
               .deadline_us =
                   clock_monotonic_us() + job->settings->limits.seconds * 1000000,
               .dns_left_us = MOST_DNS_US,
               .frame = g_byte_array_new()};
    g_autoptr(GError) fault = NULL;
    g_autofree char *how = NULL;
    bool is_late;

    if (converse(&try, &fault)) {
        g_byte_array_unref(try.frame);
        return true;
    }
    is_late = errno == ETIMEDOUT;
    g_byte_array_unref(try.frame);
    how = child_end(child);
    atomic_fetch_add(&sorters->deaths, 1);
    if (is_late)
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "reading took longer than %" G_GINT64_FORMAT " s",
                    job->settings->limits.seconds);
    else
        g_set_error(error, FAULT, FAULT_MESSAGE, "%s", fault ? fault->message : how);
    return false;
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
        if (try_job(job, child, &job->fault))
            break;
    }
    if (!job->part && !job->trial)
        times_add(&sorters->times, clock_monotonic_us() - begun_us);
}

static SortJob *
next_job(Sorters *sorters)
{
    SortJob *job;

    (void)pthread_mutex_lock(&sorters->lock);
    while (!sorters->is_closing && g_queue_is_empty(&sorters->waiting))
        (void)pthread_cond_wait(&sorters->queued, &sorters->lock);
    job = g_queue_pop_head(&sorters->waiting);
    (void)pthread_cond_signal(&sorters->taken);
    (void)pthread_mutex_unlock(&sorters->lock);
    return job;
}

static void *
keep(void *self)
{
    Sorters *sorters = self;
    Child child = {.socket = -1};
    SortJob *job;
    g_autofree char *how = NULL;

    while ((job = next_job(sorters)) != NULL) {
        run_job(job, &child);
        (void)pthread_mutex_lock(&sorters->lock);
        job->is_done = true;
        (void)pthread_cond_broadcast(&sorters->done);
        (void)pthread_mutex_unlock(&sorters->lock);
    }
    how = child_end(&child);
    return NULL;
}

/* A sorter that cannot start at all is said at once, not at the first mail. */
static bool
prove_start(const Sorters *sorters, GError **error)
{
    Child child = {.socket = -1};
    g_autofree char *how = NULL;

    if (!child_start(&child, sorters->program, sorters->memory_bytes, error))
        return false;
    how = child_end(&child);
    return true;
}

Sorters *
sorters_new(const SortersSettings *settings, Resolver *resolver, GError **error)
{
    Sorters *sorters = g_new0(Sorters, 1);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    sorters->resolver = resolver;
    sorters->program = g_strdup(settings->program);
    sorters->memory_bytes =
        settings->memory_bytes ? settings->memory_bytes : (int64_t)1 << 30;
    (void)pthread_mutex_init(&sorters->lock, NULL);
    (void)pthread_cond_init(&sorters->queued, NULL);
    (void)pthread_cond_init(&sorters->taken, NULL);
    (void)pthread_cond_init(&sorters->done, NULL);
    if (!prove_start(sorters, error)) {
        sorters_free(sorters);
        return NULL;
    }
    sorters->n_keepers = settings->count > 0 ? settings->count : (int)MAX(1, cores);
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
    (void)pthread_cond_broadcast(&sorters->queued);
    (void)pthread_mutex_unlock(&sorters->lock);
    for (int i = 0; i < sorters->n_keepers; i++)
        (void)pthread_join(sorters->keepers[i], NULL);
    (void)pthread_cond_destroy(&sorters->queued);
    (void)pthread_cond_destroy(&sorters->taken);
    (void)pthread_cond_destroy(&sorters->done);
    (void)pthread_mutex_destroy(&sorters->lock);
    g_free(sorters->keepers);
    g_free(sorters->program);
    g_free(sorters);
}

int64_t
sorters_deaths(Sorters *sorters)
{
    return atomic_load(&sorters->deaths);
}

void
sorters_times(Sorters *sorters, SorterTimes *out)
{
    times_read(&sorters->times, out);
}

static SortJob *
job_new(Sorters *sorters, GBytes *mail, const SortSettings *settings)
{
    SortJob *job = g_new0(SortJob, 1);

    job->sorters = sorters;
    job->mail = g_bytes_ref(mail);
    job->settings = sort_settings_new();
    shape_copy(&sort_settings_shape, job->settings, settings);
    return job;
}

static SortJob *
enqueue(SortJob *job)
{
    Sorters *sorters = job->sorters;

    (void)pthread_mutex_lock(&sorters->lock);
    while (g_queue_get_length(&sorters->waiting) >= 4U * (guint)sorters->n_keepers)
        (void)pthread_cond_wait(&sorters->taken, &sorters->lock);
    g_queue_push_tail(&sorters->waiting, job);
    (void)pthread_cond_signal(&sorters->queued);
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

static void
job_free(SortJob *job)
{
    g_bytes_unref(job->mail);
    sort_settings_free(job->settings);
    facts_free(job->facts);
    shape_free(&trial_report_shape, job->report);
    if (job->bytes)
        g_bytes_unref(job->bytes);
    g_free(job->part);
    g_free(job);
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
