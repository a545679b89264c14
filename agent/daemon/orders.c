#include "daemon/orders.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "daemon/orders_wire.h"

enum {
    WAITING_CALLERS = 16,
    PATIENCE_S = 5, /* with a caller who says nothing */
};

struct Orders {
    const IngestHouse *house;
    Couriers *couriers;
    OrdersPlace place;
    OwnedFd listener;
    OwnedFd stop; /* eventfd: readable once the house closes */
    bool is_running;
    pthread_t thread;
};

/* Root, and the user the house runs as. The file's mode says the same; this holds also
 * where somebody changed it. */
static bool
is_ours(int caller, unsigned *user)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;

    if (getsockopt(caller, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    *user = peer.uid;
    return peer.uid == 0 || peer.uid == geteuid();
}

static void
answer_caller(int caller, const GError *fault, const char *answer)
{
    g_autofree char *text =
        fault ? g_strdup_printf("%d%s", fault->code + 1, fault->message)
              : g_strdup_printf("0%s", answer);

    /* Who hung up has to look for himself: the order is obeyed or refused by now. */
    (void)send(caller, text, strlen(text), MSG_NOSIGNAL);
}

static void
obey(const Orders *orders, int caller, unsigned user, const char *const *words)
{
    g_autofree char *actor = orders_user_name(user);
    g_autofree char *answer = NULL;
    g_autoptr(GError) fault = NULL;

    if (ingest_obey(orders->house, actor, words, &answer, &fault))
        log_write(LEVEL_INFO, "order.obeyed", "order", words[0], "actor", actor, NULL);
    else
        log_fault(LEVEL_INFO, "order.refused", fault, "order", words[0], "actor", actor,
                  NULL);
    answer_caller(caller, fault, answer);
    couriers_wake(orders->couriers);
}

static void
hear(const Orders *orders, int caller)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    g_autofree char *bytes = g_malloc(ORDER_MOST_BYTES);
    g_auto(GStrv) words = NULL;
    unsigned user = 0;
    ssize_t size;

    if (!is_ours(caller, &user) ||
        setsockopt(caller, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        return;
    size = recv(caller, bytes, ORDER_MOST_BYTES, MSG_TRUNC);
    if (size <= 0 || size > ORDER_MOST_BYTES)
        return;
    words = orders_unpack(bytes, (size_t)size);
    if (words)
        obey(orders, caller, user, (const char *const *)words);
}

static void *
serve(void *self)
{
    const Orders *orders = self;
    struct pollfd ends[] = {{.fd = orders->listener, .events = POLLIN},
                            {.fd = orders->stop, .events = POLLIN}};

    while (poll(ends, G_N_ELEMENTS(ends), -1) > 0 || errno == EINTR) {
        g_auto(OwnedFd) caller = -1;

        if (ends[1].revents)
            break;
        caller = accept4(orders->listener, NULL, NULL, SOCK_CLOEXEC);
        if (caller >= 0)
            hear(orders, caller);
    }
    return NULL;
}

/* What a killed house left behind is in the way; the lock on the folder says that no
 * other house answers there. */
static bool
listen_at(Orders *orders, const char *state, GError **error)
{
    const struct sockaddr_un *address = &orders->place.address;

    if (!orders_place(state, &orders->place, error))
        return false;
    orders->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    orders->stop = eventfd(0, EFD_CLOEXEC);
    (void)unlink(address->sun_path); /* bind tells when it is still there */
    if (orders->listener >= 0 && orders->stop >= 0 &&
        bind(orders->listener, (const struct sockaddr *)address, sizeof *address) ==
            0 &&
        chmod(address->sun_path, 0600) == 0 &&
        listen(orders->listener, WAITING_CALLERS) == 0)
        return true;
    g_set_error(error, FAULT, FAULT_CONFIG, "cannot listen at '%s/postroom.sock': %s",
                state, g_strerror(errno));
    return false;
}

Orders *
orders_new(const IngestHouse *house, Couriers *couriers, GError **error)
{
    Orders *orders = g_new0(Orders, 1);

    orders->house = house;
    orders->couriers = couriers;
    orders->place.folder = -1;
    orders->listener = -1;
    orders->stop = -1;
    if (listen_at(orders, house->config->state, error)) {
        int failed = pthread_create(&orders->thread, NULL, serve, orders);

        g_assert(!failed);
        orders->is_running = true;
        return orders;
    }
    orders_free(orders);
    return NULL;
}

void
orders_free(Orders *orders)
{
    const uint64_t one = 1;

    if (!orders)
        return;
    if (orders->is_running) {
        ssize_t told = write(orders->stop, &one, sizeof one);

        g_assert(told == sizeof one);
        (void)pthread_join(orders->thread, NULL);
        /* A file that stays is no harm: nobody answers there. */
        (void)unlink(orders->place.address.sun_path);
    }
    owned_fd_close(&orders->listener);
    owned_fd_close(&orders->stop);
    owned_fd_close(&orders->place.folder);
    g_free(orders);
}
