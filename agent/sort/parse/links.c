#include "sort/parse/links.h"

#include <string.h>

#include <unicode/uidna.h>

#include "model/message.h"
#include "sort/parse/html.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(UIDNA, uidna_close)

enum {
    URL_MOST = 8192,
    TEXT_MOST = 1000,
    HOST_MOST = 253
};

static char *
to_a_label(const char *host)
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    g_autoptr(UIDNA) idna = NULL;
    char ascii[HOST_MOST + 1];
    int32_t length;

    for (const char *at = host;; at++) {
        if (!*at)
            return g_ascii_strdown(host, -1);
        if (*at & 0x80)
            break;
    }
    idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
    length = uidna_nameToASCII_UTF8(idna, host, -1, ascii, HOST_MOST, &info, &status);
    if (U_FAILURE(status) || length <= 0 || length > HOST_MOST)
        return g_utf8_strdown(host, -1);
    return g_ascii_strdown(ascii, length);
}

static const char *
host_start(const char *url)
{
    const char *colon = strstr(url, "://");
    const char *slash;
    const char *at;

    if (g_ascii_strncasecmp(url, "mailto:", 7) == 0) {
        at = strchr(url, '@');
        return at ? at + 1 : NULL;
    }
    if (g_ascii_strncasecmp(url, "//", 2) == 0)
        colon = url - 1;
    if (!colon || (colon > url && colon - url > 10))
        return NULL;
    colon += 3;
    slash = colon + strcspn(colon, "/?#\\");
    /* "https://bank.example@evil.example/": the host stands behind the last "@". */
    at = memrchr(colon, '@', (size_t)(slash - colon));
    return at ? at + 1 : colon;
}

char *
parse_link_domain(const char *url)
{
    const char *start = host_start(url);
    size_t length = start ? strcspn(start, "/?#:\\ \t\r\n<>\"'&,;") : 0;
    g_autofree char *host = NULL;

    if (length > 0 && *start == '[')
        length = strcspn(start, "]") + 1;
    if (length == 0 || length > HOST_MOST || length > strlen(start))
        return NULL;
    host = g_strndup(start, length);
    if (length > 1 && host[length - 1] == '.')
        host[length - 1] = '\0';
    return to_a_label(host);
}

static bool
goes_somewhere(const char *url)
{
    static const char *const nowhere[] = {"#",
                                          "javascript:", "cid:", "data:", "about:"};

    for (size_t i = 0; i < G_N_ELEMENTS(nowhere); i++) {
        if (g_ascii_strncasecmp(url, nowhere[i], strlen(nowhere[i])) == 0)
            return false;
    }
    return *url != '\0';
}

void
parse_add_link(GPtrArray **links, char *text, const char *url)
{
    g_autofree char *owned_text = text;
    g_autofree char *trimmed = g_strstrip(g_strndup(url, strnlen(url, URL_MOST)));
    g_autofree char *valid = g_utf8_make_valid(trimmed, -1);
    Link *link;

    if (list_length(*links) >= LINKS_MOST || !goes_somewhere(valid))
        return;
    link = shape_append(&link_shape, links);
    link->text = g_steal_pointer(&owned_text);
    link->domain = parse_link_domain(valid);
    link->url = g_steal_pointer(&valid);
}

static const char *
next_url(const char *at)
{
    while ((at = strstr(at, "://"))) {
        if (at[3] > ' ')
            return at;
        at += 3;
    }
    return NULL;
}

/* The scheme before "://" must be http or https and start a word. */
static const char *
scheme_start(const char *text, const char *colon)
{
    static const char *const schemes[] = {"https", "http", "ftp"};

    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        size_t length = strlen(schemes[i]);

        if ((size_t)(colon - text) >= length &&
            g_ascii_strncasecmp(colon - length, schemes[i], length) == 0)
            return colon - length;
    }
    return NULL;
}

void
parse_find_links(const char *text, GPtrArray **links)
{
    const char *at = text;

    while ((at = next_url(at)) && list_length(*links) < LINKS_MOST) {
        const char *start = scheme_start(text, at);
        size_t length;
        g_autofree char *url = NULL;

        if (!start) {
            at += 3;
            continue;
        }
        length = strcspn(start, " \t\r\n<>\"{}|\\^`");
        while (length > 0 && strchr(".,;:!?)]'*", start[length - 1]))
            length--;
        url = g_strndup(start, length);
        parse_add_link(links, g_strdup(url), url);
        at = MAX(start + length, at + 3);
    }
}
