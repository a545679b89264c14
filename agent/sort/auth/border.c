#include "border.h"

#include <string.h>

#include "domain.h"

void
border_place_clear(BorderPlace *place)
{
    received_clear(&place->received);
    g_clear_pointer(&place->envelope_from, g_free);
}

/* "mx.example.com", or "*.example.com" for everything below. */
static bool
host_matches(const char *host, const char *pattern)
{
    g_autofree char *name = g_ascii_strdown(host, -1);
    g_autofree char *want = g_ascii_strdown(pattern, -1);

    if (g_str_has_prefix(want, "*."))
        return strcmp(name, want + 2) != 0 && domain_is_within(name, want + 2);
    return strcmp(name, want) == 0;
}

static bool
is_our_host(const char *host, const Border *border)
{
    for (size_t i = 0; i < list_length(border->hosts); i++)
        if (host_matches(host, g_ptr_array_index(border->hosts, i)))
            return true;
    if (border->profile == PROFILE_GMAIL)
        return host_matches(host, "mx.google.com");
    return border->profile == PROFILE_M365 &&
           (host_matches(host, "*.prod.outlook.com") ||
            host_matches(host, "*.protection.outlook.com"));
}

static bool
is_in_networks(const IpAddress *ip, const Border *border)
{
    for (size_t i = 0; i < list_length(border->networks); i++)
        if (ip_is_in(ip, g_ptr_array_index(border->networks, i)))
            return true;
    return border->profile == PROFILE_M365 && ip_is_in(ip, "2603:1000::/24");
}

/* Gmail passes mail on inside itself with fields that name no client at all:
 * `by 2002:a05:... with SMTP id ...`. */
static bool
is_google_inside(const Received *hop, const Border *border)
{
    IpAddress by;

    return border->profile == PROFILE_GMAIL && !hop->has_from && hop->by &&
           ip_parse(hop->by, &by) && ip_is_in(&by, "2002:a00::/24");
}

/* A local delivery names no address; its client is always a server of our own. */
static bool
is_local_delivery(const Received *hop)
{
    return hop->has_from && hop->protocol &&
           (g_ascii_strncasecmp(hop->protocol, "LMTP", 4) == 0 ||
            g_ascii_strncasecmp(hop->protocol, "UTF8LMTP", 8) == 0);
}

typedef enum {
    HOP_INSIDE,
    HOP_BORDER,
    HOP_UNKNOWN,
} HopKind;

static HopKind
judge_hop(const Received *hop, const Border *border)
{
    if (is_google_inside(hop, border))
        return HOP_INSIDE;
    if (!hop->by || !is_our_host(hop->by, border))
        return HOP_UNKNOWN;
    if (hop->has_ip)
        return is_in_networks(&hop->ip, border) ? HOP_INSIDE : HOP_BORDER;
    return is_local_delivery(hop) ? HOP_INSIDE : HOP_UNKNOWN;
}

/* `<user@example.org>`, without the brackets at Microsoft; NULL: not one path. */
static char *
read_path(const RawField *field)
{
    g_autofree char *text = field_unfold(field);
    char *path = g_strstrip(text);
    size_t size = strlen(path);
    bool is_bracketed = size >= 2 && path[0] == '<' && path[size - 1] == '>';

    if (is_bracketed) {
        path[size - 1] = '\0';
        path++;
    }
    if (strpbrk(path, "<> \t\r\n") || !g_utf8_validate(path, -1, NULL) ||
        (!is_bracketed && !strchr(path, '@')))
        return NULL;
    return g_strdup(path);
}

/* Our own side writes Return-Path above the border; Microsoft writes it below, and
 * there a second one would be the sender's, so only a single one counts. */
static char *
find_envelope_from(const RawMail *mail, size_t index, bool is_below)
{
    g_autofree char *path = NULL;
    size_t start = is_below ? index + 1 : 0;
    size_t stop = is_below ? raw_mail_count_fields(mail) : index;
    size_t found = 0;

    for (size_t i = start; i < stop; i++) {
        const RawField *field = raw_mail_field(mail, i);

        if (!field_is(field, "return-path") || ++found > 1)
            continue;
        path = read_path(field);
    }
    return is_below && found > 1 ? NULL : g_steal_pointer(&path);
}

void
border_find(const RawMail *mail, const Border *border, BorderPlace *out)
{
    *out = (BorderPlace){0};
    for (size_t i = 0; i < raw_mail_count_fields(mail); i++) {
        const RawField *field = raw_mail_field(mail, i);
        g_autofree char *value = NULL;
        HopKind kind;

        if (!field_is(field, "received"))
            continue;
        value = field_unfold(field);
        received_clear(&out->received);
        received_read(value, &out->received);
        kind = judge_hop(&out->received, border);
        if (kind == HOP_INSIDE)
            continue;
        if (kind == HOP_BORDER) {
            out->found = true;
            out->index = i;
            out->envelope_from =
                find_envelope_from(mail, i, border->profile == PROFILE_M365);
        }
        return;
    }
}

static char *
valid_copy(const char *text)
{
    return text ? g_utf8_make_valid(text, -1) : NULL;
}

void
border_describe(const BorderPlace *place, BorderFacts *out)
{
    if (!place->found)
        return;
    out->ip = ip_format(&place->received.ip);
    out->helo = valid_copy(place->received.helo);
    out->by = valid_copy(place->received.by);
    out->envelope_from = valid_copy(place->envelope_from);
    out->source = g_strdup("received");
}

bool
border_is_forwarder(const BorderPlace *place, const Border *border)
{
    const Received *hop = &place->received;
    g_autofree char *rdns = hop->rdns ? g_ascii_strdown(hop->rdns, -1) : NULL;

    for (size_t i = 0; i < list_length(border->forwarders); i++) {
        const char *forwarder = g_ptr_array_index(border->forwarders, i);
        g_autofree char *lower = g_ascii_strdown(forwarder, -1);

        if (ip_is_in(&hop->ip, forwarder))
            return true;
        if (rdns && domain_is_within(rdns, lower))
            return true;
    }
    return false;
}
