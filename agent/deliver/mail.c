/* Mail through a relay, over SMTP. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "deliver/attempt.h"

/* A large mail on a slow line takes minutes; a relay is silent for two at most. */
enum {
    MAIL_TIMEOUT_MS = 3600000,
    SLOWEST_BYTES_PER_S = 1000,
    LONGEST_SLOW_S = 120,
};

static size_t
give_mail(char *bytes, size_t size, size_t count, void *self)
{
    Attempt *attempt = self;
    size_t left = attempt->mail->len - attempt->mail_sent;
    size_t given = MIN(left, size * count);

    if (given)
        memcpy(bytes, attempt->mail->data + attempt->mail_sent, given);
    attempt->mail_sent += given;
    return given;
}

static curl_socket_t
open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address)
{
    Deliverer *deliverer = self;
    int opened =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (opened < 0)
        return CURL_SOCKET_BAD;
    (void)g_hash_table_add(deliverer->relays, GINT_TO_POINTER(opened));
    return opened;
}

static int
close_socket(void *self, curl_socket_t opened)
{
    Deliverer *deliverer = self;

    (void)g_hash_table_remove(deliverer->relays, GINT_TO_POINTER(opened));
    return close(opened);
}

void
mail_hang_up(const Deliverer *deliverer)
{
    GHashTableIter iter;
    gpointer opened;

    g_hash_table_iter_init(&iter, deliverer->relays);
    while (g_hash_table_iter_next(&iter, &opened, NULL))
        (void)shutdown(GPOINTER_TO_INT(opened), SHUT_RD);
}

static CURLcode
set_up_sockets(CURL *handle, Deliverer *deliverer)
{
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket) |
           curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, deliverer) |
           curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close_socket) |
           curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, deliverer);
}

/* libcurl waits within itself for the answer to the end of a mail, and asks here once a
 * second whether it shall go on. */
static int
go_on(void *stop, curl_off_t most_down, curl_off_t down, curl_off_t most_up,
      curl_off_t up)
{
    (void)most_down, (void)down, (void)most_up, (void)up;
    return stop_is_overdue(stop) ? 1 : 0;
}

static CURLcode
set_up_patience(CURL *handle, const Stop *stop)
{
    return curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)MAIL_TIMEOUT_MS) |
           curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT,
                            (long)SLOWEST_BYTES_PER_S) |
           curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)LONGEST_SLOW_S) |
           curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) |
           curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, go_on) |
           curl_easy_setopt(handle, CURLOPT_XFERINFODATA, (void *)(uintptr_t)stop);
}

static CURLcode
set_up_relay(CURL *handle, const DeliverRelay *relay)
{
    CURLcode failed = curl_easy_setopt(handle, CURLOPT_URL, relay->url) |
                      curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps") |
                      curl_easy_setopt(handle, CURLOPT_USE_SSL,
                                       (long)(relay->is_tls_required ? CURLUSESSL_ALL
                                                                     : CURLUSESSL_TRY));

    if (relay->ca_file)
        failed |= curl_easy_setopt(handle, CURLOPT_CAINFO, relay->ca_file);
    if (relay->user)
        failed |= curl_easy_setopt(handle, CURLOPT_USERNAME, relay->user);
    if (relay->password)
        failed |=
            curl_easy_setopt(handle, CURLOPT_PASSWORD, secret_text(relay->password));
    return failed;
}

static CURLcode
set_up_mail(Attempt *attempt, const char *from)
{
    CURL *handle = attempt->handle;

    return curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from) |
           curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, attempt->headers) |
           curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L) |
           curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_mail) |
           curl_easy_setopt(handle, CURLOPT_READDATA, attempt) |
           curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE,
                            (curl_off_t)attempt->mail->len) |
           curl_easy_setopt(handle, CURLOPT_PROXY, "") |
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) |
           curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) |
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                            (long)CONNECT_TIMEOUT_MS) |
           curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, attempt->fault) |
           curl_easy_setopt(handle, CURLOPT_PRIVATE, attempt);
}

/* With CRLF for each CR or LF that stands alone (RFC 5321 section 2.3.8). Servers that
 * take one for the end of a line take a single dot behind it for the end of the mail,
 * and what a stranger wrote there for commands of ours. */
static void
append_lines(GByteArray *out, const guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size;) {
        gsize run = i;

        while (run < size && bytes[run] != '\r' && bytes[run] != '\n')
            run++;
        g_byte_array_append(out, bytes + i, (guint)(run - i));
        if (run == size)
            return;
        g_byte_array_append(out, (const guint8 *)"\r\n", 2);
        i = run + 1;
        if (bytes[run] == '\r' && i < size && bytes[i] == '\n')
            i++;
    }
}

void
deliver_begin_mail(Deliverer *deliverer, const DeliverRelay *relay, int64_t tag,
                   const DeliverMail *mail)
{
    Attempt *attempt = g_new0(Attempt, 1);
    gsize size;
    const guint8 *bytes = g_bytes_get_data(mail->bytes, &size);
    CURLcode failed;

    attempt->tag = tag;
    attempt->handle = curl_easy_init();
    attempt->headers = curl_slist_append(NULL, mail->to);
    attempt->response = g_byte_array_new();
    attempt->mail = g_byte_array_new();
    attempt->started_us = clock_monotonic_us();
    g_byte_array_append(attempt->mail, (const guint8 *)mail->head,
                        (guint)strlen(mail->head));
    append_lines(attempt->mail, bytes, size);
    g_assert(attempt->handle && attempt->headers);
    failed = set_up_relay(attempt->handle, relay) | set_up_mail(attempt, mail->from) |
             set_up_patience(attempt->handle, relay->stop) |
             set_up_sockets(attempt->handle, deliverer);
    g_assert(failed == CURLE_OK);
    attempt_start(deliverer, attempt);
}

/* 55x is about this mail or this address and will not change; a log-in that is refused
 * may, as soon as somebody mends the configuration. */
DeliverVerdict
mail_verdict(CURLcode failed, long status)
{
    if (failed == CURLE_OK)
        return OUTCOME_DELIVERED;
    return status >= 550 && status <= 559 && failed != CURLE_LOGIN_DENIED
               ? OUTCOME_GONE
               : OUTCOME_FAILED;
}

char *
mail_explain(const Attempt *attempt, CURLcode failed, long status)
{
    if (failed == CURLE_OK)
        return g_strdup("the relay has it");
    return g_strdup_printf("the relay answered %ld: %s", status,
                           *attempt->fault ? attempt->fault
                                           : curl_easy_strerror(failed));
}
