/* Is an endpoint of the configuration one that can be posted to? */
#include "deliver/deliver.h"

#include <curl/curl.h>

#include "base/fault.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURLU, curl_url_cleanup)

/* As libcurl reads it when it posts. */
static bool
is_web_url(const char *text)
{
    g_autoptr(CURLU) url = curl_url();
    char *scheme = NULL;
    bool is_web;

    g_assert(url);
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        return false;
    is_web = g_str_equal(scheme, "http") || g_str_equal(scheme, "https");
    curl_free(scheme);
    return is_web;
}

bool
deliver_check_endpoint(const DeliverEndpoint *endpoint, GError **error)
{
    g_autofree char *signature = deliver_sign(endpoint, "check", 0, "", 0);

    if (!is_web_url(endpoint->url)) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "webhook '%s': the url must be http:// or https:// and a host",
                    endpoint->name);
        return false;
    }
    if (!signature || endpoint->n_secrets == 0) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "webhook '%s': the secret must be 'whsec_' and base64 of at least "
                    "16 bytes, or 'whsk_' and base64 of an Ed25519 key",
                    endpoint->name);
        return false;
    }
    return true;
}
