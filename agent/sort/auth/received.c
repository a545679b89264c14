#include "received.h"

#include <string.h>

#include "base/clock.h"

#include "date.h"
#include "tcpinfo.h"

enum {
    ITEMS_MAX = 200
};

typedef struct Item {
    bool is_comment;
    char *text;        /* of a comment without its parentheses */
    const char *start; /* in the value */
} Item;

void
received_clear(Received *received)
{
    g_clear_pointer(&received->helo, g_free);
    g_clear_pointer(&received->rdns, g_free);
    g_clear_pointer(&received->by, g_free);
    g_clear_pointer(&received->protocol, g_free);
}

static void
clear_item(void *item)
{
    Item *self = item;

    g_free(self->text);
}

static size_t
comment_size(const char *p)
{
    size_t depth = 0;
    size_t i = 0;

    for (; p[i]; i++) {
        if (p[i] == '\\' && p[i + 1])
            i++;
        else if (p[i] == '(')
            depth++;
        else if (p[i] == ')' && --depth == 0)
            return i + 1;
    }
    return i;
}

/* The word or comment at `*at`, which moves behind it. */
static Item
read_item(const char **at)
{
    const char *start = *at;
    const char *p = start;
    size_t size;

    if (*p == '(') {
        size = comment_size(p);
        *at = p + size;
        return (Item){.is_comment = true,
                      .text = g_strndup(p + 1, size > 1 ? size - 2 : 0),
                      .start = start};
    }
    while (*p && !g_ascii_isspace(*p) && *p != '(' && *p != ';')
        p++;
    *at = p;
    return (Item){.text = g_strndup(start, (size_t)(p - start)), .start = start};
}

/* Words and comments up to the end; `*date` is behind the last semicolon outside
 * comments. */
static GArray *
split_items(const char *value, const char **date)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(Item));
    const char *p = value;

    g_array_set_clear_func(items, clear_item);
    *date = "";
    while (*p && items->len < ITEMS_MAX) {
        Item item;

        if (g_ascii_isspace(*p) || *p == ';') {
            if (*p++ == ';')
                *date = p;
            continue;
        }
        item = read_item(&p);
        g_array_append_val(items, item);
    }
    return items;
}

static const Item *
item_at(const GArray *items, guint index)
{
    return index < items->len ? &g_array_index(items, Item, index) : NULL;
}

static bool
is_word(const Item *item, const char *word)
{
    return item && !item->is_comment && g_ascii_strcasecmp(item->text, word) == 0;
}

static guint
find_word(const GArray *items, guint from, const char *word)
{
    while (from < items->len && !is_word(item_at(items, from), word))
        from++;
    return from;
}

static char *
host_behind(const GArray *items, guint index)
{
    const Item *item = item_at(items, index + 1);
    char *host = item && !item->is_comment ? g_strdup(item->text) : NULL;
    size_t size = host ? strlen(host) : 0;

    while (size > 0 && strchr(".,;", host[size - 1]))
        host[--size] = '\0';
    return host;
}

static bool
says_authenticated(const char *comment)
{
    return strstr(comment, "uthenticated sender") ||
           strstr(comment, "uthenticated bits") ||
           strstr(comment, "uthenticated user") || g_str_has_prefix(comment, "AUTH:") ||
           g_str_has_prefix(comment, "account ");
}

/* RFC 3848: ESMTPA, ESMTPSA, UTF8SMTPSA, LMTPA, ... */
static bool
protocol_authenticates(const char *protocol)
{
    g_autofree char *upper = g_ascii_strup(protocol, -1);

    return (strstr(upper, "SMTP") || strstr(upper, "LMTP")) &&
           g_str_has_suffix(upper, "A");
}

/* What one item behind `from` tells of the client. */
static void
read_client(const GArray *items, guint index, guint stop, TcpInfo *tcp)
{
    const Item *item = &g_array_index(items, Item, index);

    if (item->is_comment)
        tcpinfo_read(item->text, tcp);
    else if (is_word(item, "claiming") && index + 3 < stop)
        tcp->helo = g_strdup(g_array_index(items, Item, index + 3).text);
}

/* False: it is another address than the one before. */
static bool
keep_address(TcpInfo *tcp, Received *out)
{
    bool agrees = !out->has_ip || memcmp(&out->ip, &tcp->ip, sizeof tcp->ip) == 0;

    out->has_ip = true;
    out->ip = tcp->ip;
    if (tcp->rdns && !out->rdns)
        out->rdns = g_steal_pointer(&tcp->rdns);
    return agrees;
}

/* Some servers write the address behind the name without parentheses:
 * `from name [address] by`. Programs that fetch mail write it so too, of the server
 * they fetched from. False: two of them. */
static bool
read_unbracketed(const GArray *items, guint stop, Received *out)
{
    bool is_fetched =
        out->protocol && (g_ascii_strcasecmp(out->protocol, "IMAP") == 0 ||
                          g_ascii_strcasecmp(out->protocol, "POP3") == 0);

    for (guint i = 2; i < stop && !is_fetched; i++) {
        const Item *item = &g_array_index(items, Item, i);
        g_auto(TcpInfo) tcp = {0};

        if (item->is_comment || item->text[0] != '[' ||
            !tcpinfo_read_literal(item->text, &tcp.ip))
            continue;
        if (!keep_address(&tcp, out))
            return false;
    }
    return true;
}

/* All addresses in comments must be the same one: a client that smuggles a second into
 * its name makes the field unreadable, not believed. */
static void
read_from_clause(const GArray *items, guint stop, Received *out)
{
    const Item *name = item_at(items, 1);
    bool conflict = false;
    bool greeted = false;

    if (name && !name->is_comment && stop > 1)
        out->helo = g_strdup(name->text);
    for (guint i = 1; i < stop; i++) {
        const Item *item = &g_array_index(items, Item, i);
        g_auto(TcpInfo) tcp = {0};

        read_client(items, i, stop, &tcp);
        if (item->is_comment && says_authenticated(item->text))
            out->is_authenticated = true;
        if (tcp.helo) {
            g_free(out->helo);
            out->helo = g_steal_pointer(&tcp.helo);
            greeted = true;
        }
        if (tcp.has_ip && !keep_address(&tcp, out))
            conflict = true;
    }
    if (conflict || !read_unbracketed(items, stop, out))
        out->has_ip = false;
    else if (!out->has_ip && name && !name->is_comment &&
             (greeted || out->is_authenticated))
        out->has_ip = tcpinfo_read_literal(name->text, &out->ip);
}

/* Whether `by` and the name of a host stand at `p`, or `by` and the name `own`. */
static bool
names_writer(const char *p, const char *own)
{
    const char *host = p + 2;
    size_t size;

    if (g_ascii_strncasecmp(p, "by", 2) != 0 || !g_ascii_isspace(*host))
        return false;
    while (g_ascii_isspace(*host))
        host++;
    size = strcspn(host, " \t\r\n();");
    return memchr(host, '.', size) || (size > 0 && size == strlen(own) &&
                                       g_ascii_strncasecmp(host, own, size) == 0);
}

/* A host says once that it wrote the field. A client that calls itself
 * `x ([192.0.2.7]) by mx.example (` says it before, in words or in a comment that
 * swallows the rest; what the host wrote stands there all the same. */
static bool
has_two_writers(const char *value, const char *found, const char *own)
{
    for (const char *p = value; *p; p++)
        if (p != found && (p == value || strchr(" \t\r\n()", p[-1])) &&
            names_writer(p, own))
            return true;
    return false;
}

void
received_read(const char *value, Received *out)
{
    const char *date;
    g_autoptr(GArray) items = split_items(value, &date);
    guint by;
    guint with;

    *out = (Received){.time = date_read(date)};
    out->has_from = is_word(item_at(items, 0), "from");
    /* Not the word behind `from`: a client may call itself "by". */
    by = find_word(items, out->has_from ? 2 : 0, "by");
    if (by >= items->len)
        return;
    out->by = host_behind(items, by);
    if (out->by &&
        has_two_writers(value, g_array_index(items, Item, by).start, out->by)) {
        g_clear_pointer(&out->by, g_free);
        return;
    }
    with = find_word(items, by, "with");
    if (with < items->len)
        out->protocol = host_behind(items, with);
    if (out->protocol && protocol_authenticates(out->protocol))
        out->is_authenticated = true;
    if (out->has_from)
        read_from_clause(items, by, out);
}
