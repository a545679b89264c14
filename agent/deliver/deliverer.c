/* Many attempts at a time on one libcurl multi handle. */
#include "deliver/deliver.h"

#include <string.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/digest.h"
#include "deliver/attempt.h"
#include "deliver/network.h"

enum {
    MOST_RESPONSE_BYTES = 20000,
    LONGEST_RETRY_AFTER_S = 86400,
    MOST_CONNECTIONS = 256, /* kept open; libcurl's own bound sinks with the load */
};

void
deliver_init(void)
{
    CURLcode failed = curl_global_init(CURL_GLOBAL_DEFAULT);

    g_assert(failed == CURLE_OK);
}

static void
attempt_free(Attempt *attempt)
{
    curl_easy_cleanup(attempt->handle);
    curl_slist_free_all(attempt->headers);
    g_clear_pointer(&attempt->mail, g_byte_array_unref);
    g_byte_array_unref(attempt->response);
    g_free(attempt->body);
    g_free(attempt);
}

static void
free_list(void *attempts)
{
    g_ptr_array_unref(attempts);
}

Deliverer *
deliverer_new(void)
{
    Deliverer *deliverer = g_new0(Deliverer, 1);
    CURLMcode failed;

    deliverer->multi = curl_multi_init();
    g_assert(deliverer->multi);
    failed = curl_multi_setopt(deliverer->multi, CURLMOPT_MAXCONNECTS,
                               (long)MOST_CONNECTIONS);
    g_assert(failed == CURLM_OK);
    deliverer->rested = g_hash_table_new_full(NULL, NULL, NULL, free_list);
    deliverer->relays = g_hash_table_new(NULL, NULL);
    deliverer->attempts =
        g_hash_table_new_full(NULL, NULL, (GDestroyNotify)attempt_free, NULL);
    return deliverer;
}

void
deliverer_free(Deliverer *deliverer)
{
    GHashTableIter iter;
    gpointer attempt;

    if (!deliverer)
        return;
    g_hash_table_iter_init(&iter, deliverer->attempts);
    while (g_hash_table_iter_next(&iter, &attempt, NULL))
        (void)curl_multi_remove_handle(deliverer->multi, ((Attempt *)attempt)->handle);
    g_hash_table_destroy(deliverer->attempts);
    g_hash_table_destroy(deliverer->rested);
    mail_hang_up(deliverer);
    (void)curl_multi_cleanup(deliverer->multi);
    g_hash_table_destroy(deliverer->relays);
    g_free(deliverer);
}

void
deliver_outcome_free(DeliverOutcome *outcome)
{
    if (!outcome)
        return;
    g_free(outcome->because);
    g_free(outcome->response);
    g_free(outcome);
}

/* A body without end is cut, and that ends the transfer: the status is known. */
static size_t
keep_response(char *bytes, size_t size, size_t count, void *self)
{
    Attempt *attempt = self;
    size_t room = MOST_RESPONSE_BYTES - attempt->response->len;
    size_t got = size * count;

    g_byte_array_append(attempt->response, (const guint8 *)bytes,
                        (guint)MIN(got, room));
    return got <= room ? got : 0;
}

/* The address really connected to is checked here, after all name resolution, so a
 * name that changes its mind between two look-ups gains nothing. */
static curl_socket_t
open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address)
{
    Attempt *attempt = self;

    (void)purpose;
    if (!network_allows(&address->addr, attempt->endpoint->allow_networks)) {
        attempt->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A connection that another endpoint opened is as good as a new one, but what that one
 * may reach, this one need not. */
static int
check_peer(void *self, char *peer, char *own, int peer_port, int own_port)
{
    Attempt *attempt = self;

    (void)own, (void)peer_port, (void)own_port;
    if (deliver_may_reach(peer, attempt->endpoint->allow_networks))
        return CURL_PREREQFUNC_OK;
    attempt->is_refused = true;
    return CURL_PREREQFUNC_ABORT;
}

static void
add_header(Attempt *attempt, const char *name, const char *value)
{
    g_autofree char *line = g_strconcat(name, ": ", value, NULL);

    attempt->headers = curl_slist_append(attempt->headers, line);
    g_assert(attempt->headers);
}

/* The event's id is the trace, each attempt a span of its own. */
static void
add_trace(Attempt *attempt, const char *event_id)
{
    g_autofree char *trace = digest_sha256_hex(event_id, strlen(event_id));
    g_autofree char *value = g_strdup_printf("00-%.32s-%08x%08x-01", trace,
                                             g_random_int() | 1, g_random_int());

    add_header(attempt, "traceparent", value);
}

/* What all attempts of an endpoint have in common. */
static void
set_up(Attempt *attempt)
{
    CURL *handle = attempt->handle;
    const DeliverEndpoint *endpoint = attempt->endpoint;
    /* Options of these types fail only on memory, which aborts elsewhere too. */
    CURLcode failed =
        curl_easy_setopt(handle, CURLOPT_URL, endpoint->url) |
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") |
        curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) |
        curl_easy_setopt(handle, CURLOPT_PROXY, "") |
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) |
        curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) | /* waits for no dead DNS */
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) |
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)TOTAL_TIMEOUT_MS) |
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "Postroom/" POSTROOM_VERSION) |
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep_response) |
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, attempt) |
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket) |
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, attempt) |
        curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, check_peer) |
        curl_easy_setopt(handle, CURLOPT_PREREQDATA, attempt) |
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, attempt->fault) |
        curl_easy_setopt(handle, CURLOPT_PRIVATE, attempt);

    if (endpoint->ca_file)
        failed |= curl_easy_setopt(handle, CURLOPT_CAINFO, endpoint->ca_file);
    g_assert(failed == CURLE_OK);
}

static void
set_body(Attempt *attempt, const char *body)
{
    CURLcode failed;

    attempt->body = g_strdup(body);
    failed = curl_easy_setopt(attempt->handle, CURLOPT_POSTFIELDSIZE_LARGE,
                              (curl_off_t)strlen(body)) |
             curl_easy_setopt(attempt->handle, CURLOPT_POSTFIELDS, attempt->body) |
             curl_easy_setopt(attempt->handle, CURLOPT_HTTPHEADER, attempt->headers);
    g_assert(failed == CURLE_OK);
}

static GPtrArray *
rested_of(Deliverer *deliverer, const DeliverEndpoint *endpoint)
{
    GPtrArray *rested = g_hash_table_lookup(deliverer->rested, endpoint);

    if (!rested) {
        rested = g_ptr_array_new_with_free_func((GDestroyNotify)attempt_free);
        (void)g_hash_table_insert(deliverer->rested, (gpointer)(guintptr)endpoint,
                                  rested);
    }
    return rested;
}

/* One that went well before, or a new one: a handle of libcurl costs as much as a post.
 */
static Attempt *
take_attempt(Deliverer *deliverer, const DeliverEndpoint *endpoint)
{
    GPtrArray *rested = rested_of(deliverer, endpoint);
    Attempt *attempt;

    if (rested->len)
        return g_ptr_array_steal_index_fast(rested, rested->len - 1);
    attempt = g_new0(Attempt, 1);
    attempt->endpoint = endpoint;
    attempt->handle = curl_easy_init();
    attempt->response = g_byte_array_new();
    g_assert(attempt->handle);
    set_up(attempt);
    return attempt;
}

/* Takes `attempt`, which is over. What failed is not used again. */
static void
let_rest(Deliverer *deliverer, Attempt *attempt, CURLcode failed)
{
    if (attempt->mail || failed != CURLE_OK) {
        attempt_free(attempt);
        return;
    }
    g_clear_pointer(&attempt->headers, curl_slist_free_all);
    g_clear_pointer(&attempt->body, g_free);
    g_byte_array_set_size(attempt->response, 0);
    *attempt->fault = '\0';
    g_ptr_array_add(rested_of(deliverer, attempt->endpoint), attempt);
}

void
attempt_start(Deliverer *deliverer, Attempt *attempt)
{
    CURLMcode failed;

    (void)g_hash_table_add(deliverer->attempts, attempt);
    failed = curl_multi_add_handle(deliverer->multi, attempt->handle);
    g_assert(failed == CURLM_OK);
}

void
deliver_begin(Deliverer *deliverer, const DeliverEndpoint *endpoint, int64_t tag,
              const char *event_id, const char *body, int64_t now_s)
{
    Attempt *attempt = take_attempt(deliverer, endpoint);
    g_autofree char *when = g_strdup_printf("%" G_GINT64_FORMAT, now_s);
    g_autofree char *signature =
        deliver_sign(endpoint, event_id, now_s, body, strlen(body));

    g_assert(signature); /* deliver_check_endpoint has seen the secret */
    attempt->tag = tag;
    attempt->started_us = clock_monotonic_us();
    add_header(attempt, "Content-Type",
               endpoint->content_type ? endpoint->content_type : "application/json");
    add_header(attempt, "webhook-id", event_id);
    add_header(attempt, "webhook-timestamp", when);
    add_header(attempt, "webhook-signature", signature);
    add_trace(attempt, event_id);
    add_header(attempt, "Expect", "");
    set_body(attempt, body);
    attempt_start(deliverer, attempt);
}

size_t
deliver_under_way(const Deliverer *deliverer)
{
    return g_hash_table_size(deliverer->attempts);
}

static char *
explain(const Attempt *attempt, CURLcode failed, long status)
{
    if (attempt->mail)
        return mail_explain(attempt, failed, status);
    if (attempt->is_refused)
        return g_strdup("the address is private or reserved: list its network in "
                        "allow_networks if that is meant");
    if (status == 0)
        return g_strdup(*attempt->fault ? attempt->fault : curl_easy_strerror(failed));
    if (status / 100 == 3)
        return g_strdup_printf("answered %ld: redirects are not followed", status);
    return g_strdup_printf("answered %ld", status);
}

static DeliverVerdict
verdict_of(long status)
{
    if (status / 100 == 2)
        return OUTCOME_DELIVERED;
    return status == 410 ? OUTCOME_GONE : OUTCOME_FAILED;
}

/* libcurl reads both forms of Retry-After (RFC 9110 section 10.2.3). */
static int64_t
retry_after(CURL *handle, long status)
{
    curl_off_t seconds = 0;

    if ((status != 429 && status != 503) ||
        curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK ||
        seconds <= 0)
        return -1;
    return MIN(seconds, LONGEST_RETRY_AFTER_S);
}

/* What was no UTF-8 takes three bytes in place of one, so it is cut afterwards. Some
 * programs answer with all they know, their secrets too. */
static char *
readable(const DeliverEndpoint *endpoint, const GByteArray *response)
{
    g_autofree char *valid = NULL;
    char *text;

    if (!endpoint || response->len == 0) /* of a mail; or it has no bytes to point to */
        return g_strdup("");
    valid = g_utf8_make_valid((const char *)response->data, (gssize)response->len);
    text = deliver_redact(endpoint, valid);
    if (strlen(text) > MOST_RESPONSE_BYTES)
        *g_utf8_find_prev_char(text, text + MOST_RESPONSE_BYTES + 1) = '\0';
    return text;
}

static DeliverOutcome *
outcome_of(const Attempt *attempt, CURLcode failed)
{
    DeliverOutcome *outcome = g_new0(DeliverOutcome, 1);
    long status = 0;

    (void)curl_easy_getinfo(attempt->handle, CURLINFO_RESPONSE_CODE, &status);
    outcome->tag = attempt->tag;
    outcome->verdict =
        attempt->mail ? mail_verdict(failed, status) : verdict_of(status);
    outcome->http_status = status;
    outcome->retry_after_s = attempt->mail ? -1 : retry_after(attempt->handle, status);
    outcome->because = explain(attempt, failed, status);
    outcome->response = readable(attempt->endpoint, attempt->response);
    outcome->duration_ms = (clock_monotonic_us() - attempt->started_us) / 1000;
    return outcome;
}

static void
take_finished(Deliverer *deliverer, GPtrArray *outcomes)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(deliverer->multi, &left)) != NULL) {
        char *private = NULL;
        Attempt *attempt;
        CURLcode failed;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        attempt = (void *)private;
        failed = message->data.result; /* the message goes with its handle */
        g_ptr_array_add(outcomes, outcome_of(attempt, failed));
        (void)curl_multi_remove_handle(deliverer->multi, attempt->handle);
        (void)g_hash_table_steal(deliverer->attempts, attempt);
        let_rest(deliverer, attempt, failed);
    }
}

void
deliver_poll(Deliverer *deliverer, int timeout_ms, GPtrArray *outcomes)
{
    int running = 0;

    /* Both fail on misuse only; a broken transfer is a message of its own. */
    (void)curl_multi_perform(deliverer->multi, &running);
    take_finished(deliverer, outcomes);
    if (outcomes->len)
        return;
    (void)curl_multi_poll(deliverer->multi, NULL, 0, timeout_ms, NULL);
    (void)curl_multi_perform(deliverer->multi, &running);
    take_finished(deliverer, outcomes);
}

void
deliver_wake(Deliverer *deliverer)
{
    (void)curl_multi_wakeup(deliverer->multi);
}
