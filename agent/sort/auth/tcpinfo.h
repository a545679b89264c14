/* The comment in which a mail server notes who connected, in the shapes that servers
 * write it. */
#pragma once

#include "network.h"

#include <glib.h>

typedef struct TcpInfo {
    bool has_ip;
    IpAddress ip;
    char *rdns;
    char *helo;
} TcpInfo;

/* `comment` without its parentheses; all empty when it is about something else. */
void tcpinfo_read(const char *comment, TcpInfo *out);
void tcpinfo_clear(TcpInfo *tcp);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TcpInfo, tcpinfo_clear)

/* "[192.0.2.1]", "[IPv6:2001:db8::1]", "[192.0.2.1:4711]", without brackets too. */
bool tcpinfo_read_literal(const char *text, IpAddress *out);
