/* Layer 3: a mail to an unsubscribe address, with or without a subscriber's token. */
#include <string.h>

#include "fold.h"
#include "layer.h"

enum {
    TOKEN_MAX_BYTES = 200,
    ADDRESSES_MOST = 200
};

typedef struct Hit {
    char *token; /* NULL: the bare address */
    bool found;
} Hit;

static bool
is_token(const char *text, size_t size)
{
    if (size == 0 || size > TOKEN_MAX_BYTES)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isalnum(text[i]) && !strchr("-_.=+", text[i]))
            return false;
    return true;
}

/* `base` is "unsubscribe@example.com"; `address` may carry "+TOKEN" before the @. */
static Hit
match_address(const char *base, const char *address)
{
    Hit hit = {0};
    const char *base_at = strrchr(base, '@');
    const char *at = strrchr(address, '@');
    size_t local = base_at ? (size_t)(base_at - base) : 0;
    size_t rest;

    if (!base_at || !at || g_ascii_strcasecmp(base_at, at) != 0 ||
        g_ascii_strncasecmp(base, address, local) != 0)
        return hit;
    rest = (size_t)(at - address) - local;
    if (rest == 0) {
        hit.found = true;
    } else if (address[local] == '+' && is_token(address + local + 1, rest - 1)) {
        hit.found = true;
        hit.token = g_strndup(address + local + 1, rest - 1);
    }
    return hit;
}

/* Where the operator named no address, "unsubscribe+TOKEN@" of ours still counts. */
static Hit
match_ours(const SortSettings *settings, const char *address)
{
    static const char *const locals[] = {"unsubscribe", "unsub",   "baja", "bajas",
                                         "optout",      "opt-out", "leave"};
    Hit none = {0};

    if (!is_our_domain(settings, address_domain(address)))
        return none;
    for (size_t i = 0; i < G_N_ELEMENTS(locals); i++) {
        g_autofree char *base =
            g_strconcat(locals[i], "@", address_domain(address), NULL);
        Hit hit = match_address(base, address);

        if (hit.token || (hit.found && i < 2))
            return hit;
    }
    return none;
}

static Hit
match_any(const SortSettings *settings, const char *address)
{
    Hit none = {0};

    if (!address)
        return none;
    for (size_t i = 0; i < list_length(settings->unsubscribe_addresses); i++) {
        Hit hit = match_address(settings->unsubscribe_addresses->pdata[i], address);

        if (hit.found)
            return hit;
    }
    return match_ours(settings, address);
}

/* A token beats a bare address, wherever it stands. */
static bool
keep_better(Hit *best, Hit hit)
{
    if (hit.found && (!best->found || (!best->token && hit.token))) {
        g_free(best->token);
        *best = hit;
        return true;
    }
    g_free(hit.token);
    return false;
}

static Hit
search(const Case *it)
{
    static const char *const fields[] = {"Delivered-To", "X-Original-To", "Envelope-To",
                                         "X-Envelope-To"};
    const Message *message = it->message;
    const GPtrArray *lists[] = {message->to, message->cc};
    Hit best = {0};

    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (size_t i = 0; i < MIN(list_length(lists[l]), (size_t)ADDRESSES_MOST);
             i++) {
            const Address *address = lists[l]->pdata[i];

            keep_better(&best, match_any(it->settings, address->address));
        }
    }
    keep_better(&best, match_any(it->settings, message->delivered_to));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *value = message_header(message, fields[i]);
        g_autofree char *address = value ? bare_id(value) : NULL;

        keep_better(&best, match_any(it->settings, address));
    }
    return best;
}

/* RFC 8058 over mail: some programs put the form's body into the mailto. */
static bool
is_one_click(const Message *message)
{
    const char *text = message->text ? message->text : "";

    while (g_ascii_isspace(*text))
        text++;
    return g_ascii_strncasecmp(text, "List-Unsubscribe=One-Click", 26) == 0;
}

bool
layer_unsubscribe_address(Case *it)
{
    Hit hit = search(it);
    bool one_click = is_one_click(it->message);
    Unsubscribe *unsubscribe;

    if (!hit.found && !one_click)
        return false;
    unsubscribe = shape_new(&unsubscribe_shape);
    unsubscribe->address = g_strdup(it->message->from.address);
    unsubscribe->token = hit.token;
    unsubscribe->via = g_strdup(hit.token ? "token" : "header_address");
    it->out->unsubscribe = unsubscribe;
    if (hit.token)
        settle(it, LABEL_UNSUBSCRIBE, 0.99, "address:token",
               g_strdup("sent to an unsubscribe address with a subscriber's token"));
    else
        settle(it, LABEL_UNSUBSCRIBE, 0.98, "address:unsubscribe",
               g_strdup(one_click ? "the body is a one-click unsubscribe"
                                  : "sent to an unsubscribe address"));
    return true;
}
