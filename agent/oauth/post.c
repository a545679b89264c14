#include "oauth/post.h"

#include <string.h>

#include <curl/curl.h>

#include "base/fault.h"

enum {
    ANSWER_LIMIT_BYTES = 64 * 1024,
    CONNECT_MS = 15 * 1000,
    TOTAL_MS = 30 * 1000,
};

typedef CURL EasyCurl;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EasyCurl, curl_easy_cleanup)

/* Holds tokens: of one size from the beginning, so that no copy is left behind. */
typedef struct Body {
    char *bytes;
    size_t size;
    const Stop *stop;
} Body;

static void
body_clear(Body *body)
{
    if (body->bytes)
        secret_wipe(body->bytes, ANSWER_LIMIT_BYTES);
    g_clear_pointer(&body->bytes, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Body, body_clear)

void
answer_clear(Answer *answer)
{
    if (answer->object)
        (void)json_object_put(answer->object); /* whether it was the last one */
    answer->object = NULL;
}

static size_t
take(char *bytes, size_t one, size_t count, void *self)
{
    Body *body = self;
    size_t size = one * count;

    if (size > ANSWER_LIMIT_BYTES - body->size)
        return 0; /* ends the transfer */
    memcpy(body->bytes + body->size, bytes, size);
    body->size += size;
    return size;
}

/* Libcurl calls it once a second at least. Not at once: an answer under way may bring a
 * refresh token that takes the place of ours. */
static int
end_when_overdue(void *self, curl_off_t to_get, curl_off_t got, curl_off_t to_send,
                 curl_off_t sent)
{
    const Body *body = self;

    (void)to_get, (void)got, (void)to_send, (void)sent;
    return stop_is_overdue(body->stop);
}

static void
append_field(GString *form, const char *name, const char *value)
{
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);

    g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", name, escaped);
    secret_wipe(escaped, strlen(escaped));
}

static bool
transfer(const char *url, const char *form, Body *body, long *status, GError **error)
{
    g_autoptr(EasyCurl) easy = curl_easy_init();
    char trouble[CURL_ERROR_SIZE] = "";
    CURLcode code;

    g_assert(easy);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url); /* a bad one fails below */
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, end_when_overdue);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, body);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* waits for no dead DNS */
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble);
    code = curl_easy_perform(easy);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
    if (code == CURLE_OK)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "%s does not answer: %s", url,
                trouble[0] ? trouble : curl_easy_strerror(code));
    return false;
}

static struct json_object *
read_object(const Body *body)
{
    struct json_tokener *tokener = json_tokener_new_ex(8);
    struct json_object *object =
        json_tokener_parse_ex(tokener, body->bytes, (int)body->size);

    json_tokener_free(tokener);
    if (json_object_is_type(object, json_type_object))
        return object;
    (void)json_object_put(object); /* whether it was the last one */
    return NULL;
}

bool
post_form(const char *url, const char *const *fields, const Stop *stop, Answer *out,
          GError **error)
{
    GString *form = g_string_sized_new(ANSWER_LIMIT_BYTES);
    g_auto(Body) body = {.bytes = g_malloc0(ANSWER_LIMIT_BYTES), .stop = stop};
    long status = 0;
    bool done;

    for (size_t i = 0; fields[i]; i += 2)
        if (fields[i + 1])
            append_field(form, fields[i], fields[i + 1]);
    done = transfer(url, form->str, &body, &status, error);
    secret_wipe(form->str, form->len);
    (void)g_string_free(form, TRUE);
    if (!done)
        return false;
    out->object = read_object(&body);
    out->status = status;
    if (out->object)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "%s answers %ld without a JSON object", url,
                status);
    return false;
}

const char *
answer_text(const Answer *answer, const char *name)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(answer->object, name, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

int64_t
answer_number(const Answer *answer, const char *name, int64_t otherwise)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(answer->object, name, &value))
        return otherwise;
    return json_object_get_int64(value); /* also of a number in quotes */
}

const char *
answer_refusal(const Answer *answer)
{
    const char *word = answer_text(answer, "error");

    if (!word || strspn(word, "abcdefghijklmnopqrstuvwxyz_") != strlen(word))
        return "";
    return word;
}
