/* A web server on loopback that keeps what it is told and answers by a script. */
#pragma once

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Receiver {
    int socket;
    int port;
    const char *answer;   /* sent as it stands; ends the connection if it says so */
    GPtrArray *requests;  /* texts: head and body; read them after receiver_stop */
    unsigned connections; /* likewise */
    pthread_t thread;
} Receiver;

/* Head and body by Content-Length; NULL: the connection ended. */
static inline char *
receiver_read(int connection)
{
    g_autoptr(GString) request = g_string_new(NULL);
    size_t wanted = SIZE_MAX;

    while (request->len < wanted) {
        char bytes[4096];
        ssize_t got = read(connection, bytes, sizeof bytes);
        const char *end, *length;

        if (got <= 0)
            return NULL;
        g_string_append_len(request, bytes, got);
        end = strstr(request->str, "\r\n\r\n");
        length = strstr(request->str, "Content-Length: ");
        if (end && length)
            wanted = (size_t)(end - request->str) + 4 + strtoul(length + 16, NULL, 10);
    }
    return g_string_free(g_steal_pointer(&request), FALSE);
}

static inline bool
receiver_answer(int connection, const char *answer)
{
    size_t size = strlen(answer);

    for (size_t done = 0; done < size;) {
        ssize_t sent = send(connection, answer + done, size - done, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return !strstr(answer, "Connection: close");
}

static const char receiver_bye[] = "BYE / HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

/* Serves one connection; false: it was receiver_stop's. */
static inline bool
receiver_serve(Receiver *receiver, int connection)
{
    char *request;

    while ((request = receiver_read(connection)) != NULL) {
        if (g_str_equal(request, receiver_bye)) {
            g_free(request);
            return false;
        }
        g_ptr_array_add(receiver->requests, request);
        if (!receiver_answer(connection, receiver->answer))
            break;
    }
    return true;
}

static inline void *
receiver_run(void *self)
{
    Receiver *receiver = self;
    bool is_open = true;

    while (is_open) {
        int connection = accept(receiver->socket, NULL, NULL);

        g_assert_cmpint(connection, >=, 0);
        is_open = receiver_serve(receiver, connection);
        receiver->connections += is_open;
        close(connection);
    }
    return NULL;
}

static inline Receiver *
receiver_start(const char *answer)
{
    Receiver *receiver = g_new0(Receiver, 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    receiver->answer = answer;
    receiver->requests = g_ptr_array_new_with_free_func(g_free);
    receiver->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(receiver->socket, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(receiver->socket, 8), ==, 0);
    g_assert_cmpint(getsockname(receiver->socket, (struct sockaddr *)&address, &size),
                    ==, 0);
    receiver->port = ntohs(address.sin_port);
    g_assert_cmpint(pthread_create(&receiver->thread, NULL, receiver_run, receiver), ==,
                    0);
    return receiver;
}

/* After the deliverer is gone: an open connection would keep the thread. Takes its turn
 * behind all that connected before, so that each of them is counted. */
static inline void
receiver_stop(Receiver *receiver)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)receiver->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int last = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(connect(last, (struct sockaddr *)&address, sizeof address), ==, 0);
    (void)receiver_answer(last, receiver_bye);
    g_assert_cmpint(pthread_join(receiver->thread, NULL), ==, 0);
    close(last);
    close(receiver->socket);
}

static inline void
receiver_free(Receiver *receiver)
{
    g_ptr_array_unref(receiver->requests);
    g_free(receiver);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Receiver, receiver_free)
