/* A socket that libcurl opened and secured (CURLOPT_CONNECT_ONLY, no user name: no
 * credential is ever given to libcurl). Everything above bytes is ours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "imap/imap.h"
#include "imap/stream.h"

typedef struct Connection Connection;

/* Returns with the server's greeting read and TLS as `account` demands. Writes
 * account->hint where the greeting refuses us. */
Connection *connection_open(const ImapAccount *account,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void connection_free(Connection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_free)

bool connection_send(Connection *connection, const char *bytes, size_t size,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits at most the stall timeout for a byte, and not beyond the deadline. */
Source connection_source(Connection *connection);

/* All waiting together ends `limit_ms` from now; 0: no such limit. */
void connection_limit(Connection *connection, int64_t limit_ms);

/* What came so far, and how long we waited for it. */
typedef struct Meter {
    uint64_t bytes;
    int64_t waited_us;
} Meter;

Meter connection_meter(const Connection *connection);

/* Its first line, printable; lent. */
const char *connection_greeting(const Connection *connection);

/* When the first certificate of the server's chain runs out; TIME_NONE: no TLS. */
int64_t connection_certificate_until(const Connection *connection);

int connection_socket(const Connection *connection);
