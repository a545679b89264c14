/* One libunbound context for the whole house: one thread that collects answers, and a
 * cache before it for those that come again and again. Whoever asks waits with a
 * deadline of its own, because a dead server costs libunbound many seconds. */
#include "sorters/sorters.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <unbound.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/owned.h"
#include "sorters/answers.h"
#include "sorters/records.h"
#include "sorters/unbound.h"

enum {
    MOST_RECORDS = 2000
};

struct Resolver {
    struct ub_ctx *context; /* NULL: "none" */
    bool validates;
    pthread_t thread;
    int stop_fd;
    pthread_mutex_t lock; /* guards the rest */
    GHashTable *asks;     /* Ask, under way; owned */
    Answers *answers;
    ResolverCounts counts;
};

typedef struct Ask {
    Resolver *resolver;
    pthread_cond_t answered;
    DnsType type;
    DnsAnswer *answer;
    int64_t ttl_s;
    bool is_done;
    bool is_abandoned; /* nobody waits any more: the callback frees it */
} Ask;

static const int wire_types[] = {1, 28, 15, 16, 12, 5, 33};

static void
ask_free(Ask *ask)
{
    dns_answer_free(ask->answer);
    (void)pthread_cond_destroy(&ask->answered);
    g_free(ask);
}

static Ask *
ask_new(Resolver *resolver, DnsType type)
{
    Ask *ask = g_new0(Ask, 1);
    pthread_condattr_t monotonic;

    ask->resolver = resolver;
    ask->type = type;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&ask->answered, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return ask;
}

/* Half an answer would be another one: two records that contradict each other are none,
 * but the first of them alone is one. */
static bool
is_flood(const struct ub_result *result)
{
    int records = 0;

    while (records <= MOST_RECORDS && result->data[records])
        records++;
    return records > MOST_RECORDS;
}

static DnsOutcome
outcome_of(int failed, const struct ub_result *result)
{
    if (failed || !result || result->bogus)
        return DNS_TEMPORARY;
    if (result->nxdomain || result->rcode == 3)
        return DNS_NXDOMAIN;
    if (result->rcode != 0)
        return DNS_TEMPORARY;
    if (result->havedata && is_flood(result))
        return DNS_TEMPORARY;
    return result->havedata ? DNS_FOUND : DNS_NODATA;
}

/* That there is no such record is proven, or forged, as well as a record is. */
static DnsSecurity
security_of(bool validates, int failed, const struct ub_result *result)
{
    if (failed || !result)
        return DNS_UNANSWERED;
    if (result->bogus)
        return DNS_BOGUS;
    if (outcome_of(failed, result) == DNS_TEMPORARY)
        return DNS_UNANSWERED;
    if (!validates)
        return DNS_UNCHECKED;
    return result->secure ? DNS_SECURE : DNS_INSECURE;
}

static DnsAnswer *
answer_of(const Ask *ask, int failed, const struct ub_result *result)
{
    DnsType type = ask->type;
    DnsAnswer *answer = dns_answer_new(outcome_of(failed, result));

    answer->security = security_of(ask->resolver->validates, failed, result);
    if (answer->outcome != DNS_FOUND)
        return answer;
    for (int i = 0; i < MOST_RECORDS && result->data[i]; i++) {
        DnsRecord *record = shape_append(&dns_record_shape, &answer->records);

        records_read(type, (const uint8_t *)result->data[i], (size_t)result->len[i],
                     record);
        if (!record->text)
            record->text = g_strdup("");
    }
    return answer;
}

static void
count(Resolver *resolver, DnsOutcome outcome)
{
    switch (outcome) {
    case DNS_FOUND:
        resolver->counts.found++;
        break;
    case DNS_NODATA:
        resolver->counts.nodata++;
        break;
    case DNS_NXDOMAIN:
        resolver->counts.nxdomain++;
        break;
    case DNS_TEMPORARY:
        resolver->counts.temporary++;
        break;
    }
}

static void
on_answer(void *self, int failed, struct ub_result *result)
{
    Ask *ask = self;
    Resolver *resolver = ask->resolver;

    (void)pthread_mutex_lock(&resolver->lock);
    ask->answer = answer_of(ask, failed, result);
    ask->ttl_s = result ? result->ttl : 0;
    ask->is_done = true;
    if (ask->is_abandoned)
        (void)g_hash_table_remove(resolver->asks, ask);
    else
        (void)pthread_cond_signal(&ask->answered);
    (void)pthread_mutex_unlock(&resolver->lock);
    ub_resolve_free(result);
}

static void *
collect_answers(void *self)
{
    Resolver *resolver = self;
    struct pollfd waits[] = {{.fd = ub_fd(resolver->context), .events = POLLIN},
                             {.fd = resolver->stop_fd, .events = POLLIN}};

    while (!waits[1].revents) {
        if (poll(waits, G_N_ELEMENTS(waits), -1) > 0 && waits[0].revents)
            (void)ub_process(resolver->context); /* failures reach the callbacks */
    }
    return NULL;
}

Resolver *
resolver_new(const ResolverSettings *settings, GError **error)
{
    Resolver *resolver = g_new0(Resolver, 1);
    int failed = 0;

    (void)pthread_mutex_init(&resolver->lock, NULL);
    resolver->stop_fd = eventfd(0, EFD_CLOEXEC);
    g_assert(resolver->stop_fd >= 0);
    resolver->asks = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)ask_free, NULL);
    resolver->answers = answers_new();
    if (g_strcmp0(settings->server, "none") == 0)
        return resolver;
    resolver->context = unbound_new(settings, &resolver->validates, error);
    if (!resolver->context) {
        resolver_free(resolver);
        return NULL;
    }
    failed = pthread_create(&resolver->thread, NULL, collect_answers, resolver);
    g_assert(!failed);
    return resolver;
}

bool
resolver_validates(const Resolver *resolver)
{
    return resolver->validates;
}

void
resolver_free(Resolver *resolver)
{
    const uint64_t one = 1;

    if (!resolver)
        return;
    if (resolver->context) {
        (void)!write(resolver->stop_fd, &one, sizeof one);
        (void)pthread_join(resolver->thread, NULL);
        ub_ctx_delete(resolver->context);
    }
    g_hash_table_destroy(resolver->asks);
    answers_free(resolver->answers);
    owned_fd_close(&resolver->stop_fd);
    (void)pthread_mutex_destroy(&resolver->lock);
    g_free(resolver);
}

void
resolver_counts(Resolver *resolver, ResolverCounts *out)
{
    (void)pthread_mutex_lock(&resolver->lock);
    *out = resolver->counts;
    (void)pthread_mutex_unlock(&resolver->lock);
}

/* Waits, with the lock held, until the answer or the deadline. */
static DnsAnswer *
await(Ask *ask, const char *name, int64_t deadline_us)
{
    Resolver *resolver = ask->resolver;
    struct timespec until = {.tv_sec = deadline_us / 1000000,
                             .tv_nsec = deadline_us % 1000000 * 1000};
    DnsAnswer *answer;
    int late = 0;

    while (!ask->is_done && !late)
        late = pthread_cond_timedwait(&ask->answered, &resolver->lock, &until);
    if (!ask->is_done) {
        ask->is_abandoned = true;
        return dns_answer_new(DNS_TEMPORARY);
    }
    answers_keep(resolver->answers, name, ask->type, ask->answer, ask->ttl_s);
    answer = g_steal_pointer(&ask->answer);
    (void)g_hash_table_remove(resolver->asks, ask);
    return answer;
}

static bool
is_askable(const char *name)
{
    return *name && strlen(name) <= 253 && !strstr(name, "..") && *name != '.';
}

static DnsAnswer *
ask_libunbound(Resolver *resolver, const char *name, DnsType type, int64_t deadline_us)
{
    DnsAnswer *answer;
    Ask *ask = ask_new(resolver, type);

    (void)pthread_mutex_lock(&resolver->lock);
    (void)g_hash_table_add(resolver->asks, ask);
    (void)pthread_mutex_unlock(&resolver->lock);
    if (ub_resolve_async(resolver->context, name, wire_types[type], 1, ask, on_answer,
                         NULL) != 0) {
        (void)pthread_mutex_lock(&resolver->lock);
        (void)g_hash_table_remove(resolver->asks, ask);
        (void)pthread_mutex_unlock(&resolver->lock);
        return dns_answer_new(DNS_TEMPORARY);
    }
    (void)pthread_mutex_lock(&resolver->lock);
    answer = await(ask, name, deadline_us);
    count(resolver, answer->outcome);
    (void)pthread_mutex_unlock(&resolver->lock);
    return answer;
}

DnsAnswer *
resolver_known(Resolver *resolver, const char *name, DnsType type)
{
    DnsAnswer *answer;

    if (!resolver->context)
        return dns_answer_new(DNS_TEMPORARY);
    if (!is_askable(name))
        return dns_answer_new(DNS_NXDOMAIN);
    (void)pthread_mutex_lock(&resolver->lock);
    answer = answers_find(resolver->answers, name, type);
    if (answer)
        count(resolver, answer->outcome);
    (void)pthread_mutex_unlock(&resolver->lock);
    return answer;
}

DnsAnswer *
resolver_ask(Resolver *resolver, const char *name, DnsType type, int64_t timeout_ms)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000;
    DnsAnswer *answer = resolver_known(resolver, name, type);

    return answer ? answer : ask_libunbound(resolver, name, type, deadline_us);
}
