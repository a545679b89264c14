/* Whom we trust with a password: a server that proves its name, and nobody else. */
#include <netinet/tcp.h>

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "server.h"

enum {
    DAY_S = 24 * 60 * 60
};

typedef struct TlsCase {
    const char *name;
    bool is_starttls;
    const char *host;     /* what the certificate is for */
    int from_day, to_day; /* how long it is valid, from today */
    bool is_stranger;     /* signed by nobody we know */
    const char *injected; /* in plain text, behind the OK to STARTTLS */
    int fault;            /* -1: it is let in */
    const char *says;
} TlsCase;

typedef struct TlsServer {
    const TlsCase *test;
    SSL_CTX *tls;
    SSL *channel; /* NULL: plain so far */
    int listener;
    int client;
    unsigned port;
    pthread_t thread;
    GString *heard_plain;
    GString *heard_secret;
} TlsServer;

static EVP_PKEY *
key_new(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    g_assert_nonnull(key);
    return key;
}

/* Self-signed, so that it is its own authority. */
static X509 *
certificate_new(EVP_PKEY *key, const char *host, int from_day, int to_day)
{
    g_autofree char *names = g_strconcat("IP:", host, NULL);
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *extension;

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"mail",
                               -1, -1, 0);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), (long)from_day * DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(certificate), (long)to_day * DAY_S);
    X509_set_pubkey(certificate, key);
    extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
    return certificate;
}

/* A server context for the case, and the file of the authority we trust. */
static SSL_CTX *
context_new(const TlsCase *test, const char *ca_path)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = key_new();
    EVP_PKEY *other_key = key_new();
    X509 *shown = certificate_new(key, test->host, test->from_day, test->to_day);
    X509 *other = certificate_new(other_key, test->host, -1, 9);
    FILE *file = fopen(ca_path, "w");

    g_assert_cmpint(SSL_CTX_use_certificate(tls, shown), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(tls, key), ==, 1);
    g_assert_cmpint(PEM_write_X509(file, test->is_stranger ? other : shown), ==, 1);
    g_assert_cmpint(fclose(file), ==, 0);
    X509_free(shown);
    X509_free(other);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    return tls;
}

static bool
say(TlsServer *server, const char *text)
{
    int size = (int)strlen(text);

    if (server->channel)
        return SSL_write(server->channel, text, size) == size;
    return send(server->client, text, (size_t)size, MSG_NOSIGNAL) == size;
}

static char *
hear(TlsServer *server)
{
    GString *line = g_string_new(NULL);
    char byte;

    while (server->channel ? SSL_read(server->channel, &byte, 1) == 1
                           : recv(server->client, &byte, 1, 0) == 1) {
        if (byte == '\n')
            return g_string_free(line, FALSE);
        if (byte != '\r')
            g_string_append_c(line, byte);
    }
    (void)g_string_free(line, TRUE);
    return NULL;
}

static bool
shake_hands(TlsServer *server)
{
    server->channel = SSL_new(server->tls);
    SSL_set_fd(server->channel, server->client);
    return SSL_accept(server->channel) == 1;
}

static bool
reply_to(TlsServer *server, const char *tag, const char *command)
{
    g_autofree char *done = g_strconcat(tag, " OK done\r\n", NULL);
    g_autofree char *go = g_strconcat(
        tag, " OK go\r\n", server->test->injected ? server->test->injected : "", NULL);

    /* No password in plain text: offered only behind TLS. */
    if (strcmp(command, "CAPABILITY") == 0 &&
        !say(server, server->channel
                         ? "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n"
                         : "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n"))
        return false;
    if (strcmp(command, "STARTTLS") == 0)
        return say(server, go) && shake_hands(server);
    return say(server, done) && strcmp(command, "LOGOUT") != 0;
}

static void *
play(void *self)
{
    TlsServer *server = self;
    int at_once = 1;
    bool goes_on;

    server->client = accept(server->listener, NULL, NULL);
    (void)setsockopt(server->client, IPPROTO_TCP, TCP_NODELAY, &at_once,
                     sizeof at_once);
    goes_on = server->client >= 0 &&
              (server->test->is_starttls || shake_hands(server)) &&
              say(server, "* OK hi\r\n");
    while (goes_on) {
        g_autofree char *line = hear(server);
        char *space = line ? strchr(line, ' ') : NULL;

        if (!space)
            break;
        g_string_append_printf(server->channel ? server->heard_secret
                                               : server->heard_plain,
                               "%s\n", space + 1);
        *space = '\0';
        goes_on = reply_to(server, line, space + 1);
    }
    SSL_free(server->channel);
    if (server->client >= 0)
        (void)close(server->client);
    return NULL;
}

static void
begin(TlsServer *server)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;

    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(server->listener, (struct sockaddr *)&here, size), ==, 0);
    g_assert_cmpint(listen(server->listener, 1), ==, 0);
    g_assert_cmpint(getsockname(server->listener, (struct sockaddr *)&here, &size), ==,
                    0);
    server->port = ntohs(here.sin_port);
    g_assert_cmpint(pthread_create(&server->thread, NULL, play, server), ==, 0);
}

static ImapSession *
log_in(const TlsServer *server, const char *ca_path, GError **error)
{
    g_autoptr(Secret) secret = secret_new("secret-word", strlen("secret-word"));
    g_autofree char *url =
        g_strdup_printf("%s://127.0.0.1:%u",
                        server->test->is_starttls ? "imap" : "imaps", server->port);
    ImapAccount account = {
        .url = url,
        .ca_file = ca_path,
        .user = "ann",
        .secret = secret,
        .connect_timeout_ms = 5000,
        .stall_timeout_ms = 5000,
    };

    return imap_open(&account, error);
}

static const TlsCase tls_cases[] = {
    {"tls", false, "127.0.0.1", -1, 9, .fault = -1},
    {"starttls", true, "127.0.0.1", -1, 9, .fault = -1},
    {"wrong-host", false, "127.0.0.9", -1, 9, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"starttls-wrong-host", true, "127.0.0.9", -1, 9, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"expired", false, "127.0.0.1", -9, -1, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"starttls-expired", true, "127.0.0.1", -9, -1, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"not-valid-yet", false, "127.0.0.1", 2, 9, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"stranger", false, "127.0.0.1", -1, 9, .is_stranger = true, .fault = FAULT_CONFIG,
     .says = "certificate"},
    {"starttls-stranger", true, "127.0.0.1", -1, 9, .is_stranger = true,
     .fault = FAULT_CONFIG, .says = "certificate"},
    {"injected-before-tls", true, "127.0.0.1", -1, 9,
     .injected = "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\nA003 OK in\r\n"
                 "P1 OK done\r\nP2 OK [CAPABILITY IMAP4rev1] in\r\n",
     .fault = FAULT_RETRY},
};

static void
test_tls(gconstpointer self)
{
    g_autofree char *folder = g_dir_make_tmp("postroom-tls-XXXXXX", NULL);
    g_autofree char *ca_path = g_build_filename(folder, "ca.pem", NULL);
    TlsServer server = {.test = self,
                        .heard_plain = g_string_new(NULL),
                        .heard_secret = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    server.tls = context_new(server.test, ca_path);
    begin(&server);
    imap_close(log_in(&server, ca_path, &error));
    (void)shutdown(server.listener, SHUT_RDWR);
    g_assert_cmpint(pthread_join(server.thread, NULL), ==, 0);
    (void)close(server.listener);
    g_assert_null(strstr(server.heard_plain->str, "AUTHENTICATE"));
    g_assert_null(strstr(server.heard_plain->str, "LOGIN"));
    if (server.test->fault < 0) {
        g_assert_no_error(error);
        g_assert_nonnull(strstr(server.heard_secret->str, "AUTHENTICATE PLAIN "));
    } else {
        g_assert_error(error, FAULT, server.test->fault);
        g_assert_cmpstr(server.heard_secret->str, ==, "");
        if (server.test->says)
            g_assert_nonnull(strstr(error->message, server.test->says));
    }
    SSL_CTX_free(server.tls);
    (void)g_string_free(server.heard_plain, TRUE);
    (void)g_string_free(server.heard_secret, TRUE);
    g_assert_cmpint(g_remove(ca_path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* Opens once; the fault's code, or -1: it was let in. */
static int
try_once(const TlsCase *test, const char *ca_path, const char *written_path)
{
    TlsServer server = {.test = test,
                        .heard_plain = g_string_new(NULL),
                        .heard_secret = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    server.tls = context_new(test, written_path);
    begin(&server);
    imap_close(log_in(&server, ca_path, &error));
    (void)shutdown(server.listener, SHUT_RDWR);
    g_assert_cmpint(pthread_join(server.thread, NULL), ==, 0);
    (void)close(server.listener);
    SSL_CTX_free(server.tls);
    (void)g_string_free(server.heard_plain, TRUE);
    (void)g_string_free(server.heard_secret, TRUE);
    return error ? error->code : -1;
}

/* Authorities are read once, but not once for ever. */
static void
test_replaced_authority(void)
{
    g_autofree char *folder = g_dir_make_tmp("postroom-tls-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "ca.pem", NULL);
    g_autofree char *other = g_build_filename(folder, "other.pem", NULL);

    g_assert_cmpint(try_once(&tls_cases[0], path, path), ==, -1);
    g_assert_cmpint(try_once(&tls_cases[0], path, other), ==, FAULT_CONFIG);
    g_assert_cmpint(try_once(&tls_cases[0], path, path), ==, -1);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(try_once(&tls_cases[0], path, other), ==, FAULT_CONFIG);
    g_assert_cmpint(g_remove(other), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void *
log_in_often(void *self)
{
    const char *path = self;

    for (int i = 0; i < 5; i++) {
        g_autofree char *own = g_strdup_printf("%s.%p.%d", path, (void *)&own, i);

        g_assert_cmpint(try_once(&tls_cases[i % 2], own, own), ==, -1);
        g_assert_cmpint(g_remove(own), ==, 0);
    }
    return NULL;
}

/* More files than are remembered, from several threads. */
static void
test_many_authorities_at_once(void)
{
    g_autofree char *folder = g_dir_make_tmp("postroom-tls-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "ca", NULL);
    pthread_t threads[4];

    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, log_in_often, path), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_join(threads[i], NULL), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(tls_cases); i++) {
        g_autofree char *path = g_strconcat("/imap/tls/", tls_cases[i].name, NULL);

        g_test_add_data_func(path, &tls_cases[i], test_tls);
    }
    g_test_add_func("/imap/tls/replaced-authority", test_replaced_authority);
    g_test_add_func("/imap/tls/many-authorities", test_many_authorities_at_once);
    return g_test_run();
}
