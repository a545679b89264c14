#include "imap/trust.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/fault.h"

enum {
    FILES = 16 /* a house has one or two; more are read each time */
};

struct Trust {
    X509_STORE *store;
};

/* A file as it was when it was read. */
typedef struct KnownFile {
    char *path;
    struct timespec changed;
    off_t size;
    X509_STORE *store;
} KnownFile;

/* The one place of this room that all sessions share: see docs/decisions.md. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static KnownFile known_files[FILES];

static bool
is_as_read(const KnownFile *known, const struct stat *now)
{
    return known->size == now->st_size &&
           known->changed.tv_sec == now->st_mtim.tv_sec &&
           known->changed.tv_nsec == now->st_mtim.tv_nsec;
}

static X509_STORE *
read_store(const char *path, GError **error)
{
    X509_STORE *store = X509_STORE_new();

    g_assert(store);
    /* An authority between the root and the server may be trusted by itself, as libcurl
     * has it. */
    (void)X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST |
                                          X509_V_FLAG_PARTIAL_CHAIN); /* cannot fail */
    if (X509_STORE_load_file(store, path) == 1)
        return store;
    X509_STORE_free(store);
    ERR_clear_error();
    g_set_error(error, FAULT, FAULT_CONFIG,
                "the file of certificate authorities '%s' cannot be read: check "
                "'tls: {ca: FILE}'",
                path);
    return NULL;
}

/* The row of that file, or a free one, or NULL: all are taken. */
static KnownFile *
row_of(const char *path)
{
    for (size_t i = 0; i < FILES; i++) {
        if (!known_files[i].path || strcmp(known_files[i].path, path) == 0)
            return &known_files[i];
    }
    return NULL;
}

static void
remember(KnownFile *row, const char *path, const struct stat *now, X509_STORE *store)
{
    if (!row->path)
        row->path = g_strdup(path);
    X509_STORE_free(row->store);
    (void)X509_STORE_up_ref(store); /* cannot fail */
    row->store = store;
    row->size = now->st_size;
    row->changed = now->st_mtim;
}

/* Under the lock. */
static X509_STORE *
find_store(const char *path, GError **error)
{
    struct stat now = {0};
    bool is_there = stat(path, &now) == 0; /* if not, reading it tells why */
    KnownFile *row = row_of(path);
    X509_STORE *store;

    if (is_there && row && row->store && is_as_read(row, &now)) {
        (void)X509_STORE_up_ref(row->store); /* cannot fail */
        return row->store;
    }
    store = read_store(path, error);
    if (store && row)
        remember(row, path, &now, store);
    return store;
}

Trust *
trust_new(const char *ca_file, GError **error)
{
    const char *system_file = curl_version_info(CURLVERSION_NOW)->cainfo;
    const char *path = ca_file       ? ca_file
                       : system_file ? system_file
                                     : "/etc/ssl/certs/ca-certificates.crt";
    X509_STORE *store;
    Trust *trust;

    (void)pthread_mutex_lock(&lock); /* fails for broken locks only */
    store = find_store(path, error);
    (void)pthread_mutex_unlock(&lock);
    if (!store)
        return NULL;
    trust = g_new0(Trust, 1);
    trust->store = store;
    return trust;
}

void
trust_free(Trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    g_free(trust);
}

/* Idle sessions give their 32 kB of record buffers back. */
static CURLcode
install(CURL *easy, void *context, void *self)
{
    Trust *trust = self;

    (void)easy; /* the same for all */
    SSL_CTX_set1_cert_store(context, trust->store);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); /* returns the mode */
    return CURLE_OK;
}

void
trust_apply(Trust *trust, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, install);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, trust);
}
