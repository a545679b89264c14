/* Owned things that GLib has no word for. Libraries' own types get theirs in the
 * one room that uses the library, so that no header leaks. */
#pragma once

#include <glib.h>

/* `g_auto(OwnedFd) fd = open(...)`: closed at the end of the scope; -1 is empty. */
typedef int OwnedFd;

void owned_fd_close(OwnedFd *fd);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OwnedFd, owned_fd_close)

/* The descriptor, which is the caller's now. */
int owned_fd_steal(OwnedFd *fd);
