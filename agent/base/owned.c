#include "base/owned.h"

#include <unistd.h>

void
owned_fd_close(OwnedFd *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

int
owned_fd_steal(OwnedFd *fd)
{
    int kept = *fd;

    *fd = -1;
    return kept;
}
