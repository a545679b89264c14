/* Which addresses a webhook may go to. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <sys/socket.h>

/* deliver_may_reach of an address that a socket has. */
bool network_allows(const struct sockaddr *address, const GPtrArray *allowed);
