#include "daemon/schedule.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum {
    FIRST_BACKOFF_US = 2000000,
    LAST_BACKOFF_US = 600000000
};

struct Server {
    int lent; /* its mailboxes that collectors have now */
};

/* Providers limit connections by user, and one user may have several mailboxes here. */
struct User {
    int posts;
    int lent;
    int most; /* connections at a time */
};

struct Schedule {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    GPtrArray *posts;    /* Post */
    GHashTable *servers; /* host -> Server */
    GHashTable *users;   /* host and user name -> User */
    int share;           /* of collectors one server may hold */
    bool once;
    bool is_closing;
};

static char *
host_of(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    /* The configuration has checked the URL; one that is odd is its own server. */
    return g_strdup(uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : url);
}

static void
post_free(Post *post)
{
    imap_close(post->session);
    g_clear_pointer(&post->folders, g_ptr_array_unref);
    g_hash_table_unref(post->skipped);
    login_clear(&post->login);
    g_free(post->credentials);
    g_free(post);
}

static Server *
find_server(Schedule *schedule, const char *url)
{
    char *host = host_of(url);
    Server *server = g_hash_table_lookup(schedule->servers, host);

    if (server) {
        g_free(host);
        return server;
    }
    server = g_new0(Server, 1);
    (void)g_hash_table_insert(schedule->servers, host, server);
    return server;
}

static User *
find_user(Schedule *schedule, const Server *server, const MailboxConfig *mailbox)
{
    char *name = g_strdup_printf("%p %s", (const void *)server,
                                 mailbox->user ? mailbox->user : "");
    User *user = g_hash_table_lookup(schedule->users, name);

    if (user) {
        g_free(name);
    } else {
        user = g_new0(User, 1);
        user->most = (int)imap_provider_of(mailbox->server)->connections;
        (void)g_hash_table_insert(schedule->users, name, user);
    }
    user->posts++;
    return user;
}

static Post *
post_new(Schedule *schedule, const MailboxConfig *mailbox)
{
    Post *post = g_new0(Post, 1);

    post->mailbox = mailbox;
    post->server = find_server(schedule, mailbox->server);
    post->user = find_user(schedule, post->server, mailbox);
    post->skipped = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return post;
}

Schedule *
schedule_new(const Config *config, int collectors, bool once)
{
    Schedule *schedule = g_new0(Schedule, 1);
    pthread_condattr_t monotonic;

    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&schedule->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&schedule->lock, NULL);
    schedule->posts = g_ptr_array_new_with_free_func((GDestroyNotify)post_free);
    schedule->servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    schedule->users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    schedule->share = MAX(1, collectors / 4);
    schedule->once = once;
    for (guint i = 0; i < config->mailboxes->len; i++)
        g_ptr_array_add(schedule->posts,
                        post_new(schedule, config->mailboxes->pdata[i]));
    return schedule;
}

void
schedule_free(Schedule *schedule)
{
    if (!schedule)
        return;
    g_ptr_array_unref(schedule->posts);
    g_hash_table_unref(schedule->servers);
    g_hash_table_unref(schedule->users);
    (void)pthread_cond_destroy(&schedule->changed);
    (void)pthread_mutex_destroy(&schedule->lock);
    g_free(schedule);
}

/* A user with more mailboxes than connections keeps none: those lent are all. */
static bool
may_be_lent(const Schedule *schedule, const Post *post)
{
    return post->server->lent < schedule->share && post->user->lent < post->user->most;
}

bool
schedule_may_keep(const Post *post, const ImapProvider *provider)
{
    return post->user->posts <= (int)provider->connections &&
           post->user->posts <= post->user->most;
}

/* The most overdue mailbox that may be lent, or NULL and when to look again. */
static Post *
choose(const Schedule *schedule, int64_t *next_us, bool *is_over)
{
    Post *best = NULL;
    int64_t now_us = clock_monotonic_us();

    *next_us = INT64_MAX;
    *is_over = schedule->once;
    for (guint i = 0; i < schedule->posts->len; i++) {
        Post *post = schedule->posts->pdata[i];

        if (post->is_done)
            continue;
        *is_over = false;
        if (post->is_lent)
            continue;
        if (post->due_us > now_us)
            *next_us = MIN(*next_us, post->due_us);
        else if ((!best || post->due_us < best->due_us) && may_be_lent(schedule, post))
            best = post;
    }
    return best;
}

static void
wait_until(Schedule *schedule, int64_t until_us)
{
    const struct timespec until = {.tv_sec = until_us / 1000000,
                                   .tv_nsec = until_us % 1000000 * 1000};

    if (until_us == INT64_MAX)
        (void)pthread_cond_wait(&schedule->changed, &schedule->lock);
    else
        (void)pthread_cond_timedwait(&schedule->changed, &schedule->lock, &until);
}

Post *
schedule_borrow(Schedule *schedule)
{
    Post *post = NULL;
    bool is_over = false;

    (void)pthread_mutex_lock(&schedule->lock);
    while (!schedule->is_closing) {
        int64_t next_us;

        post = choose(schedule, &next_us, &is_over);
        if (post || is_over)
            break;
        wait_until(schedule, next_us);
    }
    if (post) {
        post->is_lent = true;
        post->server->lent++;
        post->user->lent++;
        post->is_woken = false;
    }
    (void)pthread_mutex_unlock(&schedule->lock);
    return post;
}

void
schedule_return(Schedule *schedule, Post *post, int64_t delay_us)
{
    (void)pthread_mutex_lock(&schedule->lock);
    post->is_lent = false;
    post->server->lent--;
    post->user->lent--;
    post->is_done = schedule->once;
    post->shown = post->state;
    post->due_us =
        post->is_woken ? post->state.quiet_until_us : clock_monotonic_us() + delay_us;
    (void)pthread_cond_broadcast(&schedule->changed);
    (void)pthread_mutex_unlock(&schedule->lock);
}

void
schedule_wake(Schedule *schedule, Post *post)
{
    (void)pthread_mutex_lock(&schedule->lock);
    post->due_us = post->shown.quiet_until_us;
    post->is_woken = true; /* it may be lent just now */
    (void)pthread_cond_broadcast(&schedule->changed);
    (void)pthread_mutex_unlock(&schedule->lock);
}

void
schedule_close(Schedule *schedule)
{
    (void)pthread_mutex_lock(&schedule->lock);
    schedule->is_closing = true;
    (void)pthread_cond_broadcast(&schedule->changed);
    (void)pthread_mutex_unlock(&schedule->lock);
}

int64_t
schedule_backoff_us(int64_t failures)
{
    int64_t ceiling = FIRST_BACKOFF_US;

    for (int64_t i = 1; i < failures && ceiling < LAST_BACKOFF_US; i++)
        ceiling *= 2;
    return (int64_t)(g_random_double() * (double)MIN(ceiling, LAST_BACKOFF_US));
}

void
schedule_look(Schedule *schedule, ScheduleLook look, void *self)
{
    (void)pthread_mutex_lock(&schedule->lock);
    for (guint i = 0; i < schedule->posts->len; i++) {
        const Post *post = schedule->posts->pdata[i];

        look(post->mailbox, &post->shown, self);
    }
    (void)pthread_mutex_unlock(&schedule->lock);
}

void
schedule_counts(Schedule *schedule, ScheduleCounts *out)
{
    *out = (ScheduleCounts){0};
    (void)pthread_mutex_lock(&schedule->lock);
    for (guint i = 0; i < schedule->posts->len; i++) {
        const Post *post = schedule->posts->pdata[i];

        out->mailboxes++;
        out->stopped += post->shown.is_stopped;
        out->failing += post->shown.is_failing;
    }
    (void)pthread_mutex_unlock(&schedule->lock);
}
