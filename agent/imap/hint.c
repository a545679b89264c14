#include "imap/hint.h"

#include <string.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
/* Whoever asks for more is asked again then. */
#define WAIT_LIMIT_MS (60 * MINUTE_MS)

/* A refusal that will pass; how long to wait where the server does not say. */
typedef struct Sign {
    const char *code; /* NULL: words tell it */
    const char *words;
    int64_t wait_ms;
    bool is_throttle;
} Sign;

static const Sign signs[] = {
    {"THROTTLED", NULL, MINUTE_MS, true},
    {"LIMIT", NULL, 15 * SECOND_MS, true},
    {"INUSE", NULL, 5 * SECOND_MS, true},
    {"UNAVAILABLE", NULL, 5 * SECOND_MS, false},
    {"SERVERBUG", NULL, 0, false},
    {NULL, "suggested backoff time", MINUTE_MS, true},
    {NULL, "throttled", MINUTE_MS, true},
    {NULL, "bandwidth limit", 10 * MINUTE_MS, true},
    {NULL, "too many", 15 * SECOND_MS, true},
    /* Exchange, while a mailbox moves or its owner has too many sessions. */
    {NULL, "authenticated but not connected", 30 * SECOND_MS, true},
    {NULL, "server is busy", 15 * SECOND_MS, true},
    {NULL, "server busy", 15 * SECOND_MS, true},
    {NULL, "unavailable", 5 * SECOND_MS, false},
    {NULL, "backoff", 15 * SECOND_MS, true},
    {NULL, "temporar", 0, false},
    {NULL, "try again", 0, false},
    {NULL, "not connected", 0, false},
    {NULL, "timed out", 0, false},
    {NULL, "internal error", 0, false},
};

static const char *const permanent_codes[] = {
    "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED",
    "PRIVACYREQUIRED",      "NONEXISTENT",
};

/* Its row, or NULL: nothing temporary in it. */
static const Sign *
sign_in(const char *code, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (signs[i].code && strcmp(signs[i].code, code) == 0)
            return &signs[i];
    }
    for (size_t i = 0; i < G_N_ELEMENTS(permanent_codes); i++) {
        if (strcmp(permanent_codes[i], code) == 0)
            return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (signs[i].words && strstr(lower, signs[i].words))
            return &signs[i];
    }
    return NULL;
}

/* Exchange: "Suggested Backoff Time: 92415 milliseconds". 0: nothing of the kind. */
static int64_t
suggested_ms(const char *text)
{
    static const char words[] = "suggested backoff time:";
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *at = strstr(lower, words);
    guint64 wait_ms;

    if (!at)
        return 0;
    at += strlen(words);
    at += strspn(at, " ");
    if (!g_ascii_isdigit(*at))
        return 0;
    wait_ms = g_ascii_strtoull(at, NULL, 10); /* too large a number is cut, too */
    return (int64_t)MIN(wait_ms, WAIT_LIMIT_MS);
}

void
hint_learn(ImapHint *hint, const Response *response)
{
    bool is_refusal =
        response->condition != CONDITION_OK && response->condition != CONDITION_PREAUTH;
    int64_t wait_ms = suggested_ms(response->text);
    const Sign *sign;

    if (strcmp(response->code, "ALERT") == 0)
        (void)g_strlcpy(hint->alert, response->text, sizeof hint->alert); /* cut */
    if (wait_ms == 0 && is_refusal) {
        sign = sign_in(response->code, response->text);
        wait_ms = sign ? sign->wait_ms : 0;
    } else if (wait_ms == 0 && strcmp(response->code, "THROTTLED") == 0) {
        wait_ms = MINUTE_MS; /* obeyed, but not gladly */
    }
    hint->wait_ms = MAX(hint->wait_ms, wait_ms);
}

void
hint_learn_greeting(ImapHint *hint, const char *greeting)
{
    static const char begin[] = "* BYE ";
    Response response = {.condition = CONDITION_BYE};
    const char *text = greeting + strlen(begin);
    size_t length;

    if (g_ascii_strncasecmp(greeting, begin, strlen(begin)) != 0)
        return;
    response_copy_text(response.text, sizeof response.text, text, strlen(text));
    length = text[0] == '[' ? strcspn(text + 1, "] ") : 0;
    if (length > 0 && length < sizeof response.code) {
        g_autofree char *code = g_ascii_strup(text + 1, (gssize)length);

        (void)g_strlcpy(response.code, code, sizeof response.code); /* fits */
    }
    hint_learn(hint, &response);
}

bool
hint_is_temporary(const Response *response)
{
    return sign_in(response->code, response->text) != NULL;
}

bool
hint_is_throttle(const Response *response)
{
    const Sign *sign = sign_in(response->code, response->text);

    return sign && sign->is_throttle;
}
