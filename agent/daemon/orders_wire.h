/* One message each way on a SOCK_SEQPACKET socket: there, texts that each end with NUL;
 * back, '0' and the answer, or the digit of a fault's code plus one and its text. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/un.h>

#include "base/owned.h"

enum {
    ORDER_MOST_BYTES = 128 * 1024
};

/* A socket and the address of STATE/postroom.sock, which may be a longer path than an
 * address holds: so it goes through the open folder, which must stay open as long. */
typedef struct OrdersPlace {
    OwnedFd folder;
    struct sockaddr_un address;
} OrdersPlace;

bool orders_place(const char *state, OrdersPlace *out, GError **error);

/* Owned; NULL: too long. */
GByteArray *orders_pack(const char *const *words);
/* Ends with NULL; free with g_strfreev. NULL: no such message. */
char **orders_unpack(const char *bytes, size_t size);
/* The name of a user, or his number; owned. */
char *orders_user_name(unsigned user);
