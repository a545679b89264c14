/* Layer 2: a program that wants the sender to prove that he is one before it delivers.
 */
#include "automatic.h"
#include "fold.h"

const char *const challenge_phrases[] = {" please confirm that you are a human ",
                                         " confirm your message ",
                                         " challenge response ",
                                         " sender verification ",
                                         " verify that you sent ",
                                         " spamarrest ",
                                         " boxbe ",
                                         " click the link below to deliver ",
                                         " confirme que su mensaje ",
                                         " verificacion del remitente ",
                                         " antispam uol ",
                                         " confirmation required to deliver ",
                                         NULL};

bool
layer_challenge(Case *it)
{
    bool suppresses = message_header(it->message, "X-Auto-Response-Suppress") ||
                      message_header(it->message, "Precedence");
    const char *phrase = fold_find_indexed(&it->in_reply, challenge_phrases);
    g_autofree char *shown = phrase ? g_strstrip(g_strdup(phrase)) : NULL;

    if (!phrase || !(suppresses || g_str_has_prefix(it->from_address, "no-reply@") ||
                     g_str_has_prefix(it->from_address, "noreply@")))
        return false;
    return automatic_settle(it, "challenge", "text:challenge",
                            g_strdup_printf("it asks for a proof: “%s”", shown));
}
