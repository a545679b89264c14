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

#include <arpa/inet.h>
#include <unbound.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/owned.h"
#include "sorters/answers.h"

enum {
    MOST_RECORDS = 2000,
    REPLACEMENT = 0xfffd,
    MOST_TEXT_BYTES = 64 << 10
};

struct Resolver {
    struct ub_ctx *context; /* NULL: "none" */
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

/* An uncompressed name on the wire (RFC 1035 section 3.1), as text without the final
 * dot; dots and odd bytes inside a label are escaped as in master files. */
static char *
name_text(const uint8_t *wire, size_t size)
{
    GString *text = g_string_new(NULL);
    size_t at = 0;

    while (at < size && wire[at] && at + 1 + wire[at] <= size) {
        if (text->len)
            g_string_append_c(text, '.');
        for (size_t i = 1; i <= wire[at]; i++) {
            uint8_t byte = wire[at + i];

            if (byte == '.' || byte == '\\')
                g_string_append_printf(text, "\\%c", byte);
            else if (g_ascii_isgraph((char)byte))
                g_string_append_c(text, (char)g_ascii_tolower((char)byte));
            else
                g_string_append_printf(text, "\\%03u", byte);
        }
        at += 1U + wire[at];
    }
    return g_string_free(text, FALSE);
}

/* The character-strings of one TXT record joined; bytes become U+0001..U+00FF, NUL the
 * replacement character, so that any record is valid text and none looks sounder than
 * it is. */
static char *
joined_text(const uint8_t *wire, size_t size)
{
    GString *text = g_string_new(NULL);
    size_t at = 0;

    while (at < size && text->len < MOST_TEXT_BYTES) {
        size_t length = MIN((size_t)wire[at], size - at - 1);

        for (size_t i = 1; i <= length; i++)
            g_string_append_unichar(text, wire[at + i] ? wire[at + i] : REPLACEMENT);
        at += 1 + length;
    }
    return g_string_free(text, FALSE);
}

static void
read_record(DnsType type, const uint8_t *wire, size_t size, DnsRecord *record)
{
    char address[INET6_ADDRSTRLEN];

    switch (type) {
    case DNS_A:
    case DNS_AAAA:
        if (size == (type == DNS_A ? 4 : 16) &&
            inet_ntop(type == DNS_A ? AF_INET : AF_INET6, wire, address,
                      sizeof address))
            record->text = g_strdup(address);
        break;
    case DNS_MX:
        if (size > 2) {
            record->preference = wire[0] << 8 | wire[1];
            record->text = name_text(wire + 2, size - 2);
        }
        break;
    case DNS_SRV: /* RFC 2782: priority, weight, port, target */
        if (size > 6) {
            g_autofree char *host = name_text(wire + 6, size - 6);

            record->preference = wire[0] << 8 | wire[1];
            record->text = g_strdup_printf("%s:%d", host, wire[4] << 8 | wire[5]);
        }
        break;
    case DNS_TXT:
        record->text = joined_text(wire, size);
        break;
    case DNS_PTR:
    case DNS_CNAME:
        record->text = name_text(wire, size);
        break;
    }
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

static DnsAnswer *
answer_of(DnsType type, int failed, const struct ub_result *result)
{
    DnsAnswer *answer = dns_answer_new(outcome_of(failed, result));

    if (answer->outcome != DNS_FOUND)
        return answer;
    answer->is_secure = result->secure != 0;
    for (int i = 0; i < MOST_RECORDS && result->data[i]; i++) {
        DnsRecord *record = shape_append(&dns_record_shape, &answer->records);

        read_record(type, (const uint8_t *)result->data[i], (size_t)result->len[i],
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
    ask->answer = answer_of(ask->type, failed, result);
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

/* Tests run on loopback. The names of private addresses are for the operator's server
 * to answer, not for us to deny. And there is but one server: libunbound would hold it
 * for dead after three questions that it could not answer in time, and answer all
 * others by itself for a while. So it forgets at once how slow the server was. */
static const char *const options[][2] = {
    {"do-not-query-localhost:", "no"},   {"infra-host-ttl:", "0"},
    {"infra-cache-max-rtt:", "1000000"}, {"infra-keep-probing:", "yes"},
    {"cache-max-negative-ttl:", "60"},   {"module-config:", "iterator"},
    {"edns-buffer-size:", "1232"},       {"unblock-lan-zones:", "yes"},
};

/* Names libunbound denies by itself. In a house they may well exist ("mail.corp.test"),
 * and whether they do is for the operator's server to say. */
static const char *const denied_zones[] = {
    "test.",
    "invalid.",
    "localhost.",
    "home.arpa.",
    "127.in-addr.arpa.",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
};

static int
ask_for_all_names(struct ub_ctx *context)
{
    int failed = 0;

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(denied_zones); i++)
        failed = ub_ctx_zone_remove(context, denied_zones[i]);
    return failed;
}

static int
configure(struct ub_ctx *context, const char *server)
{
    int failed = ub_ctx_async(context, 1);

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(options); i++)
        failed = ub_ctx_set_option(context, options[i][0], options[i][1]);
    if (failed)
        return failed;
    failed =
        server ? ub_ctx_set_fwd(context, server) : ub_ctx_resolvconf(context, NULL);
    /* Last: to change zones seals the rest of the configuration. */
    return failed ? failed : ask_for_all_names(context);
}

Resolver *
resolver_new(const char *server, GError **error)
{
    Resolver *resolver = g_new0(Resolver, 1);
    int failed = 0;

    (void)pthread_mutex_init(&resolver->lock, NULL);
    resolver->stop_fd = eventfd(0, EFD_CLOEXEC);
    resolver->asks = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)ask_free, NULL);
    resolver->answers = answers_new();
    if (g_strcmp0(server, "none") == 0)
        return resolver;
    resolver->context = ub_ctx_create();
    g_assert(resolver->context && resolver->stop_fd >= 0);
    failed = configure(resolver->context, server);
    if (failed) {
        g_set_error(error, FAULT, FAULT_CONFIG, "resolver '%s': %s, expected ADDR@PORT",
                    server ? server : "of the system", ub_strerror(failed));
        ub_ctx_delete(resolver->context);
        resolver->context = NULL;
        resolver_free(resolver);
        return NULL;
    }
    failed = pthread_create(&resolver->thread, NULL, collect_answers, resolver);
    g_assert(!failed);
    return resolver;
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
