/* The house: builds everything in the order of its dependence, waits for a signal, and
 * takes everything down the other way round. */
#include "daemon/daemon.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/fault.h"
#include "base/log.h"
#include "daemon/collectors.h"
#include "daemon/health.h"
#include "daemon/orders.h"
#include "daemon/second_looks.h"
#include "daemon/watchdog.h"

enum {
    COLLECTORS = 8,
    MOST_FILES = 65536,
    /* For deliveries under way. At a reload every mailbox waits for them, too. */
    CLOSE_PATIENCE_MS = 5000,
    RELOAD_PATIENCE_MS = 2000,
};

typedef struct House {
    Config *config;
    const DaemonOptions *options;
    Stop *stop;
    Resolver *resolver;
    Store *store;
    Sorters *sorters;
    IngestHouse ingest;
    Schedule *schedule;
    Couriers *couriers;
    Watch *watch;
    Collectors *collectors;
    SecondLooks *second_looks; /* NULL: one pass, which looks once itself */
    Health *health;
    Watchdog *watchdog; /* NULL: nobody watches us */
    Orders *orders;
    pthread_t signals;
} House;

static bool
open_rooms(House *house, GError **error)
{
    const Config *config = house->config;
    const ResolverSettings asking =
        config_resolver_settings(config, house->options->resolver);
    SortersSettings sorting = {.count = (int)config->sorters};

    house->resolver = resolver_new(&asking, error);
    if (!house->resolver)
        return false;
    house->store = store_open(config->state, error);
    if (!house->store)
        return false;
    store_keep_hours(house->store, config_hours(config));
    house->sorters = sorters_new(&sorting, house->resolver, error);
    if (!house->sorters)
        return false;
    house->ingest = (IngestHouse){.config = config,
                                  .store = house->store,
                                  .sorters = house->sorters,
                                  .stop = house->stop,
                                  .hastens_holes = house->options->once};
    house->couriers = couriers_new(&house->ingest, error);
    return house->couriers != NULL;
}

static bool
start_work(House *house, GError **error)
{
    const Config *config = house->config;
    int count = config->collectors ? (int)config->collectors : COLLECTORS;

    if (!ingest_learn(&house->ingest, error))
        return false;
    house->orders = orders_new(&house->ingest, house->couriers, error);
    if (!house->orders)
        return false;
    house->schedule = schedule_new(config, count, house->options->once);
    if (!house->options->once) {
        house->watch = watch_new(house->schedule);
        house->health = health_open(&(HealthSources){.config = config,
                                                     .store = house->store,
                                                     .schedule = house->schedule,
                                                     .sorters = house->sorters,
                                                     .resolver = house->resolver},
                                    error);
        if (!house->health)
            return false;
        house->watchdog = watchdog_new(house->store);
        house->second_looks = second_looks_new(&house->ingest, house->couriers);
    }
    house->collectors = collectors_new(&house->ingest, house->schedule, house->watch,
                                       house->couriers, count);
    return true;
}

static void
close_house(House *house, bool opens_again)
{
    (void)stop_set(house->stop, opens_again ? RELOAD_PATIENCE_MS : CLOSE_PATIENCE_MS);
    if (house->schedule) /* first: who comes back finds no more work */
        schedule_close(house->schedule);
    orders_free(house->orders);
    collectors_free(house->collectors);
    second_looks_free(house->second_looks);
    watchdog_free(house->watchdog);
    health_close(house->health);
    watch_free(house->watch);
    couriers_free(house->couriers);
    schedule_free(house->schedule);
    sorters_free(house->sorters);
    store_close(house->store);
    resolver_free(house->resolver);
    stop_free(house->stop);
}

static void
log_tally(const CollectorsTally *tally, int64_t waiting)
{
    g_autofree char *filed = g_strdup_printf("%" G_GINT64_FORMAT, tally->filed);
    g_autofree char *copies = g_strdup_printf("%" G_GINT64_FORMAT, tally->copies);
    g_autofree char *held = g_strdup_printf("%" G_GINT64_FORMAT, tally->held);
    g_autofree char *holes = g_strdup_printf("%" G_GINT64_FORMAT, tally->holes);
    g_autofree char *undelivered = g_strdup_printf("%" G_GINT64_FORMAT, waiting);

    log_write(LEVEL_INFO, "pass.done", "filed", filed, "copies", copies, "held", held,
              "holes", holes, "undelivered", undelivered, NULL);
}

static int
finish_pass(House *house)
{
    CollectorsTally tally;
    int64_t waiting = 0;
    int64_t settled = 0;
    int64_t disabled = 0;
    g_autoptr(GError) error = NULL;

    collectors_join(house->collectors);
    if (!ingest_second_looks(&house->ingest, &settled, &error)) {
        log_fault(LEVEL_ERROR, "verdict.failing", error, NULL);
        return fault_exit_code(error);
    }
    if (!ingest_learn(&house->ingest, &error)) {
        log_fault(LEVEL_ERROR, "lesson.failing", error, NULL);
        return fault_exit_code(error);
    }
    if (!ingest_retain(&house->ingest, &error)) {
        log_fault(LEVEL_ERROR, "retention.failing", error, NULL);
        return fault_exit_code(error);
    }
    if (!couriers_drain(house->couriers, &waiting, &error) ||
        !couriers_disabled(house->couriers, &disabled, &error)) {
        log_fault(LEVEL_ERROR, "outbox.unreadable", error, NULL);
        return fault_exit_code(error);
    }
    collectors_tally(house->collectors, &tally);
    log_tally(&tally, waiting);
    if (tally.stopped || disabled)
        return EX_CONFIG;
    return tally.to_retry || tally.holes || waiting ? EX_TEMPFAIL : EX_OK;
}

/* In one pass a signal only hastens the end. */
static void *
await_end(void *self)
{
    House *house = self;
    sigset_t wanted;
    int which = 0;

    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    (void)sigwait(&wanted, &which);
    if (stop_set(house->stop, CLOSE_PATIENCE_MS))
        schedule_close(house->schedule);
    return NULL;
}

static int
run_once(House *house)
{
    int code;
    int failed = pthread_create(&house->signals, NULL, await_end, house);

    g_assert(!failed);
    code = finish_pass(house);
    if (stop_set(house->stop, 0))
        (void)pthread_kill(house->signals, SIGTERM);
    else
        code = EX_TEMPFAIL;
    (void)pthread_join(house->signals, NULL);
    return code;
}

/* A broken file keeps the old configuration, and says so. */
static Config *
read_again(const House *house)
{
    g_autoptr(GError) error = NULL;
    Config *config = config_load(house->options->config_file, &error);

    if (!config)
        log_fault(LEVEL_ERROR, "config.refused", error, "kept", "the old configuration",
                  NULL);
    return config;
}

/* A second TERM while the house is being closed ends it at once. */
static void *
await_impatience(void *self)
{
    sigset_t *wanted = self;
    int which;

    (void)sigwait(wanted, &which);
    _exit(EX_TEMPFAIL);
}

static Config *
run_for_ever(House *house)
{
    static sigset_t impatient;
    pthread_t waiter;
    sigset_t wanted;
    Config *next = NULL;
    int which = 0;

    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    impatient = wanted;
    sigaddset(&wanted, SIGHUP);
    (void)sd_notifyf(0, "READY=1\nSTATUS=%u mailboxes, %u webhooks",
                     house->config->mailboxes->len, house->config->webhooks->len);
    log_write(LEVEL_INFO, "house.open", "config", house->config->file, NULL);
    do {
        (void)sigwait(&wanted, &which);
        if (which == SIGHUP)
            next = read_again(house);
    } while (which == SIGHUP && !next);
    log_write(LEVEL_INFO, next ? "house.reload" : "house.close", NULL);
    (void)sd_notify(0, next ? "RELOADING=1" : "STOPPING=1");
    if (!next && pthread_create(&waiter, NULL, await_impatience, &impatient) == 0)
        (void)pthread_detach(waiter);
    return next;
}

/* Each waiting mailbox is a socket, and the usual limit is from a time of select(). */
static void
allow_many_sockets(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = MAX(limit.rlim_cur, MIN(limit.rlim_max, MOST_FILES));
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* else fewer mailboxes fit */
}

int
daemon_run(Config *config, const DaemonOptions *options, GError **error)
{
    int code = EX_OK;

    imap_init();
    allow_many_sockets();
    while (config) {
        House house = {.config = config, .options = options, .stop = stop_new()};
        Config *next = NULL;

        if (!open_rooms(&house, error) || !start_work(&house, error))
            code = fault_exit_code(*error);
        else if (options->once)
            code = run_once(&house);
        else
            next = run_for_ever(&house);
        close_house(&house, next != NULL);
        config_free(config);
        config = next;
    }
    return code;
}
