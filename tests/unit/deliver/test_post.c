/* One attempt at a time: what the other side gets, and what its answer means. */
#include "receiver.h"

#include <time.h>

#include "deliver/deliver.h"

#define CLOSE "Connection: close\r\nContent-Length: 0\r\n\r\n"

static const char secret_words[] = "whsec_cmlnIHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM=";
static const char body[] = "{\"type\":\"ticket.created\"}";

typedef struct Post {
    Secret *secret;
    char *url;
    GPtrArray *allowed;
    DeliverEndpoint endpoint;
} Post;

static void
post_init(Post *post, int port)
{
    post->secret = secret_new(secret_words, strlen(secret_words));
    post->url = g_strdup_printf("http://127.0.0.1:%d/hooks", port);
    post->allowed = g_ptr_array_new();
    g_ptr_array_add(post->allowed, (char *)"127.0.0.0/8");
    post->endpoint = (DeliverEndpoint){.name = "crm",
                                       .url = post->url,
                                       .secrets = (const Secret *const *)&post->secret,
                                       .n_secrets = 1,
                                       .allow_networks = post->allowed};
}

static void
post_clear(Post *post)
{
    secret_free(post->secret);
    g_free(post->url);
    g_ptr_array_unref(post->allowed);
}

/* Waits for the one attempt under way. */
static DeliverOutcome *
outcome_of(Deliverer *deliverer)
{
    g_autoptr(GPtrArray) outcomes = g_ptr_array_new();

    while (outcomes->len == 0)
        deliver_poll(deliverer, 100, outcomes);
    g_assert_cmpuint(outcomes->len, ==, 1);
    g_assert_cmpuint(deliver_under_way(deliverer), ==, 0);
    return outcomes->pdata[0];
}

/* What becomes of a post that is answered with `answer`. Its request in `*request`. */
static DeliverOutcome *
post_once(const char *answer, char **request)
{
    g_autoptr(Receiver) receiver = receiver_start(answer);
    Deliverer *deliverer = deliverer_new();
    DeliverOutcome *outcome;
    Post post;

    post_init(&post, receiver->port);
    deliver_begin(deliverer, &post.endpoint, 99, "evt-1", body, 1795430400);
    outcome = outcome_of(deliverer);
    deliverer_free(deliverer);
    receiver_stop(receiver);
    g_assert_cmpuint(receiver->requests->len, ==, 1);
    if (request)
        *request = g_strdup(receiver->requests->pdata[0]);
    post_clear(&post);
    return outcome;
}

static void
the_post_is_signed_json(void)
{
    g_autofree char *request = NULL;
    DeliverOutcome *outcome = post_once("HTTP/1.1 204 No Content\r\n" CLOSE, &request);
    g_autofree char *wanted = NULL;
    g_autofree char *line = NULL;
    Post post;

    post_init(&post, 1);
    wanted = deliver_sign(&post.endpoint, "evt-1", 1795430400, body, strlen(body));
    line = g_strdup_printf("webhook-signature: %s\r\n", wanted);
    g_assert_true(g_str_has_prefix(request, "POST /hooks HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "Content-Type: application/json\r\n"));
    g_assert_nonnull(strstr(request, "webhook-id: evt-1\r\n"));
    g_assert_nonnull(strstr(request, "webhook-timestamp: 1795430400\r\n"));
    g_assert_nonnull(strstr(request, line));
    g_assert_nonnull(strstr(request, "User-Agent: Postroom/"));
    g_assert_null(strstr(request, "Expect:"));
    g_assert_true(g_str_has_suffix(request, body));
    g_assert_cmpint(outcome->verdict, ==, OUTCOME_DELIVERED);
    g_assert_cmpint(outcome->tag, ==, 99);
    deliver_outcome_free(outcome);
    post_clear(&post);
}

/* "00-TRACE-SPAN-01" of the header; owned. */
static char **
trace_of(const char *request)
{
    const char *line = strstr(request, "traceparent: ");
    g_autofree char *value = NULL;

    g_assert_nonnull(line);
    value = g_strndup(line + 13, 55);
    g_assert_true(g_str_has_prefix(line + 13 + 55, "\r\n"));
    return g_strsplit(value, "-", -1);
}

static void
attempts_of_one_event_are_one_trace(void)
{
    g_autofree char *first = NULL, *second = NULL;
    g_auto(GStrv) one = NULL, other = NULL;

    deliver_outcome_free(post_once("HTTP/1.1 500 Oh\r\n" CLOSE, &first));
    deliver_outcome_free(post_once("HTTP/1.1 204 No Content\r\n" CLOSE, &second));
    one = trace_of(first);
    other = trace_of(second);
    g_assert_cmpuint(g_strv_length(one), ==, 4);
    g_assert_cmpstr(one[0], ==, "00");
    g_assert_cmpuint(strlen(one[1]), ==, 32);
    g_assert_cmpuint(strlen(one[2]), ==, 16);
    g_assert_cmpstr(one[1], ==, other[1]);
    g_assert_cmpstr(one[2], !=, other[2]);
}

static void
an_answer_that_tells_the_secret_is_kept_without_it(void)
{
    const char *base64 = strchr(secret_words, '_') + 1;
    g_autofree char *text =
        g_strdup_printf("secret=%s key=%s end", secret_words, base64);
    g_autofree char *answer = g_strdup_printf("HTTP/1.1 500 Oh\r\nConnection: close\r\n"
                                              "Content-Length: %zu\r\n\r\n%s",
                                              strlen(text), text);
    DeliverOutcome *outcome = post_once(answer, NULL);

    g_assert_cmpstr(outcome->response, ==, "secret=[secret] key=[secret] end");
    deliver_outcome_free(outcome);
}

static void
each_answer_has_its_meaning(void)
{
    static const struct {
        const char *answer;
        int64_t status;
        DeliverVerdict verdict;
        int64_t retry_after_s;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\n", 200, OUTCOME_DELIVERED, -1},
        {"HTTP/1.1 202 Accepted\r\n", 202, OUTCOME_DELIVERED, -1},
        {"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\n", 301, OUTCOME_FAILED, -1},
        {"HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\n", 307, OUTCOME_FAILED, -1},
        {"HTTP/1.1 400 Bad\r\n", 400, OUTCOME_FAILED, -1},
        {"HTTP/1.1 410 Gone\r\n", 410, OUTCOME_GONE, -1},
        {"HTTP/1.1 500 Oh\r\n", 500, OUTCOME_FAILED, -1},
        {"HTTP/1.1 500 Oh\r\nRetry-After: 7\r\n", 500, OUTCOME_FAILED, -1},
        {"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n", 429, OUTCOME_FAILED, 7},
        {"HTTP/1.1 503 Later\r\nRetry-After: 120\r\n", 503, OUTCOME_FAILED, 120},
        {"HTTP/1.1 503 Later\r\nRetry-After: 99999999\r\n", 503, OUTCOME_FAILED, 86400},
        {"HTTP/1.1 503 Later\r\nRetry-After: -7\r\n", 503, OUTCOME_FAILED, -1},
        {"HTTP/1.1 503 Later\r\nRetry-After: soon\r\n", 503, OUTCOME_FAILED, -1},
        {"HTTP/1.1 503 Later\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 503,
         OUTCOME_FAILED, -1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = g_strconcat(rows[i].answer, CLOSE, NULL);
        DeliverOutcome *outcome = post_once(answer, NULL);

        g_assert_cmpint(outcome->http_status, ==, rows[i].status);
        g_assert_cmpint(outcome->verdict, ==, rows[i].verdict);
        g_assert_cmpint(outcome->retry_after_s, ==, rows[i].retry_after_s);
        if (rows[i].status / 100 == 3)
            g_assert_nonnull(strstr(outcome->because, "redirect"));
        deliver_outcome_free(outcome);
    }
}

static void
a_date_may_say_when_to_come_again(void)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_utc(time(NULL) + 3600);
    g_autofree char *date = g_date_time_format(then, "%a, %d %b %Y %H:%M:%S GMT");
    g_autofree char *answer =
        g_strdup_printf("HTTP/1.1 429 Slow\r\nRetry-After: %s\r\n" CLOSE, date);
    DeliverOutcome *outcome = post_once(answer, NULL);

    g_assert_cmpint(outcome->retry_after_s, >, 3000);
    g_assert_cmpint(outcome->retry_after_s, <=, 3600);
    deliver_outcome_free(outcome);
}

static void
a_huge_answer_is_cut(void)
{
    g_autofree char *flood = g_strnfill(1 << 20, '\xff');
    g_autofree char *answer = g_strconcat(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n",
        flood, NULL);
    DeliverOutcome *outcome = post_once(answer, NULL);

    g_assert_cmpint(outcome->verdict, ==, OUTCOME_DELIVERED);
    g_assert_true(g_utf8_validate(outcome->response, -1, NULL));
    g_assert_cmpuint(strlen(outcome->response), >, 0);
    g_assert_cmpuint(strlen(outcome->response), <=, 20000);
    deliver_outcome_free(outcome);
}

static void
no_answer_is_a_failure_with_a_reason(void)
{
    static const char *const broken[] = {"Connection: close",
                                         "HTTP/1.1 Connection: close",
                                         "220 smtp.example\r\nConnection: close\r\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        DeliverOutcome *outcome = post_once(broken[i], NULL);

        g_assert_cmpint(outcome->verdict, ==, OUTCOME_FAILED);
        g_assert_cmpint(outcome->http_status, ==, 0);
        g_assert_cmpstr(outcome->because, !=, "");
        deliver_outcome_free(outcome);
    }
}

static void
nobody_there_is_a_failure_too(void)
{
    g_autoptr(Receiver) receiver = receiver_start("");
    g_autoptr(Deliverer) deliverer = deliverer_new();
    DeliverOutcome *outcome;
    Post post;

    receiver_stop(receiver);
    post_init(&post, receiver->port);
    deliver_begin(deliverer, &post.endpoint, 1, "evt-1", body, 1795430400);
    outcome = outcome_of(deliverer);
    g_assert_cmpint(outcome->verdict, ==, OUTCOME_FAILED);
    g_assert_cmpint(outcome->http_status, ==, 0);
    deliver_outcome_free(outcome);
    post_clear(&post);
}

static void
a_private_address_hears_nothing(void)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "2130706433",
                                        "0x7f.1",    "0.0.0.0",   "[::ffff:127.0.0.1]"};
    g_autoptr(Receiver) receiver = receiver_start("HTTP/1.1 200 OK\r\n" CLOSE);

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autoptr(Deliverer) deliverer = deliverer_new();
        DeliverOutcome *outcome;
        Post post;

        post_init(&post, 1);
        g_free(post.url);
        post.url = g_strdup_printf("http://%s:%d/", hosts[i], receiver->port);
        post.endpoint.url = post.url;
        post.endpoint.allow_networks = NULL;
        deliver_begin(deliverer, &post.endpoint, 1, "evt-1", body, 1795430400);
        outcome = outcome_of(deliverer);
        g_assert_cmpint(outcome->verdict, ==, OUTCOME_FAILED);
        g_assert_nonnull(strstr(outcome->because, "allow_networks"));
        deliver_outcome_free(outcome);
        post_clear(&post);
    }
    receiver_stop(receiver);
    g_assert_cmpuint(receiver->connections, ==, 0);
}

static void
a_kept_connection_serves_only_who_may_reach_it(void)
{
    g_autoptr(Receiver) receiver =
        receiver_start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    Deliverer *deliverer = deliverer_new();
    DeliverOutcome *first, *second, *third;
    DeliverEndpoint other;
    Post post;

    post_init(&post, receiver->port);
    other = post.endpoint;
    other.allow_networks = NULL;
    deliver_begin(deliverer, &post.endpoint, 1, "evt-1", body, 1795430400);
    first = outcome_of(deliverer);
    deliver_begin(deliverer, &post.endpoint, 2, "evt-2", body, 1795430400);
    second = outcome_of(deliverer);
    deliver_begin(deliverer, &other, 3, "evt-3", body, 1795430400);
    third = outcome_of(deliverer);
    g_assert_cmpint(first->verdict, ==, OUTCOME_DELIVERED);
    g_assert_cmpint(second->verdict, ==, OUTCOME_DELIVERED);
    g_assert_cmpint(third->verdict, ==, OUTCOME_FAILED);
    g_assert_nonnull(strstr(third->because, "allow_networks"));
    deliverer_free(deliverer);
    receiver_stop(receiver);
    g_assert_cmpuint(receiver->requests->len, ==, 2);
    deliver_outcome_free(first);
    deliver_outcome_free(second);
    deliver_outcome_free(third);
    post_clear(&post);
}

static void
an_attempt_under_way_can_be_dropped(void)
{
    g_autoptr(Receiver) receiver = receiver_start("HTTP/1.1 200 OK\r\n" CLOSE);
    Deliverer *deliverer = deliverer_new();
    Post post;

    post_init(&post, receiver->port);
    deliver_begin(deliverer, &post.endpoint, 1, "evt-1", body, 1795430400);
    g_assert_cmpuint(deliver_under_way(deliverer), ==, 1);
    deliverer_free(deliverer);
    receiver_stop(receiver);
    post_clear(&post);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    deliver_init();
    g_test_add_func("/the_post_is_signed_json", the_post_is_signed_json);
    g_test_add_func("/attempts_of_one_event_are_one_trace",
                    attempts_of_one_event_are_one_trace);
    g_test_add_func("/an_answer_that_tells_the_secret_is_kept_without_it",
                    an_answer_that_tells_the_secret_is_kept_without_it);
    g_test_add_func("/each_answer_has_its_meaning", each_answer_has_its_meaning);
    g_test_add_func("/a_date_may_say_when_to_come_again",
                    a_date_may_say_when_to_come_again);
    g_test_add_func("/a_huge_answer_is_cut", a_huge_answer_is_cut);
    g_test_add_func("/no_answer_is_a_failure_with_a_reason",
                    no_answer_is_a_failure_with_a_reason);
    g_test_add_func("/nobody_there_is_a_failure_too", nobody_there_is_a_failure_too);
    g_test_add_func("/a_private_address_hears_nothing",
                    a_private_address_hears_nothing);
    g_test_add_func("/a_kept_connection_serves_only_who_may_reach_it",
                    a_kept_connection_serves_only_who_may_reach_it);
    g_test_add_func("/an_attempt_under_way_can_be_dropped",
                    an_attempt_under_way_can_be_dropped);
    return g_test_run();
}
