#include "desk/desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <microhttpd.h>

#include "base/fault.h"

struct Desk {
    struct MHD_Daemon *daemon;
    DeskQuestions questions;
};

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned int status, const char *type,
       char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result queued;

    g_free(text);
    g_assert(response);
    (void)MHD_add_response_header(response, "Content-Type", type);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) /* RFC 9110 section 15.5.6 */
        (void)MHD_add_response_header(response, "Allow", "GET, HEAD");
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result
answer_ready(const Desk *desk, struct MHD_Connection *connection)
{
    g_autofree char *because = NULL;

    if (desk->questions.ready(desk->questions.self, &because))
        return answer(connection, MHD_HTTP_OK, "text/plain", g_strdup("ready\n"));
    return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain",
                  g_strconcat("not ready: ", because, "\n", NULL));
}

static enum MHD_Result
serve(void *self, struct MHD_Connection *connection, const char *path,
      const char *method, const char *version, const char *upload, size_t *upload_bytes,
      void **state)
{
    const Desk *desk = self;

    (void)version, (void)upload, (void)upload_bytes, (void)state;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
                      g_strdup("GET and HEAD only\n"));
    if (strcmp(path, "/livez") == 0)
        return answer(connection, MHD_HTTP_OK, "text/plain", g_strdup("alive\n"));
    if (strcmp(path, "/readyz") == 0)
        return answer_ready(desk, connection);
    if (strcmp(path, "/metrics") == 0)
        return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4",
                      desk->questions.metrics(desk->questions.self));
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain",
                  g_strdup("there are /livez, /readyz and /metrics\n"));
}

/* "127.0.0.1:8025" or "[::1]:8025" */
static bool
read_listen(const char *listen, struct sockaddr_storage *out)
{
    g_autofree char *host = g_strdup(listen);
    char *colon = strrchr(host, ':');
    guint64 port;
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};

    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return false;
    *colon = '\0';
    if (*host == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        six.sin6_port = htons((uint16_t)port);
        memcpy(out, &six, sizeof six);
        if (inet_pton(AF_INET6, host + 1, &six.sin6_addr) != 1)
            return false;
        memcpy(out, &six, sizeof six);
        return true;
    }
    four.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &four.sin_addr) != 1)
        return false;
    memcpy(out, &four, sizeof four);
    return true;
}

Desk *
desk_open(const char *listen, const DeskQuestions *questions, GError **error)
{
    struct sockaddr_storage address = {0};
    Desk *desk;
    unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;

    if (!read_listen(listen, &address)) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "http.listen '%s': expected ADDRESS:PORT", listen);
        return NULL;
    }
    if (address.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    desk = g_new0(Desk, 1);
    desk->questions = *questions;
    desk->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, serve, desk, MHD_OPTION_SOCK_ADDR,
                         &address, MHD_OPTION_CONNECTION_LIMIT, 64U,
                         MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_END);
    if (!desk->daemon) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "http.listen '%s': cannot listen there: is the port taken?",
                    listen);
        g_free(desk);
        return NULL;
    }
    return desk;
}

void
desk_close(Desk *desk)
{
    if (!desk)
        return;
    MHD_stop_daemon(desk->daemon);
    g_free(desk);
}
