#include "sorters/learned.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/owned.h"
#include "sort/sort.h"
#include "sorters/sorters.h"

enum {
    PATIENCE_US = 10000000
};

void
handout_init(Handout *handout)
{
    (void)pthread_mutex_init(&handout->lock, NULL);
    handout->descriptor = -1;
}

void
handout_clear(Handout *handout)
{
    owned_fd_close(&handout->descriptor);
    (void)pthread_mutex_destroy(&handout->lock);
}

static bool
write_all(int descriptor, GBytes *table)
{
    gsize size;
    const char *at = g_bytes_get_data(table, &size);

    while (size > 0) {
        ssize_t written = write(descriptor, at, size);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            at += written;
            size -= (gsize)written;
        }
    }
    return true;
}

/* -1 with errno. A sorter that a mail has taken over must not reach the others by it.
 */
static int
seal(GBytes *table)
{
    g_auto(OwnedFd) descriptor =
        memfd_create("learned", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (descriptor < 0 || !write_all(descriptor, table) ||
        fcntl(descriptor, F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return -1;
    return owned_fd_steal(&descriptor);
}

bool
handout_replace(Handout *handout, GBytes *table, GError **error)
{
    int descriptor = seal(table);

    if (descriptor < 0) {
        g_set_error(error, FAULT, FAULT_RETRY, "no memory for what was learned: %s",
                    g_strerror(errno));
        return false;
    }
    (void)pthread_mutex_lock(&handout->lock);
    owned_fd_close(&handout->descriptor);
    handout->descriptor = descriptor;
    handout->size_bytes = g_bytes_get_size(table);
    handout->version++;
    (void)pthread_mutex_unlock(&handout->lock);
    return true;
}

bool
handout_give(Handout *handout, Child *child)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    g_auto(OwnedFd) descriptor = -1;
    uint64_t size;
    int64_t version;

    (void)pthread_mutex_lock(&handout->lock);
    version = handout->version;
    size = handout->size_bytes;
    if (version > child->learned)
        descriptor = fcntl(handout->descriptor, F_DUPFD_CLOEXEC, 0);
    (void)pthread_mutex_unlock(&handout->lock);
    if (version <= child->learned || descriptor < 0)
        return true; /* without a descriptor to spare it judges by the older table */
    if (!frame_send(child->socket, FRAME_LEARNED, &size, sizeof size, deadline_us) ||
        !frame_send_descriptor(child->socket, descriptor, deadline_us))
        return false;
    child->learned = version;
    return true;
}
