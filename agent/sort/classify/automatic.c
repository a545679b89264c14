/* Layer 2: mail that no person wrote to us. It never opens or reopens a ticket. */
#include <string.h>

#include "fold.h"
#include "layer.h"

typedef struct Start {
    const char *text; /* folded; the subject begins with it */
    const char *kind;
} Start;

static const Start starts[] = {
    {" automatic reply ", "out_of_office"},
    {" auto reply ", "out_of_office"},
    {" autoreply ", "out_of_office"},
    {" auto response ", "acknowledgement"},
    {" autoresponse ", "acknowledgement"},
    {" automated response ", "acknowledgement"},
    {" automated reply ", "acknowledgement"},
    {" out of office ", "out_of_office"},
    {" out of the office ", "out_of_office"},
    {" ooo ", "out_of_office"},
    {" on vacation ", "out_of_office"},
    {" vacation reply ", "out_of_office"},
    {" respuesta automatica ", "out_of_office"},
    {" respuesta de ausencia ", "out_of_office"},
    {" fuera de la oficina ", "out_of_office"},
    {" fuera de oficina ", "out_of_office"},
    {" ausencia de la oficina ", "out_of_office"},
    {" ausente ", "out_of_office"},
    {" de vacaciones ", "out_of_office"},
    {" contestacion automatica ", "out_of_office"},
    {" resposta automatica ", "out_of_office"},
    {" fora do escritorio ", "out_of_office"},
    {" ausencia temporaria ", "out_of_office"},
    {" reponse automatique ", "out_of_office"},
    {" absence du bureau ", "out_of_office"},
    {" absent du bureau ", "out_of_office"},
    {" message d absence ", "out_of_office"},
    {" automatische antwort ", "out_of_office"},
    {" abwesenheitsnotiz ", "out_of_office"},
    {" abwesend ", "out_of_office"},
    {" abwesenheit ", "out_of_office"},
    {" risposta automatica ", "out_of_office"},
    {" fuori ufficio ", "out_of_office"},
    {" assente ", "out_of_office"},
    {" automatisch antwoord ", "out_of_office"},
};

static const char *const absences[] = {" out of the office ",
                                       " out of office ",
                                       " on vacation ",
                                       " on annual leave ",
                                       " on holiday ",
                                       " on leave ",
                                       " limited access to ",
                                       " maternity leave ",
                                       " fuera de la oficina ",
                                       " de vacaciones ",
                                       " me encuentro ausente ",
                                       " estare ausente ",
                                       " acceso limitado al correo ",
                                       " de baja medica ",
                                       " ferias ",
                                       " absent du ",
                                       " en conges ",
                                       " nicht im buro ",
                                       " im urlaub ",
                                       " fuori ufficio ",
                                       " in ferie ",
                                       NULL};

static const char *const challenges[] = {" please confirm that you are a human ",
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

static const char *
kind_by_text(const Case *it)
{
    if (fold_find(it->subject, absences) || fold_find(it->reply, absences))
        return "out_of_office";
    if (fold_find(it->subject, challenges) || fold_find(it->reply, challenges))
        return "challenge";
    return "acknowledgement";
}

/* Takes `because`. */
static bool
call_automatic(Case *it, const char *kind, const char *signal, char *because)
{
    it->out->automatic.is_auto = true;
    it->out->automatic.kind = g_strdup(kind);
    it->out->automatic.because = g_strdup(because);
    it->out->classification.sublabel = g_strdup(kind);
    settle(it, LABEL_AUTO_REPLY, 0.98, signal, because);
    return true;
}

/* RFC 3834. Our own site's contact form is generated too, and is a customer. */
static bool
judge_auto_submitted(Case *it)
{
    const char *value = message_header(it->message, "Auto-Submitted");
    g_autofree char *word = value ? g_strstrip(fold_case(value, 100)) : NULL;

    if (!word || g_str_has_prefix(word, "no"))
        return false;
    if (it->is_web_form && g_str_has_prefix(word, "auto-generated"))
        return false;
    return call_automatic(it, kind_by_text(it), "header:Auto-Submitted",
                          g_strdup_printf("Auto-Submitted: %s", word));
}

static bool
judge_auto_fields(Case *it)
{
    static const char *const fields[] = {"X-Autoreply",      "X-Autorespond",
                                         "X-Autoresponder",  "X-Auto-Reply",
                                         "X-Mail-Autoreply", "X-Autogenerated"};
    const char *precedence = message_header(it->message, "Precedence");
    g_autofree char *word = precedence ? g_strstrip(fold_case(precedence, 60)) : NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *value = message_header(it->message, fields[i]);
        g_autofree char *signal = g_strconcat("header:", fields[i], NULL);

        if (value && g_ascii_strcasecmp(value, "no") != 0)
            return call_automatic(it, kind_by_text(it), signal,
                                  g_strdup_printf("it carries %s", fields[i]));
    }
    if (word && (g_str_equal(word, "auto_reply") || g_str_equal(word, "auto-reply")))
        return call_automatic(it, kind_by_text(it), "header:Precedence",
                              g_strdup_printf("Precedence: %s", word));
    return false;
}

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

static bool
judge_list(Case *it)
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
    return call_automatic(it, "list", "header:List-Id",
                          g_strdup_printf("mail of the list %.100s", list_id));
}

/* A customer's "Re: Automatic reply: ..." is a person answering: prefixes count only
 * at the very start. A Precedence or X-Auto-Response-Suppress only backs this up. */
static bool
judge_subject(Case *it)
{
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_autofree char *shown = NULL;

        if (!g_str_has_prefix(it->subject, starts[i].text))
            continue;
        shown = g_strstrip(g_strdup(starts[i].text));
        return call_automatic(it, starts[i].kind, "subject:automatic",
                              g_strdup_printf("the subject begins with “%s”", shown));
    }
    return false;
}

static bool
judge_challenge(Case *it)
{
    bool suppresses = message_header(it->message, "X-Auto-Response-Suppress") ||
                      message_header(it->message, "Precedence");
    const char *phrase = fold_find(it->reply, challenges);
    g_autofree char *shown = phrase ? g_strstrip(g_strdup(phrase)) : NULL;

    if (!phrase || !(suppresses || g_str_has_prefix(it->from_address, "no-reply@") ||
                     g_str_has_prefix(it->from_address, "noreply@")))
        return false;
    return call_automatic(it, "challenge", "text:challenge",
                          g_strdup_printf("it asks for a proof: “%s”", shown));
}

/* Contact forms send from our address with the customer in Reply-To. What fails
 * authentication is not ours: phishing looks at it. */
static bool
judge_own(Case *it)
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
    return call_automatic(it, "own", "address:own",
                          g_strdup("our own mail came back to us"));
}

static bool
judge_receipt(Case *it)
{
    if (it->reading->report.kind != REPORT_DISPOSITION)
        return false;
    return call_automatic(it, "acknowledgement", "report:disposition",
                          g_strdup("a receipt that the message was displayed"));
}

bool
layer_automatic(Case *it)
{
    return judge_receipt(it) || judge_auto_submitted(it) || judge_auto_fields(it) ||
           judge_list(it) || judge_subject(it) || judge_challenge(it) || judge_own(it);
}
