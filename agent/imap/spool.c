#include "imap/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"

struct Spool {
    int fd;
};

/* /tmp may be memory on some systems, /var/tmp is a disk on all. */
static const char *const usual_dirs[] = {"/var/tmp", "/tmp"};

/* Not every file system knows files without a name (O_TMPFILE). */
static int
open_unnamed(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    g_autofree char *path = NULL;

    if (fd >= 0)
        return fd;
    path = g_build_filename(dir, "postroom-XXXXXX", NULL);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path); /* at worst a name is left, of a file that empties itself */
    return fd;
}

Spool *
spool_new(const char *dir, GError **error)
{
    Spool *spool;
    int fd = dir ? open_unnamed(dir) : -1;

    for (size_t i = 0; !dir && fd < 0 && i < G_N_ELEMENTS(usual_dirs); i++)
        fd = open_unnamed(usual_dirs[i]);
    if (fd < 0) {
        g_set_error(
            error, FAULT, FAULT_RETRY,
            "a long mail needs a temporary file, and '%s' has no place for it: %s",
            dir ? dir : usual_dirs[0], g_strerror(errno));
        return NULL;
    }
    spool = g_new0(Spool, 1);
    spool->fd = fd;
    return spool;
}

void
spool_free(Spool *spool)
{
    if (!spool)
        return;
    (void)close(spool->fd); /* what is mapped stays */
    g_free(spool);
}

bool
spool_write(Spool *spool, const void *bytes, size_t size, GError **error)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t written = write(spool->fd, at, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            g_set_error(error, FAULT, FAULT_RETRY,
                        "a long mail cannot be written to its temporary file: %s",
                        g_strerror(written < 0 ? errno : ENOSPC));
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

GBytes *
spool_bytes(Spool *spool, GError **error)
{
    g_autoptr(GError) fault = NULL;
    g_autoptr(GMappedFile) mapped = g_mapped_file_new_from_fd(spool->fd, FALSE, &fault);

    if (mapped)
        return g_mapped_file_get_bytes(mapped);
    g_set_error(error, FAULT, FAULT_RETRY,
                "a long mail cannot be read back from its temporary file: %s",
                fault->message);
    return NULL;
}
