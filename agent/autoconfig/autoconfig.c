#include "autoconfig/autoconfig.h"

#include <curl/curl.h>

#include "autoconfig/read.h"
#include "base/fault.h"

enum {
    FILE_LIMIT_BYTES = 64 * 1024,
    CONNECT_MS = 4 * 1000,
    TOTAL_MS = 10 * 1000,
    REDIRECTS_MAX = 3,
};

typedef CURL EasyCurl;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EasyCurl, curl_easy_cleanup)
typedef struct curl_slist CurlList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CurlList, curl_slist_free_all)

void
autoconfig_free(Autoconfig *autoconfig)
{
    if (!autoconfig)
        return;
    g_free(autoconfig->server);
    g_free(autoconfig->user);
    g_free(autoconfig);
}

static size_t
take(char *bytes, size_t one, size_t count, void *self)
{
    GByteArray *body = self;
    size_t size = one * count;

    if (size > FILE_LIMIT_BYTES - body->len)
        return 0; /* ends the transfer */
    (void)g_byte_array_append(body, (const guint8 *)bytes, (guint)size);
    return size;
}

static CURLcode
fetch(const AutoconfigQuestion *question, GByteArray *body, char *trouble)
{
    g_autoptr(EasyCurl) easy = curl_easy_init();
    g_autofree char *url =
        g_strconcat("https://", question->host, question->path, NULL);
    g_autofree char *line =
        g_strdup_printf("%s:443:%s", question->host, question->addresses);
    g_autoptr(CurlList) known = curl_slist_append(NULL, line);

    g_assert(easy && known);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url); /* a bad one fails below */
    (void)curl_easy_setopt(easy, CURLOPT_RESOLVE, known);
    if (question->ca_file)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, question->ca_file);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    (void)curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble);
    return curl_easy_perform(easy);
}

Autoconfig *
autoconfig_ask(const AutoconfigQuestion *question, GError **error)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    char trouble[CURL_ERROR_SIZE] = "";
    CURLcode code = fetch(question, body, trouble);

    if (code == CURLE_OK)
        return read_client_config(body, question->address, error);
    g_set_error(error, FAULT, FAULT_RETRY, "%s",
                trouble[0] ? trouble : curl_easy_strerror(code));
    return NULL;
}
