#include "daemon/collectors.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/login.h"
#include "daemon/outcome.h"

enum {
    STOPPED_LOOK_US = 10 * 1000 * 1000, /* has the operator changed the secret? */
    ENOUGH_REFUSALS = 1000              /* to stop at once */
};

struct Collectors {
    const IngestHouse *house;
    Schedule *schedule;
    Watch *watch;
    Couriers *couriers;
    Outcome outcome;
    pthread_t *threads;
    int count;
    pthread_mutex_t lock; /* guards the tally */
    CollectorsTally tally;
};

/* ---- one visit ---- */

typedef struct Errand {
    Post *post;
    IngestCounts counts;
    GString *skipped; /* why folders were left out; empty: none was */
    bool is_refused;  /* the log-in itself */
} Errand;

/* What cannot be opened beside INBOX must not keep INBOX from being read. Said once,
 * until it can be opened again. */
static bool
skip_folder(Errand *errand, const ImapFolder *folder, GError **error)
{
    if (folder->role == FOLDER_INBOX || !imap_is_alive(errand->post->session) ||
        g_error_matches(*error, FAULT, FAULT_FATAL))
        return false;
    if (g_hash_table_add(errand->post->skipped, g_strdup(folder->name)))
        log_fault(LEVEL_ERROR, "folder.skipped", *error, "mailbox",
                  errand->post->mailbox->name, "folder", folder->name, NULL);
    g_string_append_printf(errand->skipped, "%s%s", errand->skipped->len ? "; " : "",
                           (*error)->message);
    g_clear_error(error); /* told: the visit goes on */
    return true;
}

static bool
collect_folder(Collectors *collectors, const IngestHouse *house, Errand *errand,
               const ImapFolder *folder, GError **error)
{
    Post *post = errand->post;

    if (ingest_folder(house, post->mailbox, post->session, folder, &errand->counts,
                      error))
        (void)g_hash_table_remove(post->skipped, folder->name);
    else if (!skip_folder(errand, folder, error))
        return false;
    couriers_wake(collectors->couriers);
    return true;
}

/* Our answers that came before what they answer: Sent once more, now that INBOX is
 * filed; and INBOX, where the session shall end. */
static bool
collect_postponed(Collectors *collectors, Errand *errand, GError **error)
{
    IngestHouse house = *collectors->house;
    const GPtrArray *folders = errand->post->folders;

    house.takes_orphans = true;
    for (guint i = 0; i < folders->len; i++) {
        const ImapFolder *folder = folders->pdata[i];

        if (folder->role != FOLDER_JUNK &&
            !collect_folder(collectors, &house, errand, folder, error))
            return false;
    }
    return true;
}

static bool
collect_folders(Collectors *collectors, Errand *errand, GError **error)
{
    const GPtrArray *folders = errand->post->folders;

    for (guint i = 0; i < folders->len; i++)
        if (!collect_folder(collectors, collectors->house, errand, folders->pdata[i],
                            error))
            return false;
    return errand->counts.postponed == 0 ||
           collect_postponed(collectors, errand, error);
}

static void
obey(Post *post, const ImapHint *hint)
{
    if (hint->wait_ms > 0)
        post->state.quiet_until_us = clock_monotonic_us() + hint->wait_ms * 1000;
}

static bool
connect_post(Collectors *collectors, Errand *errand, GError **error)
{
    const Config *config = collectors->house->config;
    Post *post = errand->post;

    memmove(post->tried_us, post->tried_us + 1,
            sizeof post->tried_us - sizeof post->tried_us[0]);
    post->tried_us[BURST - 1] = clock_monotonic_us();
    g_free(post->credentials);
    post->credentials = login_fingerprint(config, post->mailbox);
    post->login.stop = collectors->house->stop;
    post->session = login_open(config, post->mailbox, &post->login, error);
    obey(post, &post->login.hint);
    if (post->login.is_revoked)
        post->refusals = ENOUGH_REFUSALS;
    post->connected_us = clock_monotonic_us();
    errand->is_refused = !post->session && g_error_matches(*error, FAULT, FAULT_CONFIG);
    return post->session != NULL;
}

/* Whether connections follow each other too closely to try another at once. */
static bool
is_burst(const Post *post)
{
    return post->tried_us[0] != 0 &&
           clock_monotonic_us() < post->tried_us[0] + BURST_US;
}

static bool
is_of_no_use(Errand *errand)
{
    const IngestCounts *counts = &errand->counts;

    return counts->filed + counts->copies + counts->held == 0;
}

static bool
visit_connected(Collectors *collectors, Errand *errand, GError **error)
{
    Post *post = errand->post;
    bool changed = false;

    post->state.is_listening = false;
    /* Until it is released, the watch may close the session at any time. */
    if (collectors->watch && watch_release(collectors->watch, post) &&
        !imap_idle_end(post->session, &changed, error))
        return false;
    if (!post->session && !connect_post(collectors, errand, error))
        return false;
    if (!post->folders &&
        !(post->folders = login_find_folders(post->mailbox, post->session, error)))
        return false;
    return collect_folders(collectors, errand, error);
}

/* What the server said before it failed us counts, too. */
static void
leave(Post *post)
{
    ImapHint hint;

    if (post->session) {
        hint = imap_take_hint(post->session);
        obey(post, &hint);
    }
    g_clear_pointer(&post->session, imap_close);
    g_clear_pointer(&post->folders, g_ptr_array_unref);
    post->state.is_listening = false;
}

/* A session that was kept may have ended long ago: that is found out only when it is
 * used, and no failure. */
static bool
visit(Collectors *collectors, Errand *errand, GError **error)
{
    Post *post = errand->post;
    bool was_kept = post->session != NULL;

    if (visit_connected(collectors, errand, error))
        return true;
    if (!was_kept || !post->session || imap_is_alive(post->session) ||
        !is_of_no_use(errand) || is_burst(post) || stop_is_set(collectors->house->stop))
        return false;
    leave(post);
    if (post->state.quiet_until_us > clock_monotonic_us())
        return false;
    log_fault(LEVEL_INFO, "mailbox.session_ended", *error, "mailbox",
              post->mailbox->name, NULL);
    g_clear_error(error); /* told */
    return visit_connected(collectors, errand, error);
}

/* Into IDLE in the folder that was examined last: INBOX. */
static bool
rest(Collectors *collectors, Post *post, GError **error)
{
    const ImapProvider *provider = imap_provider(post->session);
    ImapHint hint = imap_take_hint(post->session);

    obey(post, &hint);
    /* A connection that others of this user need is not kept. */
    if (!collectors->watch || !schedule_may_keep(post, provider)) {
        g_clear_pointer(&post->session, imap_close);
        return true;
    }
    if (!imap_has(post->session, "IDLE"))
        return true;
    if (!imap_idle_begin(post->session, error)) {
        if (!imap_is_alive(post->session))
            return false;
        g_clear_error(error); /* offered and refused: then it is asked at every poll */
        return true;
    }
    post->state.is_listening = provider->trusts_idle;
    post->renew_us = provider->idle_renew_ms * 1000;
    watch_add(collectors->watch, post);
    return true;
}

/* ---- the threads ---- */

static void
add_to_tally(Collectors *collectors, const Post *post, const IngestCounts *counts,
             bool failed)
{
    CollectorsTally *tally = &collectors->tally;

    (void)pthread_mutex_lock(&collectors->lock);
    tally->filed += counts->filed;
    tally->copies += counts->copies;
    tally->held += counts->held;
    tally->holes += counts->holes;
    tally->stopped += failed && post->state.is_stopped;
    tally->to_retry += failed && !post->state.is_stopped;
    (void)pthread_mutex_unlock(&collectors->lock);
}

/* Returns the delay until the next visit. */
static int64_t
run_errand(Collectors *collectors, Errand *errand)
{
    Post *post = errand->post;
    g_autoptr(GError) fault = NULL;
    int64_t delay_us = 0;

    if (visit(collectors, errand, &fault) && rest(collectors, post, &fault)) {
        delay_us = outcome_worked(&collectors->outcome, post,
                                  errand->skipped->len ? errand->skipped->str : NULL);
        add_to_tally(collectors, post, &errand->counts, false);
        return delay_us;
    }
    /* A house that closes cuts visits short; that is nobody's fault. */
    if (stop_is_set(collectors->house->stop))
        return 0;
    leave(post);
    if (!is_of_no_use(errand))
        post->failures = 0; /* it came further than the time before */
    delay_us = outcome_failed(&collectors->outcome, post, fault, errand->is_refused);
    add_to_tally(collectors, post, &errand->counts, true);
    return delay_us;
}

/* A stopped mailbox waits until the operator has put another secret in its place. */
static bool
still_stopped(const Config *config, Post *post)
{
    g_autofree char *now = NULL;

    if (!post->state.is_stopped)
        return false;
    now = login_fingerprint(config, post->mailbox);
    if (g_strcmp0(now, post->credentials) == 0)
        return true;
    post->state.is_stopped = false;
    post->refusals = 0;
    return false;
}

static void *
collect(void *self)
{
    Collectors *collectors = self;
    Post *post;

    while ((post = schedule_borrow(collectors->schedule)) != NULL) {
        Errand errand = {.post = post};
        int64_t delay_us = STOPPED_LOOK_US;

        if (!still_stopped(collectors->house->config, post)) {
            errand.skipped = g_string_new(NULL);
            delay_us = run_errand(collectors, &errand);
            (void)g_string_free(errand.skipped, TRUE);
        }
        schedule_return(collectors->schedule, post, delay_us);
    }
    return NULL;
}

Collectors *
collectors_new(const IngestHouse *house, Schedule *schedule, Watch *watch,
               Couriers *couriers, int count)
{
    Collectors *collectors = g_new0(Collectors, 1);

    collectors->house = house;
    collectors->schedule = schedule;
    collectors->watch = watch;
    collectors->couriers = couriers;
    collectors->outcome = (Outcome){house, couriers, watch == NULL};
    collectors->count = count;
    collectors->threads = g_new0(pthread_t, (gsize)count);
    (void)pthread_mutex_init(&collectors->lock, NULL);
    for (int i = 0; i < count; i++) {
        int failed = pthread_create(&collectors->threads[i], NULL, collect, collectors);

        g_assert(!failed);
    }
    return collectors;
}

void
collectors_join(Collectors *collectors)
{
    for (int i = 0; i < collectors->count; i++)
        (void)pthread_join(collectors->threads[i], NULL);
    collectors->count = 0;
}

void
collectors_free(Collectors *collectors)
{
    if (!collectors)
        return;
    collectors_join(collectors);
    (void)pthread_mutex_destroy(&collectors->lock);
    g_free(collectors->threads);
    g_free(collectors);
}

void
collectors_tally(Collectors *collectors, CollectorsTally *out)
{
    (void)pthread_mutex_lock(&collectors->lock);
    *out = collectors->tally;
    (void)pthread_mutex_unlock(&collectors->lock);
}
