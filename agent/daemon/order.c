/* The command's end of postroom.sock. Where no house runs, the command opens the
 * database itself, under the same lock. */
#include "daemon/daemon.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "daemon/orders_wire.h"
#include "ingest/ingest.h"

enum {
    TRIES = 6, /* a house that opens or closes just now neither answers nor lets in;
                  each try waits a second for the lock */
};

/* -1: nobody answers there. */
static int
call_house(const char *state, GError **error)
{
    OrdersPlace place = {.folder = -1};
    g_auto(OwnedFd) fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int failed = -1;

    if (fd >= 0 && orders_place(state, &place, error))
        failed =
            connect(fd, (const struct sockaddr *)&place.address, sizeof place.address);
    owned_fd_close(&place.folder);
    return failed ? -1 : owned_fd_steal(&fd);
}

static bool
read_answer(int house, char **answer, GError **error)
{
    g_autofree char *bytes = g_malloc0(ORDER_MOST_BYTES + 1);
    ssize_t size = recv(house, bytes, ORDER_MOST_BYTES, 0);

    if (size <= 0 || bytes[0] < '0' || bytes[0] > '0' + FAULT_FATAL + 1) {
        g_set_error(error, FAULT, FAULT_RETRY,
                    "the daemon did not answer: look whether it obeyed");
        return false;
    }
    if (bytes[0] == '0') {
        *answer = g_strdup(bytes + 1);
        return true;
    }
    g_set_error(error, FAULT, (gint)(bytes[0] - '1'), "%s", bytes + 1);
    return false;
}

static bool
hand_in(int house, const char *const *words, char **answer, GError **error)
{
    g_autoptr(GByteArray) bytes = orders_pack(words);

    if (!bytes) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "too much for one order");
        return false;
    }
    if (send(house, bytes->data, bytes->len, MSG_NOSIGNAL) != (ssize_t)bytes->len) {
        g_set_error(error, FAULT, FAULT_RETRY, "the daemon hung up: %s",
                    g_strerror(errno));
        return false;
    }
    return read_answer(house, answer, error);
}

static bool
obey_alone(const Config *config, Store *store, const char *const *words, char **answer,
           GError **error)
{
    const SortersSettings one = {.count = 1};
    g_autofree char *actor = orders_user_name(geteuid());
    g_autoptr(Resolver) resolver = NULL;
    g_autoptr(Sorters) sorters = NULL;
    IngestHouse house = {.config = config, .store = store};

    if (ingest_order_needs_sorters(words[0])) {
        const ResolverSettings asking = config_resolver_settings(config, NULL);

        resolver = resolver_new(&asking, error);
        sorters = resolver ? sorters_new(&one, resolver, error) : NULL;
        if (!sorters)
            return false;
        house.sorters = sorters;
    }
    return ingest_obey(&house, actor, words, answer, error);
}

bool
daemon_order(const Config *config, const char *const *words, char **answer,
             GError **error)
{
    g_autoptr(GError) fault = NULL;

    for (int tries = 0; tries < TRIES; tries++) {
        g_autoptr(GError) unheard = NULL; /* no folder yet: the store makes it */
        g_auto(OwnedFd) house = call_house(config->state, &unheard);
        g_autoptr(Store) store = NULL;

        if (house >= 0)
            return hand_in(house, words, answer, error);
        g_clear_error(&fault); /* of the try before */
        store = store_open(config->state, &fault);
        if (store)
            store_keep_hours(store, config_hours(config));
        if (store)
            return obey_alone(config, store, words, answer, error);
    }
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
}
