#include "daemon/watch.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/owned.h"

enum {
    MOST_EVENTS = 64
};

struct Watch {
    Schedule *schedule;
    int epoll_fd;
    int stop_fd;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the set and the sessions in it */
    GHashTable *posts;    /* Post, lent */
};

/* With the lock held. True: the mailbox has news or trouble, wake it. */
static bool
listen_to(Watch *watch, Post *post)
{
    g_autoptr(GError) error = NULL;
    bool changed = false;

    if (imap_idle_read(post->session, &changed, &error)) {
        if (changed) /* the borrower will come; until then, do not spin */
            (void)epoll_ctl(watch->epoll_fd, EPOLL_CTL_DEL, imap_socket(post->session),
                            NULL);
        return changed;
    }
    log_fault(LEVEL_INFO, "mailbox.idle_ended", error, "mailbox", post->mailbox->name,
              NULL);
    (void)epoll_ctl(watch->epoll_fd, EPOLL_CTL_DEL, imap_socket(post->session), NULL);
    (void)g_hash_table_remove(watch->posts, post);
    g_clear_pointer(&post->session, imap_close);
    return true;
}

static void
hear(Watch *watch, Post *post)
{
    bool wake;

    (void)pthread_mutex_lock(&watch->lock);
    wake = g_hash_table_contains(watch->posts, post) && listen_to(watch, post);
    (void)pthread_mutex_unlock(&watch->lock);
    if (wake)
        schedule_wake(watch->schedule, post);
}

static void *
listen_to_all(void *self)
{
    Watch *watch = self;

    for (;;) {
        struct epoll_event events[MOST_EVENTS];
        int n = epoll_wait(watch->epoll_fd, events, MOST_EVENTS, -1);

        for (int i = 0; i < n; i++) {
            if (!events[i].data.ptr)
                return NULL;
            hear(watch, events[i].data.ptr);
        }
    }
}

Watch *
watch_new(Schedule *schedule)
{
    Watch *watch = g_new0(Watch, 1);
    struct epoll_event stop = {.events = EPOLLIN};
    int failed;

    watch->schedule = schedule;
    watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch->stop_fd = eventfd(0, EFD_CLOEXEC);
    watch->posts = g_hash_table_new(NULL, NULL);
    (void)pthread_mutex_init(&watch->lock, NULL);
    failed = epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, watch->stop_fd, &stop);
    g_assert(!failed);
    failed = pthread_create(&watch->thread, NULL, listen_to_all, watch);
    g_assert(!failed);
    return watch;
}

void
watch_free(Watch *watch)
{
    const uint64_t one = 1;

    if (!watch)
        return;
    (void)!write(watch->stop_fd, &one, sizeof one);
    (void)pthread_join(watch->thread, NULL);
    owned_fd_close(&watch->epoll_fd);
    owned_fd_close(&watch->stop_fd);
    g_hash_table_destroy(watch->posts);
    (void)pthread_mutex_destroy(&watch->lock);
    g_free(watch);
}

void
watch_add(Watch *watch, Post *post)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = post};

    (void)pthread_mutex_lock(&watch->lock);
    (void)g_hash_table_add(watch->posts, post);
    if (epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, imap_socket(post->session), &event) !=
        0)
        g_error("epoll refuses a socket that is open");
    (void)pthread_mutex_unlock(&watch->lock);
    /* What TLS has read ahead makes no socket readable: look once. */
    hear(watch, post);
}

bool
watch_release(Watch *watch, Post *post)
{
    bool was_here;

    (void)pthread_mutex_lock(&watch->lock);
    was_here = g_hash_table_remove(watch->posts, post);
    if (was_here) /* it may be out of epoll already; that is no fault */
        (void)epoll_ctl(watch->epoll_fd, EPOLL_CTL_DEL, imap_socket(post->session),
                        NULL);
    (void)pthread_mutex_unlock(&watch->lock);
    return was_here;
}
