/* What an operator's probes and Prometheus get over HTTP. */
#include "desk/desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"

typedef struct House {
    const char *trouble; /* NULL: ready */
} House;

static bool
ready(void *self, char **because)
{
    const House *house = self;

    if (!house->trouble)
        return true;
    *because = g_strdup(house->trouble);
    return false;
}

static char *
metrics(void *self)
{
    (void)self;
    return g_strdup("# HELP postroom_wal_bytes size of the write-ahead log\n"
                    "# TYPE postroom_wal_bytes gauge\n"
                    "postroom_wal_bytes 4096\n");
}

/* A port that was free a moment ago. */
static int
free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(probe, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(probe, (struct sockaddr *)&address, &size), ==, 0);
    close(probe);
    return ntohs(address.sin_port);
}

/* The whole answer to `request`, which ends its connection. */
static char *
ask(int port, const char *request)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    g_autoptr(GString) answer = g_string_new(NULL);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char bytes[1024];
    ssize_t got;

    g_assert_cmpint(connect(connection, (struct sockaddr *)&address, sizeof address),
                    ==, 0);
    g_assert_cmpint(send(connection, request, strlen(request), MSG_NOSIGNAL), ==,
                    strlen(request));
    while ((got = read(connection, bytes, sizeof bytes)) > 0)
        g_string_append_len(answer, bytes, got);
    close(connection);
    return g_string_free(g_steal_pointer(&answer), FALSE);
}

typedef struct Counter {
    House house;
    Desk *desk;
    int port;
} Counter;

static void
counter_open(Counter *counter)
{
    DeskQuestions questions = {
        .ready = ready, .metrics = metrics, .self = &counter->house};
    g_autoptr(GError) error = NULL;
    g_autofree char *listen = NULL;

    counter->house = (House){NULL};
    counter->port = free_port();
    listen = g_strdup_printf("127.0.0.1:%d", counter->port);
    counter->desk = desk_open(listen, &questions, &error);
    g_assert_no_error(error);
}

static void
expect(const Counter *counter, const char *method, const char *path, int status,
       const char *body)
{
    g_autofree char *request =
        g_strdup_printf("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Content-Length: 0\r\n\r\n",
                        method, path);
    g_autofree char *answer = ask(counter->port, request);
    g_autofree char *first = g_strdup_printf("HTTP/1.1 %d ", status);
    const char *end = strstr(answer, "\r\n\r\n");

    g_assert_true(g_str_has_prefix(answer, first));
    g_assert_nonnull(end);
    if (body)
        g_assert_cmpstr(end + 4, ==, body);
}

static void
life_and_readiness(void)
{
    Counter counter;

    counter_open(&counter);
    expect(&counter, "GET", "/livez", 200, "alive\n");
    expect(&counter, "GET", "/readyz", 200, "ready\n");
    counter.house.trouble = "the disk is full";
    expect(&counter, "GET", "/readyz", 503, "not ready: the disk is full\n");
    expect(&counter, "GET", "/livez", 200, "alive\n");
    expect(&counter, "HEAD", "/livez", 200, "");
    desk_close(counter.desk);
}

static void
metrics_are_prometheus_text(void)
{
    Counter counter;
    g_autofree char *answer = NULL;
    g_autofree char *expected = metrics(NULL);

    counter_open(&counter);
    expect(&counter, "GET", "/metrics", 200, expected);
    answer = ask(counter.port, "GET /metrics HTTP/1.0\r\n\r\n");
    g_assert_nonnull(strstr(answer, "Content-Type: text/plain; version=0.0.4"));
    desk_close(counter.desk);
}

static void
an_unknown_path_is_404(void)
{
    static const char *const paths[] = {
        "/", "/metricsx", "/livez/", "//livez", "/../etc/passwd", "/%2e%2e/", "/LIVEZ"};
    Counter counter;

    counter_open(&counter);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
        expect(&counter, "GET", paths[i], 404,
               "there are /livez, /readyz and /metrics\n");
    desk_close(counter.desk);
}

static void
a_wrong_method_is_405_and_told_which(void)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "OPTIONS", "BREW"};
    Counter counter;
    g_autofree char *answer = NULL;

    counter_open(&counter);
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        expect(&counter, methods[i], "/livez", 405, NULL);
    answer = ask(counter.port, "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close"
                               "\r\nContent-Length: 5\r\n\r\nhello");
    g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 405 "));
    g_assert_nonnull(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
    desk_close(counter.desk);
}

static void
a_query_does_not_matter(void)
{
    Counter counter;

    counter_open(&counter);
    expect(&counter, "GET", "/livez?probe=1", 200, "alive\n");
    desk_close(counter.desk);
}

static void
nonsense_ends_the_connection_and_nothing_else(void)
{
    static const char *const nonsense[] = {
        "\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n",
        "GET /livez HTTP/1.1\r\nContent-Length: -5\r\n\r\n"};
    Counter counter;

    counter_open(&counter);
    for (size_t i = 0; i < G_N_ELEMENTS(nonsense); i++) {
        g_autofree char *answer = ask(counter.port, nonsense[i]);

        g_assert_null(strstr(answer, " 200 "));
    }
    expect(&counter, "GET", "/livez", 200, "alive\n");
    desk_close(counter.desk);
}

static void
a_place_that_is_none_is_a_fault_of_the_configuration(void)
{
    static const char *const wrong[] = {"",
                                        ":",
                                        "8025",
                                        "127.0.0.1",
                                        "127.0.0.1:x",
                                        "127.0.0.1:65536",
                                        "127.0.0.1:-1",
                                        "localhost:8025",
                                        "[::1",
                                        "[:1",
                                        "[::1]",
                                        "::1:80]:1"};
    DeskQuestions questions = {.ready = ready, .metrics = metrics};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(desk_open(wrong[i], &questions, &error));
        g_assert_error(error, FAULT, FAULT_CONFIG);
        g_assert_nonnull(strstr(error->message, "http.listen"));
    }
}

static void
a_taken_port_is_said_so(void)
{
    DeskQuestions questions = {.ready = ready, .metrics = metrics};
    g_autofree char *listen = NULL;
    g_autoptr(GError) error = NULL;
    Counter counter;

    counter_open(&counter);
    listen = g_strdup_printf("127.0.0.1:%d", counter.port);
    g_assert_null(desk_open(listen, &questions, &error));
    g_assert_error(error, FAULT, FAULT_CONFIG);
    g_assert_nonnull(strstr(error->message, listen));
    desk_close(counter.desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/life_and_readiness", life_and_readiness);
    g_test_add_func("/metrics_are_prometheus_text", metrics_are_prometheus_text);
    g_test_add_func("/an_unknown_path_is_404", an_unknown_path_is_404);
    g_test_add_func("/a_wrong_method_is_405_and_told_which",
                    a_wrong_method_is_405_and_told_which);
    g_test_add_func("/a_query_does_not_matter", a_query_does_not_matter);
    g_test_add_func("/nonsense_ends_the_connection_and_nothing_else",
                    nonsense_ends_the_connection_and_nothing_else);
    g_test_add_func("/a_place_that_is_none_is_a_fault_of_the_configuration",
                    a_place_that_is_none_is_a_fault_of_the_configuration);
    g_test_add_func("/a_taken_port_is_said_so", a_taken_port_is_said_so);
    return g_test_run();
}
