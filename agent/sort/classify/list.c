/* Layer 2: mail of a list that is not ours. */
#include <string.h>

#include "automatic.h"
#include "fold.h"

/* A shared inbox is often a mailing list of our own; its mail is customers' mail. */
static bool
is_own_list(const Case *it, const char *list_id)
{
    const char *open = strrchr(list_id, '<');
    g_autofree char *name = g_strdup(open ? open + 1 : list_id);
    g_autofree char *lower = NULL;

    name[strcspn(name, "> \t")] = '\0';
    lower = fold_case(name, 300);
    return is_our_domain(it->settings, lower);
}

bool
layer_list(Case *it)
{
    const char *list_id = message_header(it->message, "List-Id");
    const char *precedence = message_header(it->message, "Precedence");
    g_autofree char *word = precedence ? g_strstrip(fold_case(precedence, 60)) : NULL;
    bool is_bulk = word && (g_str_equal(word, "bulk") || g_str_equal(word, "list") ||
                            g_str_equal(word, "junk"));

    if (!list_id || is_own_list(it, list_id))
        return false;
    if (!is_bulk && !message_header(it->message, "List-Unsubscribe"))
        return false;
    /* Anybody can write these fields: what people here call spam is no list to them. */
    if (spam_is_sure(it))
        return false;
    return automatic_settle(it, "list", "header:List-Id",
                            g_strdup_printf("mail of the list %.100s", list_id));
}
