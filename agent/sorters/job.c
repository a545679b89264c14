/* A job's conversation with its sorter: settings and mail go there, DNS questions come
 * back and are answered, facts end it. The sorter is a stranger: sizes, kinds and time
 * of what it sends are bounded. */
#include "sorters/job.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "sort/sort.h"

enum {
    MOST_DNS_US = 20000000, /* a mail's share of waiting for DNS */
    MOST_QUESTION_US = 5000000,
    MOST_DNS_LOOKUPS = 60,
    MOST_FACTS_BYTES = 32 << 20,
};

/* The state of one try. Time spent on DNS moves the deadline. */
typedef struct Try {
    SortJob *job;
    const JobHouse *house;
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

/* Questions that nobody answers must leave time for those that somebody would: a forged
 * signature whose key is silent does not take the honest one its answer. */
static int64_t
patience_us(const Try *try)
{
    return MIN(MOST_QUESTION_US, try->dns_left_us / 3);
}

static DnsAnswer *
ask_resolver(Try *try, const DnsQuestion *question)
{
    const JobHouse *house = try->house;
    int64_t before_us = clock_monotonic_us();
    DnsAnswer *answer;
    int64_t spent_us;

    if (!question->name || ++try->lookups > MOST_DNS_LOOKUPS || try->dns_left_us <= 0)
        return dns_answer_new(DNS_TEMPORARY);
    answer = resolver_known(house->resolver, question->name, question->type);
    if (answer)
        return answer;
    house->pause(try->job->sorters);
    answer = resolver_ask(house->resolver, question->name, question->type,
                          patience_us(try) / 1000);
    house->resume(try->job->sorters);
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
    case FRAME_LEARNED:
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

bool
job_try(SortJob *job, Child *child, const JobHouse *house, GError **error)
{
    Try try = {.job = job,
               .house = house,
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
    if (is_late)
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "reading took longer than %" G_GINT64_FORMAT " s",
                    job->settings->limits.seconds);
    else
        g_set_error(error, FAULT, FAULT_MESSAGE, "%s", fault ? fault->message : how);
    return false;
}

SortJob *
job_new(Sorters *sorters, GBytes *mail, const SortSettings *settings)
{
    SortJob *job = g_new0(SortJob, 1);

    job->sorters = sorters;
    job->mail = g_bytes_ref(mail);
    job->settings = sort_settings_new();
    shape_copy(&sort_settings_shape, job->settings, settings);
    return job;
}

void
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
