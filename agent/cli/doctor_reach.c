/* Does anybody listen? */
#include "cli/doctor.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "base/owned.h"

enum {
    PATIENCE_MS = 5000
};

bool
doctor_connects(const struct addrinfo *address)
{
    g_auto(OwnedFd) fd =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    socklen_t size = sizeof(int);
    int trouble = 0;

    if (fd < 0)
        return false;
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    return errno == EINPROGRESS && poll(&waiting, 1, PATIENCE_MS) == 1 &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &size) == 0 && trouble == 0;
}

static const char *
usual_port(const char *scheme)
{
    return g_str_equal(scheme, "imaps") ? "993" : "143";
}

bool
doctor_reach(const char *server, GError **error)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    g_autoptr(GUri) uri = g_uri_parse(server, G_URI_FLAGS_NONE, error);
    g_autofree char *port = NULL;
    struct addrinfo *found = NULL;
    bool is_there = false;
    int code;

    if (!uri)
        return false;
    port = g_uri_get_port(uri) > 0 ? g_strdup_printf("%d", g_uri_get_port(uri))
                                   : g_strdup(usual_port(g_uri_get_scheme(uri)));
    code = getaddrinfo(g_uri_get_host(uri), port, &wanted, &found);
    if (code != 0) {
        g_set_error(error, FAULT, FAULT_RETRY, "%s", gai_strerror(code));
        return false;
    }
    for (const struct addrinfo *at = found; at && !is_there; at = at->ai_next)
        is_there = doctor_connects(at);
    freeaddrinfo(found);
    if (!is_there)
        g_set_error_literal(error, FAULT, FAULT_RETRY, _("nobody listens there"));
    return is_there;
}
