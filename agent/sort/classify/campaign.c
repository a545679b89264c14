/* Layer 4: is this an answer to bulk mail? From the mail alone only a hint; the
 * registrar asks the sent index and the registered campaigns. */
#include <string.h>

#include "fold.h"
#include "layer.h"

/* Domains in the Message-IDs of services that send campaigns. */
static const char *const bulk_senders[] = {"mcsv.net",
                                           "mcdlv.net",
                                           "mailchimpapp.net",
                                           "rsgsv.net",
                                           "mandrillapp.com",
                                           "sendgrid.net",
                                           "sendgrid.info",
                                           "ismtpd",
                                           "amazonses.com",
                                           "mailgun.org",
                                           "mailgun.net",
                                           "sparkpostmail.com",
                                           "mailjet.com",
                                           "mailin.fr",
                                           "sendinblue.com",
                                           "brevo.com",
                                           "smtp-relay.mailin",
                                           "hubspotemail.net",
                                           "hubspot.com",
                                           "mktomail.com",
                                           "exacttarget.com",
                                           "exct.net",
                                           "klaviyomail.com",
                                           "acumbamail.com",
                                           "mailrelay.com",
                                           "constantcontact.com",
                                           "ccsend.com",
                                           "acems",
                                           "activehosted.com",
                                           "sendpulse.com",
                                           "getresponse.com",
                                           "cmail19.com",
                                           "createsend.com",
                                           "mailerlite.com",
                                           "mlsend.com",
                                           "emsend",
                                           "pardot.com",
                                           "salesforce.com",
                                           "customeriomail.com",
                                           "postmarkapp.com",
                                           "doppler",
                                           "fromdoppler.com",
                                           "benchmarkemail.com",
                                           "zohocampaigns",
                                           NULL};

static const char *
bulk_sender_of(const char *message_id)
{
    g_autofree char *domain = fold_case(address_domain(message_id), 256);

    for (size_t i = 0; bulk_senders[i]; i++) {
        const char *found = strstr(domain, bulk_senders[i]);

        if (found && (found == domain || found[-1] == '.' || found[-1] == '-'))
            return bulk_senders[i];
    }
    return NULL;
}

static void
hint(Case *it, const char *message_id, const char *signal, char *because)
{
    it->out->campaign = shape_new(&campaign_shape);
    it->out->campaign->original_message_id = g_strdup(message_id);
    add_reason(&it->out->classification, signal, 0.5, because);
}

static const char *
bulk_parent(const Message *message, const char **service)
{
    const GPtrArray *references = message->references;

    if (message->in_reply_to && (*service = bulk_sender_of(message->in_reply_to)))
        return message->in_reply_to;
    /* The newest stand last; a long chain is a hostile one. */
    for (size_t i = list_length(references), seen = 0; i-- > 0 && seen < 20; seen++)
        if ((*service = bulk_sender_of(references->pdata[i])))
            return references->pdata[i];
    return NULL;
}

bool
layer_campaign_hint(Case *it)
{
    const Message *message = it->message;
    const GPtrArray *names = it->settings->campaign_headers;
    const char *service = NULL;
    const char *parent = bulk_parent(message, &service);

    if (parent) {
        hint(it, parent, "header:In-Reply-To",
             g_strdup_printf("answers a message sent through %s", service));
        return false;
    }
    if (!message->in_reply_to && list_length(message->references) == 0)
        return false;
    for (size_t i = 0; i < list_length(names); i++) {
        if (!message_header(message, names->pdata[i]))
            continue;
        hint(it, message->in_reply_to, "header:campaign",
             g_strdup_printf("an answer that still carries %s",
                             (char *)names->pdata[i]));
        return false;
    }
    return false;
}

static const char *const refusals[] = {" not interested ",
                                       " no interest ",
                                       " no thanks ",
                                       " no thank you ",
                                       " not for us ",
                                       " we will pass ",
                                       " ill pass ",
                                       " not a fit ",
                                       " not right now ",
                                       " not at this time ",
                                       " no me interesa ",
                                       " no nos interesa ",
                                       " no gracias ",
                                       " no estoy interesado ",
                                       " no estoy interesada ",
                                       " no estamos interesados ",
                                       " ya tenemos proveedor ",
                                       " ya tenemos ",
                                       NULL};
static const char *const interests[] = {" interested ",
                                        " tell me more ",
                                        " send me more ",
                                        " more details ",
                                        " lets talk ",
                                        " lets schedule ",
                                        " book a call ",
                                        " sounds good ",
                                        " sounds great ",
                                        " call me ",
                                        " a demo ",
                                        " me interesa ",
                                        " nos interesa ",
                                        " interesado ",
                                        " interesada ",
                                        " mas informacion ",
                                        " mas info ",
                                        " llamadme ",
                                        " llameme ",
                                        " llamenme ",
                                        " una demo ",
                                        " agendar ",
                                        " cotizacion ",
                                        " presupuesto ",
                                        NULL};
static const char *const askings[] = {
    " how ",  " what ",   " when ",   " does ",   " do you ", " can you ", " is it ",
    " como ", " cuanto ", " cuando ", " que ",    " teneis ", " tienen ",  " se puede ",
    " cual ", " which ",  " price ",  " precio ", NULL};

const char *
campaign_intent(const FoldIndex *reply, Label label)
{
    if (label == LABEL_UNSUBSCRIBE)
        return "unsubscribe";
    if (label == LABEL_COMPLAINT)
        return "complaint";
    if (fold_find_indexed(reply, refusals))
        return "not_interested";
    if (fold_find_indexed(reply, interests))
        return "interested";
    return fold_find_indexed(reply, askings) ? "question" : "other";
}
