/* Layer 2: our own mail, come back to us. */
#include "automatic.h"

/* Contact forms send from our address with the customer in Reply-To. What fails
 * authentication is not ours: phishing looks at it. */
bool
layer_own_loop(Case *it)
{
    const GPtrArray *reply_to = it->message->reply_to;
    const Address *first = list_length(reply_to) ? reply_to->pdata[0] : NULL;

    if (!is_our_address(it->settings, it->from_address) ||
        it->verdict->kind == VERDICT_FAILED ||
        it->verdict->kind == VERDICT_SUSPICIOUS || it->is_web_form ||
        it->message->direction == DIRECTION_OUT)
        return false;
    if (first && first->address && !is_our_address(it->settings, first->address))
        return false;
    return automatic_settle(it, "own", "address:own",
                            g_strdup("our own mail came back to us"));
}
