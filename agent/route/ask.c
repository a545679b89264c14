/* What the database must be asked before a mail can be placed. */
#include "route/route.h"

#include <string.h>

#include "route/token.h"

enum {
    MOST_IDS = 30
};

void
route_questions_clear(RouteQuestions *questions)
{
    if (questions->message_ids)
        g_ptr_array_unref(questions->message_ids);
    if (questions->tickets)
        g_array_unref(questions->tickets);
    *questions = (RouteQuestions){0};
}

static void
add_id(GPtrArray *ids, const char *id)
{
    if (!id || !*id || ids->len >= MOST_IDS)
        return;
    for (guint i = 0; i < ids->len; i++)
        if (strcmp(ids->pdata[i], id) == 0)
            return;
    g_ptr_array_add(ids, g_strdup(id));
}

static void
add_ids(const Facts *facts, GPtrArray *ids)
{
    const Message *message = &facts->message;
    const Opinion *opinion = &facts->opinion;

    add_id(ids, message->in_reply_to);
    for (size_t i = list_length(message->references); i > 0; i--)
        add_id(ids, message->references->pdata[i - 1]);
    for (guint i = 0; i < list_length(opinion->bounces); i++)
        add_id(ids, ((const Bounce *)opinion->bounces->pdata[i])->original_message_id);
    if (opinion->complaint)
        add_id(ids, opinion->complaint->original_message_id);
    if (opinion->campaign)
        add_id(ids, opinion->campaign->original_message_id);
}

static void
search_addresses(const GPtrArray *addresses, const RouteSettings *settings,
                 GArray *tickets)
{
    for (guint i = 0; i < list_length(addresses); i++) {
        const Address *address = addresses->pdata[i];
        const char *plus = address->address ? strchr(address->address, '+') : NULL;

        token_search(plus, settings, tickets);
    }
}

void
route_ask(const Mail *mail, const Facts *facts, const RouteSettings *settings,
          RouteQuestions *out)
{
    const Message *message = &facts->message;

    (void)mail;
    out->message_ids = g_ptr_array_new_with_free_func(g_free);
    out->tickets = g_array_new(FALSE, FALSE, sizeof(int64_t));
    add_ids(facts, out->message_ids);
    search_addresses(message->to, settings, out->tickets);
    search_addresses(message->cc, settings, out->tickets);
    token_search(message->delivered_to ? strchr(message->delivered_to, '+') : NULL,
                 settings, out->tickets);
    token_search(message->in_reply_to, settings, out->tickets);
    for (guint i = 0; i < list_length(message->references); i++)
        token_search(message->references->pdata[i], settings, out->tickets);
    token_search_marked(message->subject, settings, out->tickets);
}
