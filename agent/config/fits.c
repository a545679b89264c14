#include "config/fits.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <glib.h>
#include <string.h>

#include "model/placement.h"

enum {
    MOST_PORT = 65535
};

static bool
is_count(const char *text, guint64 least, guint64 most)
{
    return g_ascii_string_to_unsigned(text, 10, least, most, NULL, NULL);
}

/* 4, 6, or 0: not an address. */
static int
ip_version(const char *text)
{
    unsigned char bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, text, bytes) == 1 ? 6 : 0;
}

static bool
is_host(const char *text)
{
    size_t size = strlen(text);

    return size > 0 && size < 254 && text[0] != '-' && text[0] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-._") == size;
}

/* "host", "host:port", "[v6]:port" into host and port (NULL: none). */
static bool
split_port(const char *text, char **host, char **port)
{
    const char *end = *text == '[' ? strchr(text, ']') : strrchr(text, ':');
    const char *colon = end && *end == ']' ? end + 1 : end;

    if (*text == '[' && (!colon || (*colon && *colon != ':')))
        return false;
    *host = *text == '['
                ? g_strndup(text + 1, (gsize)(end - text - 1))
                : g_strndup(text, colon ? (gsize)(colon - text) : strlen(text));
    *port = colon && *colon ? g_strdup(colon + 1) : NULL;
    return *text == '[' ? ip_version(*host) == 6 : is_host(*host);
}

/* The authority of a URL of this scheme; NULL when the scheme is another. */
static char *
authority_of(const char *text, const char *scheme)
{
    const char *start = text + strlen(scheme);

    if (g_ascii_strncasecmp(text, scheme, strlen(scheme)) != 0)
        return NULL;
    return g_strndup(start, strcspn(start, "/?#"));
}

static bool
is_url(const char *text, const char *scheme, bool may_have_path)
{
    g_autofree char *authority = authority_of(text, scheme);
    g_autofree char *host = NULL;
    g_autofree char *port = NULL;
    const char *path;

    if (!authority || !split_port(authority, &host, &port) ||
        (port && !is_count(port, 1, MOST_PORT)))
        return false;
    path = text + strlen(scheme) + strlen(authority);
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return may_have_path || *path == '\0' || strcmp(path, "/") == 0;
}

bool
fits_imap_url(const char *text)
{
    return is_url(text, "imaps://", false) || is_url(text, "imap://", false);
}

bool
fits_smtp_url(const char *text)
{
    return is_url(text, "smtps://", false) || is_url(text, "smtp://", false);
}

bool
fits_web_url(const char *text)
{
    return is_url(text, "https://", true) || is_url(text, "http://", true);
}

bool
fits_loopback_url(const char *text)
{
    const char *start = strstr(text, "://");
    g_autofree char *authority = start ? authority_of(start, "://") : NULL;
    g_autofree char *host = NULL;
    g_autofree char *port = NULL;
    unsigned char bytes[16];

    if (!authority || !split_port(authority, &host, &port))
        return false;
    if (inet_pton(AF_INET, host, bytes) == 1)
        return bytes[0] == 127;
    return g_ascii_strcasecmp(host, "localhost") == 0 ||
           (inet_pton(AF_INET6, host, bytes) == 1 &&
            memcmp(bytes, &in6addr_loopback, sizeof bytes) == 0);
}

bool
fits_network(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    int version = *parts ? ip_version(parts[0]) : 0;

    return version && (!parts[1] || is_count(parts[1], 0, version == 4 ? 32 : 128));
}

bool
fits_listen(const char *text)
{
    g_autofree char *host = NULL;
    g_autofree char *port = NULL;

    return split_port(text, &host, &port) && ip_version(host) && port &&
           is_count(port, 0, MOST_PORT);
}

bool
fits_resolver(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "@", 2);

    if (strcmp(text, "none") == 0)
        return true;
    return *parts && ip_version(parts[0]) &&
           (!parts[1] || is_count(parts[1], 1, MOST_PORT));
}

bool
fits_address(const char *text)
{
    const char *at = strrchr(text, '@');

    return at && at > text && fits_domain(at + 1) && !strpbrk(text, " \t\r\n<>,;");
}

/* Names beyond ASCII may stand here as they are spoken. */
bool
fits_domain(const char *text)
{
    return *text && strlen(text) < 254 && *text != '.' && *text != '-' &&
           !strpbrk(text, " \t\r\n@/:,;<>*?");
}

bool
fits_language(const char *text)
{
    size_t size = strlen(text);

    return (size == 2 || size == 3) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz") == size;
}

bool
fits_after(const char *text)
{
    static const char *const words[] = {"keep", "seen", "delete", NULL};

    return g_strv_contains(words, text) ||
           (g_str_has_prefix(text, "move:") && text[strlen("move:")]);
}

bool
fits_event(const char *text)
{
    for (EventType type = EVENT_TICKET_CREATED; type <= EVENT_WEBHOOK_TEST; type++)
        if (fnmatch(text, event_type_name(type), 0) == 0)
            return true;
    return false;
}
