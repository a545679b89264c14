#include "autoconfig/read.h"

#include <string.h>

#include <libxml/parser.h>

#include "base/fault.h"

#define HOST_PATTERN "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]+)+$"

typedef xmlDoc XmlDocument;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlDocument, xmlFreeDoc)

static const xmlNode *
next_named(const xmlNode *node, const char *name)
{
    while (node && (node->type != XML_ELEMENT_NODE ||
                    strcmp((const char *)node->name, name) != 0))
        node = node->next;
    return node;
}

/* The trimmed text of a child that holds nothing but text; "" where there is none. */
static char *
text_of(const xmlNode *parent, const char *name)
{
    const xmlNode *child = next_named(parent->children, name);
    const xmlNode *text = child ? child->children : NULL;

    if (!text || text->type != XML_TEXT_NODE || text->next)
        return g_strdup("");
    return g_strstrip(g_strdup((const char *)text->content));
}

static char *
fill_in(const char *text, const char *address)
{
    const char *at = strchr(address, '@');
    g_autofree char *local = g_strndup(address, (gsize)(at - address));
    GString *filled = g_string_new(text);

    (void)g_string_replace(filled, "%EMAILADDRESS%", address, 0); /* or there is none */
    (void)g_string_replace(filled, "%EMAILLOCALPART%", local, 0);
    (void)g_string_replace(filled, "%EMAILDOMAIN%", at + 1, 0);
    return g_string_free(filled, FALSE);
}

/* Owned; NULL: without TLS, or no host and port. */
static char *
server_of(const xmlNode *node, const char *address)
{
    g_autofree char *socket_type = text_of(node, "socketType");
    g_autofree char *port_text = text_of(node, "port");
    g_autofree char *host_text = text_of(node, "hostname");
    g_autofree char *host = fill_in(host_text, address);
    bool is_direct = g_ascii_strcasecmp(socket_type, "SSL") == 0;
    guint64 port = 0;

    if (!is_direct && g_ascii_strcasecmp(socket_type, "STARTTLS") != 0)
        return NULL;
    if (!g_ascii_string_to_unsigned(port_text, 10, 1, 65535, &port, NULL) ||
        strlen(host) > 253 ||
        !g_regex_match_simple(HOST_PATTERN, host, G_REGEX_DEFAULT,
                              G_REGEX_MATCH_DEFAULT))
        return NULL;
    if (port == (is_direct ? 993 : 143))
        return g_strconcat(is_direct ? "imaps://" : "imap://", host, NULL);
    return g_strdup_printf("%s://%s:%u", is_direct ? "imaps" : "imap", host,
                           (guint)port);
}

/* A name is put into a file of ours: plain words only, else the address. */
static char *
user_of(const xmlNode *node, const char *address)
{
    g_autofree char *text = text_of(node, "username");
    g_autofree char *user = fill_in(text, address);

    return g_regex_match_simple("^[A-Za-z0-9._+@-]{1,254}$", user, G_REGEX_DEFAULT,
                                G_REGEX_MATCH_DEFAULT)
               ? g_steal_pointer(&user)
               : g_strdup(address);
}

static bool
is_imap(const xmlNode *node)
{
    xmlChar *type = xmlGetProp(node, (const xmlChar *)"type");
    bool found = type && g_ascii_strcasecmp((const char *)type, "imap") == 0;

    xmlFree(type);
    return found;
}

static Autoconfig *
first_server(const xmlNode *provider, const char *address)
{
    const xmlNode *node = next_named(provider->children, "incomingServer");

    for (; node; node = next_named(node->next, "incomingServer")) {
        g_autofree char *server = is_imap(node) ? server_of(node, address) : NULL;
        Autoconfig *found;

        if (!server)
            continue;
        found = g_new0(Autoconfig, 1);
        found->server = g_steal_pointer(&server);
        found->user = user_of(node, address);
        return found;
    }
    return NULL;
}

Autoconfig *
read_client_config(const GByteArray *xml, const char *address, GError **error)
{
    /* Neither XML_PARSE_NOENT nor XML_PARSE_DTDLOAD: no entity becomes a text. */
    g_autoptr(XmlDocument) document =
        xmlReadMemory((const char *)xml->data, (int)xml->len, NULL, NULL,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
    const xmlNode *provider = root && !document->intSubset
                                  ? next_named(root->children, "emailProvider")
                                  : NULL;
    Autoconfig *found = provider ? first_server(provider, address) : NULL;

    if (!found)
        g_set_error_literal(error, FAULT, FAULT_MESSAGE,
                            "it names no IMAP server with TLS");
    return found;
}
