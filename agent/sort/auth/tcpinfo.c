#include "tcpinfo.h"

#include <string.h>

void
tcpinfo_clear(TcpInfo *tcp)
{
    g_clear_pointer(&tcp->rdns, g_free);
    g_clear_pointer(&tcp->helo, g_free);
}

/* The last mark of `192.0.2.1:4711`, or of old Exim's `192.0.2.1.4711`. */
static char *
port_of(char *literal)
{
    char *colon = strchr(literal, ':');
    char *mark = colon ? colon : strrchr(literal, '.');
    size_t digits = mark ? strspn(mark + 1, "0123456789") : 0;

    return digits > 0 && !mark[1 + digits] ? mark : NULL;
}

bool
tcpinfo_read_literal(const char *text, IpAddress *out)
{
    g_autofree char *plain = g_strstrip(g_strdup(text));
    char *p = plain;
    size_t size = strlen(p);
    char *port;

    if (size > 1 && p[0] == '[' && p[size - 1] == ']') {
        p[size - 1] = '\0';
        p++;
    }
    if (g_ascii_strncasecmp(p, "IPv6:", 5) == 0)
        p += 5;
    if (ip_parse(p, out))
        return true;
    port = port_of(p);
    if (!port)
        return false;
    *port = '\0';
    return ip_parse(p, out);
}

/* What may stand behind `[address]` in the comment; anything else makes it a sentence
 * about something else, such as a certificate. */
static bool
is_known_tail(const char *tail)
{
    static const char *const starts[] = {
        "helo=",      "ident=",          "port=", "verified",
        "unverified", "(may be forged)", "HELO ", "EHLO "};

    while (*tail == ' ')
        tail++;
    if (!*tail)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
        if (g_str_has_prefix(tail, starts[i]))
            return true;
    return false;
}

static char *
helo_in(const char *text)
{
    static const char *const marks[] = {"HELO ", "EHLO ", "helo=", "HELO="};

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *found = strstr(text, marks[i]);

        if (found && (found == text || found[-1] == ' ')) {
            found += strlen(marks[i]);
            return g_strndup(found, strcspn(found, " "));
        }
    }
    return NULL;
}

static void
keep_rdns(const char *text, size_t size, TcpInfo *out)
{
    const char *at = g_strrstr_len(text, (gssize)size, "@");
    size_t skipped = at ? (size_t)(at + 1 - text) : 0;

    if (size > skipped && (size != 7 || strncmp(text, "unknown", 7) != 0))
        out->rdns = g_strndup(text + skipped, size - skipped);
}

/* `name [address]:port helo=...`, name and what follows optional. */
static bool
read_bracketed(const char *comment, TcpInfo *out)
{
    const char *open = strchr(comment, '[');
    const char *close = open ? strchr(open, ']') : NULL;
    size_t name_size = open ? (size_t)(open - comment) : 0;
    g_autofree char *literal = NULL;
    const char *tail;

    if (!close)
        return false;
    while (name_size > 0 && comment[name_size - 1] == ' ')
        name_size--;
    if (memchr(comment, ' ', name_size) || memchr(comment, '"', name_size))
        return false;
    tail = close + 1;
    if (*tail == ':')
        tail += 1 + strspn(tail + 1, "0123456789");
    literal = g_strndup(open, (size_t)(close + 1 - open));
    while (*tail == ' ')
        tail++;
    if (g_str_has_prefix(tail, literal))
        tail += strlen(literal);
    if (!is_known_tail(tail) || !tcpinfo_read_literal(literal, &out->ip))
        return false;
    keep_rdns(comment, name_size, out);
    out->helo = helo_in(tail);
    return true;
}

/* `address` or `ident@address`, as Microsoft and qmail write; or with a port; or with
 * how the user logged in: `user@address with plain`. */
static bool
read_bare(const char *comment, TcpInfo *out)
{
    g_autofree char *plain = g_strstrip(g_strdup(comment));
    char *with = strstr(plain, " with ");
    const char *at;

    if (with && !strchr(with + strlen(" with "), ' '))
        *with = '\0';
    at = strrchr(plain, '@');
    return !strpbrk(plain, " []") &&
           tcpinfo_read_literal(at ? at + 1 : plain, &out->ip);
}

/* What the client called itself, were it an address in brackets. */
static bool
is_greeting(const char *comment)
{
    return g_ascii_strncasecmp(comment, "HELO", 4) == 0 ||
           g_ascii_strncasecmp(comment, "EHLO", 4) == 0;
}

void
tcpinfo_read(const char *comment, TcpInfo *out)
{
    *out = (TcpInfo){0};
    while (*comment == ' ')
        comment++;
    if (is_greeting(comment)) {
        out->helo = helo_in(comment);
        return;
    }
    out->has_ip = read_bracketed(comment, out) || read_bare(comment, out);
    if (!out->has_ip && g_str_has_prefix(comment, "account "))
        out->helo = helo_in(comment);
}
