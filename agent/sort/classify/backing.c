/* What else speaks for a label that one sign has settled: whoever asks why wants more
 * than one reason. Nothing here changes a label. */
#include "backing.h"

#include <string.h>

enum {
    REASONS_WANTED = 3
};

static void
back(Case *it, const char *signal, char *text)
{
    g_autofree char *kept = text;

    if (list_length(it->out->classification.reasons) < REASONS_WANTED)
        add_reason(&it->out->classification, signal, 0.2, g_steal_pointer(&kept));
}

/* At most so much of a value that a stranger wrote. */
static char *
beginning(const char *name, const char *between, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    g_autofree char *cut =
        g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), 80));

    return g_strconcat(name, between, cut, NULL);
}

static bool
is_told(const Case *it, const char *signal)
{
    const GPtrArray *reasons = it->out->classification.reasons;

    for (size_t i = 0; i < list_length(reasons); i++)
        if (g_str_equal(((const Reason *)reasons->pdata[i])->signal, signal))
            return true;
    return false;
}

/* A field that programs write; once. */
static void
back_by_field(Case *it, const char *name)
{
    const char *value = message_header(it->message, name);
    g_autofree char *signal = g_strconcat("header:", name, NULL);

    if (value && !is_told(it, signal))
        back(it, signal, beginning(name, ": ", value));
}

static void
back_by_sender(Case *it)
{
    const char *envelope = it->message->envelope_from;

    if (envelope && !*envelope)
        back(it, "envelope:empty",
             g_strdup("nobody is to answer it: its return path is empty"));
    if (is_daemon(it->from_address))
        back(it, "address:daemon",
             g_strdup_printf("%s is a mail server's address", it->from_address));
}

static const char *
kind_in_words(const char *kind)
{
    static const char *const words[][2] = {
        {"out_of_office", "it is a note of absence"},
        {"acknowledgement", "it is a receipt or a notice"},
        {"list", "it is mail of a list"},
        {"challenge", "it asks for a proof"},
        {"own", "it is our own mail"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i][0], kind))
            return words[i][1];
    return kind;
}

static void
back_automatic(Case *it)
{
    static const char *const fields[] = {"Auto-Submitted", "Precedence",
                                         "X-Auto-Response-Suppress", "List-Unsubscribe",
                                         "X-Mailer"};

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        back_by_field(it, fields[i]);
    back_by_sender(it);
    if (it->out->automatic.kind)
        back(it, "automatic:kind", g_strdup(kind_in_words(it->out->automatic.kind)));
}

static void
back_bounce(Case *it)
{
    for (size_t i = 0; i < MIN(list_length(it->out->bounces), 2u); i++) {
        const Bounce *bounce = it->out->bounces->pdata[i];

        back(it, "bounce:recipient",
             g_strdup_printf("%s: %s (%s%s%s)",
                             bounce->recipient ? bounce->recipient : "somebody",
                             bounce->reason, bounce->action, bounce->status ? ", " : "",
                             bounce->status ? bounce->status : ""));
    }
    back_by_sender(it);
    back_by_field(it, "Auto-Submitted");
}

static void
back_complaint(Case *it)
{
    const Complaint *complaint = it->out->complaint;

    if (!complaint || !complaint->feedback_type)
        return;
    if (complaint->original_recipient)
        back(it, "report:recipient",
             g_strdup_printf("%s got the mail", complaint->original_recipient));
    if (complaint->source_ip)
        back(it, "report:source",
             g_strdup_printf("the mail came from %s", complaint->source_ip));
    if (complaint->reporter)
        back(it, "report:reporter", g_strdup_printf("told by %s", complaint->reporter));
}

static void
back_unsubscribe(Case *it)
{
    const Unsubscribe *unsubscribe = it->out->unsubscribe;

    if (!unsubscribe || g_strcmp0(unsubscribe->via, "text") == 0)
        return;
    if (unsubscribe->token)
        back(it, "address:with-token",
             g_strdup("the address carries a subscriber's token"));
    if (it->message->subject && *it->message->subject)
        back(it, "subject:unsubscribe",
             beginning("its subject", ": ", it->message->subject));
}

void
back_label(Case *it)
{
    switch (it->out->classification.label) {
    case LABEL_AUTO_REPLY:
        back_automatic(it);
        break;
    case LABEL_BOUNCE:
        back_bounce(it);
        break;
    case LABEL_COMPLAINT:
        back_complaint(it);
        break;
    case LABEL_UNSUBSCRIBE:
        back_unsubscribe(it);
        break;
    case LABEL_SUPPORT:
    case LABEL_LEAD:
    case LABEL_CAMPAIGN_REPLY:
    case LABEL_OTHER:
    case LABEL_SPAM:
    case LABEL_PHISHING:
        break;
    }
}
