#include "imap/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/hint.h"
#include "imap/response.h"
#include "imap/trust.h"

enum {
    CONNECT_TIMEOUT_MS = 30 * 1000,
    STALL_TIMEOUT_MS = 60 * 1000,
    GREETING_BYTES = 1000, /* it may list capabilities */
    SHOWN_BYTES = 200,
    GREETING_BUFFER_BYTES = 4096, /* libcurl's own, of use until STARTTLS is done */
    /* A server that gives less than this in three stall timeouts only holds us. */
    TRICKLE_BYTES = 8 * 1024,
    TRICKLE_STALLS = 3,
    /* A peer that is gone without a word is missed after three minutes of silence, and
     * after one minute where we have said something. */
    KEEPALIVE_IDLE_S = 90,
    KEEPALIVE_INTERVAL_S = 30,
    KEEPALIVE_PROBES = 3,
    UNANSWERED_MS = 60 * 1000,
};

struct Connection {
    CURL *easy;
    Trust *trust; /* NULL: no TLS */
    curl_socket_t socket;
    const Stop *stop;
    int64_t stall_us;
    int64_t deadline_us; /* 0: none */
    int64_t waited_us;   /* since TRICKLE_BYTES arrived last */
    size_t trickled_bytes;
    Meter meter;
    char greeting[GREETING_BYTES + 1];
    char because[CURL_ERROR_SIZE];
};

void
imap_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* fails again, loudly, in easy_init */
    /* CURLOPT_NOSIGNAL leaves SIGPIPE to us: a server that hangs up is a fault. */
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
}

/* libcurl reports every line it reads; the first is the greeting it swallows. */
static size_t
keep_greeting(char *line, size_t size, size_t count, void *self)
{
    Connection *connection = self;

    if (connection->greeting[0] == '\0')
        response_copy_text(connection->greeting, sizeof connection->greeting, line,
                           size * count);
    return size * count;
}

/* libcurl calls it once a second at least. Not 0 ends the transfer. */
static int
end_when_stopped(void *self, curl_off_t to_get, curl_off_t got, curl_off_t to_send,
                 curl_off_t sent)
{
    const Connection *connection = self;

    (void)to_get, (void)got, (void)to_send, (void)sent;
    return stop_is_set(connection->stop);
}

typedef struct Remedy {
    CURLcode code;
    FaultCode fault;
    const char *text;
} Remedy;

static const Remedy remedies[] = {
    {CURLE_PEER_FAILED_VERIFICATION, FAULT_CONFIG,
     "its certificate is not trusted: check the host name in 'server', the "
     "certificate's dates, and 'tls: {ca: FILE}' for a private authority"},
    {CURLE_SSL_CACERT_BADFILE, FAULT_CONFIG,
     "the file of certificate authorities cannot be read: check 'tls: {ca: FILE}'"},
    {CURLE_SSL_ISSUER_ERROR, FAULT_CONFIG,
     "its certificate has the wrong issuer: check 'tls: {ca: FILE}'"},
    {CURLE_SSL_CONNECT_ERROR, FAULT_RETRY,
     "TLS could not be agreed on: imaps:// needs a TLS port (993), imap:// is for "
     "STARTTLS (143)"},
    {CURLE_USE_SSL_FAILED, FAULT_CONFIG,
     "it does not offer STARTTLS, so no password is sent: use imaps://, or mend the "
     "server"},
    {CURLE_URL_MALFORMAT, FAULT_CONFIG, "the address is not imaps://host[:port]"},
    {CURLE_UNSUPPORTED_PROTOCOL, FAULT_CONFIG,
     "the address must begin with imaps:// or imap://"},
    {CURLE_COULDNT_RESOLVE_HOST, FAULT_RETRY, "its name is not found in the DNS"},
    {CURLE_COULDNT_CONNECT, FAULT_RETRY, "nobody answers at that address and port"},
    {CURLE_OPERATION_TIMEDOUT, FAULT_RETRY,
     "it did not answer in time; where the port is right, imaps:// is for servers that "
     "want TLS at once (993), imap:// for those that greet first (143)"},
    {CURLE_ABORTED_BY_CALLBACK, FAULT_RETRY, "the house closes"},
    {CURLE_WEIRD_SERVER_REPLY, FAULT_RETRY, "it does not greet as an IMAP server"},
};

static void
set_connect_fault(const Connection *connection, CURLcode code, const char *url,
                  GError **error)
{
    FaultCode fault = FAULT_RETRY;
    const char *text = "the connection failed";
    /* A good greeting explains nothing; a BYE, or another protocol's, does. */
    const char *greeting = g_ascii_strncasecmp(connection->greeting, "* OK", 4) == 0
                               ? ""
                               : connection->greeting;

    for (size_t i = 0; i < G_N_ELEMENTS(remedies); i++) {
        if (remedies[i].code != code)
            continue;
        fault = remedies[i].fault;
        text = remedies[i].text;
    }
    g_set_error(error, FAULT, (gint)fault, "%s: %s (%s%s%.*s)", url, text,
                connection->because[0] ? connection->because : curl_easy_strerror(code),
                greeting[0] ? "; it greeted with: " : "", SHOWN_BYTES, greeting);
}

static bool
url_is_plain(const char *url, GError **error)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    /* The text itself is not repeated: it may hold a password. */
    if (*host == '\0' || strpbrk(host, "@?#; ") || strpbrk(host, "/\r\n")) {
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "the server's address is not imaps://host[:port]");
        return false;
    }
    return true;
}

static long
tls_demand(const ImapAccount *account)
{
    if (!account->tls_optional)
        return CURLUSESSL_ALL;
    /* On loopback and with no authority to check by, TLS would prove nothing, and the
     * self-signed certificate of a local server would only be in the way. */
    return account->ca_file ? CURLUSESSL_TRY : CURLUSESSL_NONE;
}

static bool
needs_trust(const ImapAccount *account)
{
    return tls_demand(account) != CURLUSESSL_NONE ||
           g_ascii_strncasecmp(account->url, "imaps:", strlen("imaps:")) == 0;
}

static void
configure(Connection *connection, const ImapAccount *account)
{
    CURL *easy = connection->easy;
    int64_t connect_ms = account->connect_timeout_ms > 0 ? account->connect_timeout_ms
                                                         : CONNECT_TIMEOUT_MS;

    curl_easy_setopt(easy, CURLOPT_URL, account->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)GREETING_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, connection->because);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, tls_demand(account));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (connection->trust)
        trust_apply(connection->trust, easy);
    /* The second one also bounds a server that accepts and then says nothing. */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_greeting);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, connection);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, end_when_stopped);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, connection);
    /* Else it would wait for a name that the DNS does not answer. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

/* Some servers greet a trusted address with PREAUTH. Whose mailbox it would be is not
 * ours to guess, and on imap:// it is how an attacker talks a client out of STARTTLS.
 */
static bool
greeting_is_acceptable(const Connection *connection, const char *url, GError **error)
{
    if (g_ascii_strncasecmp(connection->greeting, "* PREAUTH", 9) != 0)
        return true;
    g_set_error(error, FAULT, FAULT_CONFIG,
                "%s: it greets as already logged in (PREAUTH), so nothing is sent to "
                "it; make it ask for a log-in",
                url);
    return false;
}

/* What libcurl has no option for. A system that refuses has its own, longer limits. */
static void
bound_silence(curl_socket_t socket)
{
    int probes = KEEPALIVE_PROBES;
    unsigned unanswered_ms = UNANSWERED_MS;

    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms,
                     sizeof unanswered_ms);
}

/* One early recv attaches the handle to its connection: libcurl 8 may otherwise reap
 * the idle connection. What it reads belongs to libcurl's own last command. */
static void
attach(Connection *connection)
{
    uint8_t early[512];
    size_t got;

    (void)curl_easy_recv(connection->easy, early, sizeof early, &got); /* see above */
}

Connection *
connection_open(const ImapAccount *account, GError **error)
{
    g_autoptr(Connection) connection = NULL;
    CURLcode code;

    if (!url_is_plain(account->url, error))
        return NULL;
    connection = g_new0(Connection, 1);
    connection->socket = CURL_SOCKET_BAD;
    connection->stop = account->stop;
    connection->stall_us =
        1000 *
        (account->stall_timeout_ms > 0 ? account->stall_timeout_ms : STALL_TIMEOUT_MS);
    connection->easy = curl_easy_init();
    g_assert(connection->easy);
    if (needs_trust(account)) {
        connection->trust = trust_new(account->ca_file, error);
        if (!connection->trust)
            return NULL;
    }
    configure(connection, account);
    code = curl_easy_perform(connection->easy);
    if (!greeting_is_acceptable(connection, account->url, error))
        return NULL;
    if (code == CURLE_OK)
        code = curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET,
                                 &connection->socket);
    if (code == CURLE_OK && connection->socket == CURL_SOCKET_BAD)
        code = CURLE_COULDNT_CONNECT;
    if (code != CURLE_OK) {
        if (account->hint)
            hint_learn_greeting(account->hint, connection->greeting);
        set_connect_fault(connection, code, account->url, error);
        return NULL;
    }
    bound_silence(connection->socket);
    attach(connection);
    return g_steal_pointer(&connection);
}

void
connection_free(Connection *connection)
{
    if (!connection)
        return;
    /* libcurl says LOGOUT of its own and blocks for the answer, for as long as a hung
     * server likes: on a socket that is shut it gives up at once. */
    if (connection->socket != CURL_SOCKET_BAD)
        (void)shutdown(connection->socket, SHUT_RDWR); /* it may be gone already */
    curl_easy_cleanup(connection->easy);
    trust_free(connection->trust);
    g_free(connection);
}

/* Waits for the socket. False: stalled, a deadline passed, or we are to stop. */
static bool
wait_for(Connection *connection, short events, GError **error)
{
    struct pollfd waiting[] = {{.fd = connection->socket, .events = events},
                               {.fd = stop_fd(connection->stop), .events = POLLIN}};
    int64_t begun_us = clock_monotonic_us();
    int64_t until_us = begun_us + connection->stall_us;
    int ready = 0;

    if (connection->deadline_us > 0)
        until_us = MIN(until_us, connection->deadline_us);
    while (ready <= 0) {
        int64_t left_us = until_us - clock_monotonic_us();

        if (left_us <= 0) {
            g_set_error_literal(error, FAULT, FAULT_RETRY,
                                "the server has stopped answering");
            return false;
        }
        /* EINTR and early returns go round again. */
        ready = poll(waiting, G_N_ELEMENTS(waiting),
                     (int)MIN(left_us / 1000 + 1, G_MAXINT));
    }
    if (waiting[1].revents) {
        g_set_error_literal(error, FAULT, FAULT_RETRY, "the house closes");
        return false;
    }
    begun_us = clock_monotonic_us() - begun_us;
    connection->waited_us += begun_us;
    connection->meter.waited_us += begun_us;
    return true;
}

static bool
is_trickling(Connection *connection, size_t got, GError **error)
{
    connection->trickled_bytes += got;
    connection->meter.bytes += got;
    if (connection->trickled_bytes >= TRICKLE_BYTES) {
        connection->trickled_bytes = 0;
        connection->waited_us = 0;
    }
    if (connection->waited_us < TRICKLE_STALLS * connection->stall_us)
        return false;
    g_set_error_literal(error, FAULT, FAULT_RETRY,
                        "the server answers too slowly to be of use");
    return true;
}

/* A server that never pauses must not outlive the deadline either. */
static bool
is_overdue(const Connection *connection, GError **error)
{
    if (connection->deadline_us == 0 || clock_monotonic_us() < connection->deadline_us)
        return false;
    g_set_error_literal(error, FAULT, FAULT_RETRY,
                        "the server has not answered in time");
    return true;
}

/* Bytes are no use from a server that is overdue or trickles. */
static ssize_t
weigh(Connection *connection, size_t got, bool may_wait, GError **error)
{
    if (may_wait && is_overdue(connection, error))
        return -1;
    return is_trickling(connection, got, error) ? -1 : (ssize_t)got;
}

static ssize_t
hung_up(CURLcode code, GError **error)
{
    g_set_error(error, FAULT, FAULT_RETRY, "the server closed the connection%s%s",
                code == CURLE_OK ? "" : ": ",
                code == CURLE_OK ? "" : curl_easy_strerror(code));
    return -1;
}

static ssize_t
take(void *self, uint8_t *bytes, size_t size, bool may_wait, GError **error)
{
    Connection *connection = self;

    for (;;) {
        size_t got = 0;
        CURLcode code = curl_easy_recv(connection->easy, bytes, size, &got);

        if (code == CURLE_OK && got > 0)
            return weigh(connection, got, may_wait, error);
        if (code != CURLE_AGAIN)
            return hung_up(code, error);
        if (!may_wait)
            return 0;
        if (!wait_for(connection, POLLIN, error))
            return -1;
    }
}

Source
connection_source(Connection *connection)
{
    return (Source){.take = take, .self = connection};
}

bool
connection_send(Connection *connection, const char *bytes, size_t size, GError **error)
{
    while (size > 0) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(connection->easy, bytes, size, &sent);

        if (code == CURLE_AGAIN) {
            if (!wait_for(connection, POLLOUT, error))
                return false;
            continue;
        }
        if (code != CURLE_OK) {
            g_set_error(error, FAULT, FAULT_RETRY, "sending to the server failed: %s",
                        curl_easy_strerror(code));
            return false;
        }
        bytes += sent;
        size -= sent;
    }
    return true;
}

void
connection_limit(Connection *connection, int64_t limit_ms)
{
    connection->deadline_us = limit_ms > 0 ? clock_monotonic_us() + 1000 * limit_ms : 0;
}

Meter
connection_meter(const Connection *connection)
{
    return connection->meter;
}

const char *
connection_greeting(const Connection *connection)
{
    return connection->greeting;
}

int64_t
connection_certificate_until(const Connection *connection)
{
    const struct curl_tlssessioninfo *tls = NULL;
    STACK_OF(X509) *chain = NULL;
    int64_t until_s = TIME_NONE;

    if (curl_easy_getinfo(connection->easy, CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK &&
        tls && tls->internals)
        chain = SSL_get_peer_cert_chain(tls->internals);
    for (int i = 0; i < sk_X509_num(chain); i++) { /* -1 where there is none */
        int days = 0, seconds = 0;
        int64_t end_s;

        if (!ASN1_TIME_diff(&days, &seconds, NULL,
                            X509_get0_notAfter(sk_X509_value(chain, i))))
            continue;
        end_s = clock_now_s() + (int64_t)days * 24 * 60 * 60 + seconds;
        until_s = until_s == TIME_NONE ? end_s : MIN(until_s, end_s);
    }
    return until_s;
}

int
connection_socket(const Connection *connection)
{
    return (int)connection->socket;
}
