/* Is he who wrote told that his mail is here? Every reason against it stands among the
 * route's actions, where whoever wonders will look. */
#include "ingest/filing.h"

/* A mailbox of ours may be at a domain that is everybody's. */
static bool
is_mailbox(const Config *config, const char *address)
{
    for (guint i = 0; i < list_length(config->mailboxes); i++) {
        const MailboxConfig *mailbox = config->mailboxes->pdata[i];

        if (mailbox->address && g_ascii_strcasecmp(mailbox->address, address) == 0)
            return true;
    }
    return false;
}

bool
filing_acknowledge(StoreTxn *txn, const Filing *filing, const RouteSettings *settings,
                   Placement *placement, GError **error)
{
    const Acknowledge *wanted = &filing->house->config->acknowledge;
    const char *from = filing->facts->message.from.address;
    const char *because;
    const AckText *text;
    char *told;

    if (!list_length(wanted->texts) || filing->mail->origin.role != FOLDER_INBOX ||
        placement->move != MOVE_OPEN || filing->house->is_silent)
        return true;
    text = acknowledge_text(wanted, placement->route.department,
                            filing->facts->message.language);
    because = text ? route_acknowledge_refusal(filing->mail, filing->facts, placement,
                                               settings)
                   : "no text fits its department and language";
    if (!because && is_mailbox(filing->house->config, from))
        because = "our own address";
    if (!because &&
        !store_acknowledge_refusal(txn, from, wanted->most_a_day, &because, error))
        return false;
    told = because ? g_strdup_printf("acknowledge=%s (refused: %s)",
                                     from ? from : "nobody", because)
                   : g_strdup_printf("acknowledge=%s", from);
    texts_append(&placement->route.actions, told);
    placement->acknowledges = because ? NULL : g_strdup(from);
    return true;
}
