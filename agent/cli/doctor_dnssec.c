/* Where we do not validate, one question by hand: only the answer's AD bit (RFC 4035
 * section 3.2.3) tells whether the server does, and libraries keep it to themselves. */
#include "cli/doctor.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/owned.h"

enum {
    PATIENCE_MS = 3000,
    HEADER_BYTES = 12,
    FLAG_RESPONSE = 0x80, /* of the third byte */
    FLAG_VALIDATED = 0x20 /* of the fourth */
};

/* The SOA of the root, which is signed: id, RD and AD, one question. */
static const uint8_t question[] = {0x50, 0x52, 0x01, 0x20, 0, 1, 0, 0, 0,
                                   0,    0,    0,    0,    0, 6, 0, 1};

/* The first nameserver of /etc/resolv.conf. */
static char *
first_of_the_system(void)
{
    g_autoptr(GError) none = NULL; /* then there is nobody to ask */
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents("/etc/resolv.conf", &text, NULL, &none))
        return NULL;
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, "nameserver "))
            return g_strdup(g_strstrip(*line + strlen("nameserver ")));
    return NULL;
}

static int
connect_to(const char *server)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_DGRAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    const char *at = strrchr(server, '@');
    g_autofree char *host =
        at ? g_strndup(server, (gsize)(at - server)) : g_strdup(server);
    struct addrinfo *found = NULL;
    g_auto(OwnedFd) fd = -1;
    bool is_connected;

    if (getaddrinfo(host, at ? at + 1 : "53", &wanted, &found) != 0)
        return -1;
    fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    is_connected = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    if (!is_connected)
        return -1;
    return owned_fd_steal(&fd);
}

/* False: no answer, which another finding tells. */
static bool
ask(const char *server, bool *validates)
{
    uint8_t answer[512]; /* RFC 1035 section 4.2.1 */
    g_auto(OwnedFd) fd = connect_to(server);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    ssize_t size;

    if (fd < 0 || send(fd, question, sizeof question, 0) != sizeof question ||
        poll(&waiting, 1, PATIENCE_MS) != 1)
        return false;
    size = recv(fd, answer, sizeof answer, 0);
    if (size < HEADER_BYTES || memcmp(answer, question, 2) != 0 ||
        !(answer[2] & FLAG_RESPONSE))
        return false;
    *validates = answer[3] & FLAG_VALIDATED;
    return true;
}

void
doctor_dnssec(Findings *findings, const Resolver *resolver,
              const ResolverSettings *settings)
{
    const char *server = settings->server;
    g_autofree char *name = server ? g_strdup(server) : first_of_the_system();
    bool validates = false;

    if (resolver_validates(resolver)) {
        findings_tell(findings, &(Finding){"resolver", "DNSSEC", FINDING_GOOD,
                                           "answers are validated here", NULL});
        return;
    }
    if (!name || !ask(name, &validates))
        return;
    if (validates)
        findings_tell(findings,
                      &(Finding){"resolver", "DNSSEC", FINDING_GOOD,
                                 "the server validates; here nothing is checked again",
                                 NULL});
    else
        findings_tell(findings,
                      &(Finding){"resolver", "DNSSEC", FINDING_WARNING,
                                 "nobody validates signed answers",
                                 "A forged answer would be believed: install "
                                 "dns-root-data, and name a resolver that passes "
                                 "signatures on (unbound, on this machine): "
                                 "`resolver: 127.0.0.1@53`."});
}
