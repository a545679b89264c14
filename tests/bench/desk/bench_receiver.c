/* A receiver that is never the slow one: one thread, epoll, HTTP/1.1 with keep-alive.
 *
 *     bench_desk_receiver
 *
 * Prints its port and serves until its standard input ends. Each POST is answered 204;
 * what has a webhook-id is noted with its path and time of arrival (CLOCK_REALTIME).
 * GET /count says how many are noted, GET /arrivals lists them: path, id, microseconds,
 * bytes of the body. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <microhttpd.h>

enum {
    MOST_CONNECTIONS = 1024
};

typedef struct Receiver {
    GString *arrivals; /* of the server's one thread, like the rest */
    guint64 count;
} Receiver;

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned int status, const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(guintptr)text, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result queued;

    g_assert(response);
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static void
note(Receiver *receiver, struct MHD_Connection *connection, const char *path,
     size_t body_bytes)
{
    const char *id =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "webhook-id");

    if (!id)
        return;
    receiver->count++;
    g_string_append_printf(receiver->arrivals, "%s\t%s\t%" G_GINT64_FORMAT "\t%zu\n",
                           path, id, g_get_real_time(), body_bytes);
}

/* libmicrohttpd calls it with the head, with each piece of the body, and at the end. */
static enum MHD_Result
take_post(Receiver *receiver, struct MHD_Connection *connection, const char *path,
          size_t *upload_bytes, void **state)
{
    size_t *body_bytes = *state;

    if (!body_bytes) {
        *state = g_new0(size_t, 1);
        return MHD_YES;
    }
    if (*upload_bytes) {
        *body_bytes += *upload_bytes;
        *upload_bytes = 0;
        return MHD_YES;
    }
    note(receiver, connection, path, *body_bytes);
    return answer(connection, MHD_HTTP_NO_CONTENT, "");
}

static enum MHD_Result
serve(void *self, struct MHD_Connection *connection, const char *path,
      const char *method, const char *version, const char *upload, size_t *upload_bytes,
      void **state)
{
    Receiver *receiver = self;
    g_autofree char *count = NULL;

    (void)version, (void)upload;
    if (strcmp(method, "POST") == 0)
        return take_post(receiver, connection, path, upload_bytes, state);
    if (strcmp(path, "/arrivals") == 0)
        return answer(connection, MHD_HTTP_OK, receiver->arrivals->str);
    count = g_strdup_printf("%" G_GUINT64_FORMAT "\n", receiver->count);
    return answer(connection, MHD_HTTP_OK, count);
}

static void
forget(void *self, struct MHD_Connection *connection, void **state,
       enum MHD_RequestTerminationCode how)
{
    (void)self, (void)connection, (void)how;
    g_free(*state);
    *state = NULL;
}

int
main(void)
{
    Receiver receiver = {.arrivals = g_string_new(NULL)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_TURBO, 0, NULL, NULL,
        serve, &receiver, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)MOST_CONNECTIONS, MHD_OPTION_END);
    char end;

    if (!daemon) {
        fputs("bench_desk_receiver: cannot listen\n", stderr);
        return 1;
    }
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &end, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    (void)g_string_free(receiver.arrivals, TRUE);
    return 0;
}
