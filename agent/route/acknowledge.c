/* Acknowledgements: a program that answers programs answers them for ever (RFC 3834),
 * and one that answers strangers tells whomever they name. So: only a person who is
 * proven, at the very address he wrote from. */
#include <string.h>

#include "route/route.h"

static bool
has_word(const char *value, const char *const *words)
{
    g_autofree char *low = value ? g_ascii_strdown(value, -1) : NULL;

    for (; low && *words; words++)
        if (strstr(low, *words))
            return true;
    return false;
}

static const char *
refused_by_headers(const Message *message)
{
    static const char *const precedences[] = {"bulk", "junk", "list", NULL};
    const char *automatic = message_header(message, "Auto-Submitted");
    const char *suppress = message_header(message, "X-Auto-Response-Suppress");

    if (automatic && g_ascii_strncasecmp(automatic, "no", 2) != 0)
        return "Auto-Submitted: a program wrote it";
    if (has_word(message_header(message, "Precedence"), precedences))
        return "Precedence: it went to many";
    if (suppress && g_ascii_strcasecmp(suppress, "none") != 0)
        return "X-Auto-Response-Suppress: it asks for no answer";
    for (guint i = 0; i < list_length(message->headers); i++) {
        const Header *header = message->headers->pdata[i];

        if (g_ascii_strncasecmp(header->name, "List-", 5) == 0)
            return "List- fields: it came from a list";
        if (g_ascii_strcasecmp(header->name, "X-Postroom-Forwarded") == 0)
            return "it was forwarded";
    }
    return NULL;
}

static bool
is_ours(const char *address, const Mail *mail, const GPtrArray *our_domains)
{
    const char *at = strrchr(address, '@');

    for (guint i = 0; at && i < list_length(our_domains); i++)
        if (g_ascii_strcasecmp(our_domains->pdata[i], at + 1) == 0)
            return true;
    return mail->origin.address &&
           g_ascii_strcasecmp(mail->origin.address, address) == 0;
}

/* As it will stand in our header, so nothing else may be in it. */
static bool
is_plain(const char *address)
{
    for (const char *at = address; *at; at++)
        if (!g_ascii_isgraph(*at) || strchr("<>()\",;:\\", *at))
            return false;
    return strchr(address, '@') && strlen(address) <= 254;
}

static const char *
refused_by_sender(const Mail *mail, const Facts *facts, const Placement *placement,
                  const GPtrArray *our_domains)
{
    const Message *message = &facts->message;
    const char *from = message->from.address;

    if (message->envelope_from && !*message->envelope_from)
        return "the null sender: nobody wants an answer";
    if (!from || !is_plain(from))
        return "no address that can be written to";
    if (is_ours(from, mail, our_domains))
        return "our own address";
    if (g_ascii_strcasecmp(from, placement->requester.address
                                     ? placement->requester.address
                                     : "") != 0)
        return "the ticket is for somebody else than who sent it";
    return NULL;
}

const char *
route_acknowledge_refusal(const Mail *mail, const Facts *facts,
                          const Placement *placement, const RouteSettings *settings)
{
    Label label = placement->classification.label;
    const char *because = NULL;

    if (label != LABEL_SUPPORT && label != LABEL_LEAD && label != LABEL_OTHER)
        return "it asks for nothing";
    if (facts->opinion.automatic.is_auto)
        return "an automatic mail";
    because = refused_by_headers(&facts->message);
    if (!because)
        because = refused_by_sender(mail, facts, placement, settings->our_domains);
    if (!because && facts->verdict.kind != VERDICT_AUTHENTICATED)
        because = "the sender is not authenticated";
    if (!because && placement->closes)
        because = "a rule closes the ticket";
    return because;
}
