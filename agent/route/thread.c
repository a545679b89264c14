/* Which ticket does a mail belong to? Token, then In-Reply-To, then References; a
 * stranger, another mailbox or another subject never gets in: linked at most. */
#include "route/thread.h"

#include <string.h>

#include "route/subject.h"

static bool
is_participant(const RelatedMessage *related, const Message *message)
{
    for (guint i = 0; i < list_length(related->participants); i++)
        if (message->from.address && g_ascii_strcasecmp(related->participants->pdata[i],
                                                        message->from.address) == 0)
            return true;
    return false;
}

static ThreadMethod
method_of(const RelatedMessage *related, const Message *message)
{
    if (related->by_token)
        return THREAD_TOKEN;
    return message->in_reply_to && related->message_id &&
                   strcmp(related->message_id, message->in_reply_to) == 0
               ? THREAD_MESSAGE_ID
               : THREAD_REFERENCES;
}

/* A mail its author's domain wants refused, or one without an author. A domain whose
 * policy is `none` asks for no such thing: its customers' forwarded replies still join
 * the ticket they answer, with their verdict in sight (RFC 9989 section 4.7). */
static bool
is_forged(const Verdict *verdict)
{
    return verdict->kind == VERDICT_SUSPICIOUS ||
           (verdict->kind == VERDICT_FAILED &&
            g_strcmp0(verdict->dmarc.policy, "none") != 0);
}

/* Why the mail may not join the ticket of `related`; NULL: it may. */
static const char *
refusal(const Mail *mail, const Facts *facts, const RelatedMessage *related,
        const RouteSettings *settings)
{
    const Message *message = &facts->message;
    g_autofree char *ours = subject_base(related->subject);
    g_autofree char *theirs = subject_base(message->subject);

    if (mail->origin.role == FOLDER_SENT)
        return NULL;
    if (is_forged(&facts->verdict))
        return "the sender failed authentication";
    if (related->by_token)
        return NULL;
    if (!is_participant(related, message))
        return "the sender is no participant of that ticket";
    if (!settings->joins_other_mailbox && related->ticket_mailbox &&
        mail->origin.mailbox &&
        strcmp(related->ticket_mailbox, mail->origin.mailbox) != 0)
        return "the ticket belongs to another mailbox";
    if (!settings->joins_new_subject && *theirs && strcmp(ours, theirs) != 0)
        return "the subject is another one";
    return NULL;
}

static double
confidence_of(ThreadMethod method)
{
    switch (method) {
    case THREAD_TOKEN:
        return 1.0;
    case THREAD_MESSAGE_ID:
        return 0.95;
    case THREAD_REFERENCES:
        return 0.9;
    case THREAD_NONE:
        return 0;
    }
    return 0;
}

const RelatedMessage *
thread_find(const Mail *mail, const Facts *facts, const Related *related,
            const RouteSettings *settings, Placement *placement)
{
    const char *because = NULL;

    for (guint i = 0; i < list_length(related->messages); i++) {
        const RelatedMessage *known = related->messages->pdata[i];

        if (!known->ticket)
            continue;
        because = refusal(mail, facts, known, settings);
        if (!because) {
            ThreadMethod method = method_of(known, &facts->message);

            placement->thread.method = method;
            placement->thread.confidence = confidence_of(method);
            placement->thread.because = g_strdup_printf(
                "%s of ticket %" G_GINT64_FORMAT,
                method == THREAD_TOKEN        ? "reply token"
                : method == THREAD_MESSAGE_ID ? "In-Reply-To names a message"
                                              : "References name a message",
                known->ticket);
            return known;
        }
        placement->linked_to = known->ticket;
    }
    if (because)
        placement->thread.because =
            g_strdup_printf("related to ticket %" G_GINT64_FORMAT ", but %s",
                            placement->linked_to, because);
    return NULL;
}
