/* One Received field: who connected, as the host that wrote the field saw it.
 *
 * Only TCP-info counts (RFC 5321 section 4.4): the address the host wrote itself, in a
 * comment behind the name the client claimed. The claim is the client's word. */
#pragma once

#include "network.h"

#include <glib.h>
#include <stddef.h>

typedef struct Received {
    bool has_ip;
    IpAddress ip;
    char *helo;     /* what the client called itself; NULL: not written */
    char *rdns;     /* what its address resolved to; NULL: nothing, or not written */
    char *by;       /* who wrote it; NULL: not said, or said twice */
    char *protocol; /* the word behind `with`; NULL: none */
    bool has_from;
    bool is_authenticated;
    int64_t time; /* TIME_NONE: unreadable */
} Received;

void received_read(const char *value, Received *out);
void received_clear(Received *received);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Received, received_clear)
