/* Hand-built readings and the label each must get, reports apart. */
#include "desk.h"

typedef struct AutoCase {
    const char *name; /* header, NULL: none */
    const char *value;
    const char *subject;
    const char *text;
    const char *kind; /* NULL: not automatic */
} AutoCase;

static const AutoCase autos[] = {
    {"Auto-Submitted", "auto-replied", "Re: your question",
     "I am out of the office until Monday.", "out_of_office"},
    {"Auto-Submitted", "auto-generated", "Ticket 4 received", "We got your mail.",
     "acknowledgement"},
    {"Auto-Submitted", "no", "Help", "My printer does not print, please help me.",
     NULL},
    {"X-Autoreply", "yes", "Hola", "Estoy de vacaciones.", "out_of_office"},
    {"Precedence", "auto_reply", "Re: hi", "We got it.", "acknowledgement"},
    {"Precedence", "bulk", "Help", "My printer does not print, please help me.", NULL},
    {"X-Auto-Response-Suppress", "All", "Help", "I cannot log in, please help.", NULL},
    {"List-Unsubscribe", "<mailto:x@y.example>", "Help", "I cannot log in.", NULL},
    {NULL, NULL, "Automatic reply: order", "Back on Monday.", "out_of_office"},
    {NULL, NULL, "Respuesta automática: pedido", "Vuelvo el lunes.", "out_of_office"},
    {NULL, NULL, "Fuera de la oficina", "Vuelvo el lunes.", "out_of_office"},
    {NULL, NULL, "Resposta automática: x", "Volto.", "out_of_office"},
    {NULL, NULL, "Réponse automatique : x", "Absent.", "out_of_office"},
    {NULL, NULL, "Abwesenheitsnotiz: x", "Bin weg.", "out_of_office"},
    {NULL, NULL, "Risposta automatica: x", "Torno.", "out_of_office"},
    {NULL, NULL, "Re: Automatic reply: order", "Thanks, but where is my order 55?",
     NULL},
};

static void
automatic_table(Desk *desk, gconstpointer unused)
{
    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(autos); i++) {
        write_mail(desk, "ana@customer.example", autos[i].subject, autos[i].text);
        if (autos[i].name)
            put_header(&desk->reading.message.headers, autos[i].name, autos[i].value);
        judge(desk);
        g_assert_cmpstr(desk->opinion.automatic.kind, ==, autos[i].kind);
        g_assert_true(desk->opinion.automatic.is_auto == (autos[i].kind != NULL));
        shape_clear(&reading_shape, &desk->reading);
        shape_clear(&opinion_shape, &desk->opinion);
    }
}

static void
lists_of_others_and_of_ours(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "x@list.example", "News", "All the news.");
    put_header(&desk->reading.message.headers, "List-Id", "News <news.list.example>");
    put_header(&desk->reading.message.headers, "Precedence", "bulk");
    assert_label(desk, LABEL_AUTO_REPLY);
    g_assert_cmpstr(desk->opinion.automatic.kind, ==, "list");
    shape_clear(&reading_shape, &desk->reading);
    shape_clear(&opinion_shape, &desk->opinion);
    write_mail(desk, "ana@customer.example", "Help", "I cannot log in, please help.");
    put_header(&desk->reading.message.headers, "List-Id", "<support.example.com>");
    put_header(&desk->reading.message.headers, "Precedence", "list");
    assert_label(desk, LABEL_SUPPORT);
}

static void
own_mail_comes_back(Desk *desk, gconstpointer unused)
{
    Address *answer;

    (void)unused;
    write_mail(desk, "support@example.com", "Your ticket", "We work on it.");
    judge(desk);
    g_assert_cmpstr(desk->opinion.automatic.kind, ==, "own");
    shape_clear(&opinion_shape, &desk->opinion);
    answer = shape_append(&address_shape, &desk->reading.message.reply_to);
    answer->address = g_strdup("ana@customer.example");
    judge(desk);
    g_assert_false(desk->opinion.automatic.is_auto);
}

typedef struct UnsubscribeCase {
    const char *to;
    const char *token;
    const char *via; /* NULL: none */
} UnsubscribeCase;

static const UnsubscribeCase unsubscribes[] = {
    {"unsubscribe+abc123@example.com", "abc123", "token"},
    {"Unsubscribe+abc123@Example.com", "abc123", "token"},
    {"unsubscribe@example.com", NULL, "header_address"},
    {"baja+t0k@example.com", "t0k", "token"},
    {"unsubscribe+abc@elsewhere.example", NULL, NULL},
    {"unsubscribers@example.com", NULL, NULL},
    {"unsubscribe+a b@example.com", NULL, NULL},
};

static void
unsubscribe_addresses(Desk *desk, gconstpointer unused)
{
    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(unsubscribes); i++) {
        const UnsubscribeCase *row = &unsubscribes[i];
        Address *to;

        write_mail(desk, "other@customer.example", "Where is my order?",
                   "My order has not arrived, can you check the tracking?");
        to = shape_append(&address_shape, &desk->reading.message.to);
        to->address = g_strdup(row->to);
        judge(desk);
        g_assert_true((desk->opinion.unsubscribe != NULL) == (row->via != NULL));
        if (row->via) {
            g_assert_cmpstr(desk->opinion.unsubscribe->token, ==, row->token);
            g_assert_cmpstr(desk->opinion.unsubscribe->via, ==, row->via);
        }
        shape_clear(&reading_shape, &desk->reading);
        shape_clear(&opinion_shape, &desk->opinion);
    }
}

static void
answer_to_bulk_mail_is_hinted(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "ana@customer.example", "Re: Save on energy",
               "Not interested, thanks.");
    desk->reading.message.in_reply_to = g_strdup("20261101.abc@mail7.mcsv.net");
    assert_label(desk, LABEL_CAMPAIGN_REPLY);
    g_assert_cmpstr(desk->opinion.campaign->original_message_id, ==,
                    "20261101.abc@mail7.mcsv.net");
    g_assert_cmpstr(desk->opinion.campaign->intent, ==, "not_interested");
}

static void
quoted_footer_unsubscribes_nobody(Desk *desk, gconstpointer unused)
{
    Message *message = &desk->reading.message;

    (void)unused;
    write_mail(desk, "ana@customer.example", "Re: Our spring news",
               "Which shops have the blue chairs? My order 71 still shows an error.");
    g_free(message->text);
    message->text = g_strdup("Which shops have the blue chairs?\n> To unsubscribe from "
                             "this list click here\n> unsubscribe me");
    judge(desk);
    g_assert_cmpint(desk->opinion.classification.label, !=, LABEL_UNSUBSCRIBE);
    g_assert_null(desk->opinion.unsubscribe);
}

static void
add_link(Desk *desk, const char *text, const char *domain)
{
    Link *link = shape_append(&link_shape, &desk->reading.message.links);

    link->text = g_strdup(text);
    link->url = g_strconcat("https://", domain, "/x", NULL);
    link->domain = g_strdup(domain);
}

static void
pretended_bank_is_phishing(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "alert@cheap-host.example", "Your account",
               "Verify your account within 24 hours.");
    desk->reading.message.from.name = g_strdup("P\xd0\xb0yPal Security");
    add_link(desk, "https://www.paypal.com/login", "cheap-host.example");
    assert_label(desk, LABEL_PHISHING);
    g_assert_cmpuint(list_length(desk->opinion.phishing.signals), >=, 3);
    g_assert_cmpfloat(desk->opinion.phishing.score, >=, 0.6);
}

static void
authenticated_mail_is_not_phishing(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "alert@cheap-host.example", "Your account",
               "Verify your account within 24 hours.");
    desk->reading.message.from.name = g_strdup("PayPal Security");
    add_link(desk, "https://www.paypal.com/login", "cheap-host.example");
    desk->verdict.kind = VERDICT_AUTHENTICATED;
    judge(desk);
    g_assert_cmpint(desk->opinion.classification.label, !=, LABEL_PHISHING);
    g_assert_cmpfloat(desk->opinion.phishing.score, >, 0.5);
}

static void
honest_links_are_no_signal(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "ana@customer.example", "Link", "See our page, please help.");
    desk->reading.message.from.name = g_strdup("Ana Correa");
    add_link(desk, "www.customer.example", "shop.customer.example");
    add_link(desk, "click here", "tracker.example");
    add_link(desk, "offer.pdf", "files.example");
    judge(desk);
    g_assert_cmpuint(list_length(desk->opinion.phishing.signals), ==, 0);
}

static void
look_alike_of_ours(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "boss@examp1e.com", "Payment", "Please pay the invoice today.");
    desk->verdict.kind = VERDICT_FAILED;
    assert_label(desk, LABEL_PHISHING);
}

static void
spam_needs_several_signs(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "x@y.example", "BUY NOW CHEAP VIAGRA ONLINE",
               "You have won the lottery. Act now, no prescription needed.");
    assert_label(desk, LABEL_SPAM);
    g_assert_cmpstr(desk->opinion.spam.verdict, ==, "spam");
    shape_clear(&reading_shape, &desk->reading);
    shape_clear(&opinion_shape, &desk->opinion);
    write_mail(desk, "x@y.example", "Lottery machine broken",
               "Our lottery terminal shows an error, can you help?");
    judge(desk);
    g_assert_cmpstr(desk->opinion.spam.verdict, ==, "ham");
    g_assert_cmpint(desk->opinion.classification.label, !=, LABEL_SPAM);
}

static void
web_form_becomes_a_lead(Desk *desk, gconstpointer unused)
{
    const Lead *lead;

    (void)unused;
    write_mail(
        desk, "web@example.com", "Formulario web",
        "Nombre: Marta Ruiz\nEmail: marta@ruiz.example\nTeléfono: +34 600 11 22 33\n"
        "Empresa: Ruiz e Hijos\nMensaje: Quisiera un presupuesto para 20 sillas.");
    put_header(&desk->reading.message.headers, "Auto-Submitted", "auto-generated");
    assert_label(desk, LABEL_LEAD);
    lead = desk->opinion.lead;
    g_assert_cmpstr(lead->name, ==, "Marta Ruiz");
    g_assert_cmpstr(lead->email, ==, "marta@ruiz.example");
    g_assert_cmpstr(lead->company, ==, "Ruiz e Hijos");
    g_assert_cmpuint(list_length(lead->phones), ==, 1);
    g_assert_cmpstr(lead->phones->pdata[0], ==, "+34600112233");
    g_assert_true(lead->address_check.syntax);
    g_assert_true(lead->address_check.mx);
    g_assert_false(lead->address_check.free_provider);
    g_assert_cmpstr(desk->reading.message.language, ==, "es");
}

static void
address_of_a_lead_is_checked(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "info@nowhere.example", "Quote request",
               "Please send us a quote for 30 licences and your price list.");
    assert_label(desk, LABEL_LEAD);
    g_assert_true(desk->opinion.lead->address_check.role);
    g_assert_false(desk->opinion.lead->address_check.mx);
}

static void
short_text_takes_the_default_language(Desk *desk, gconstpointer unused)
{
    (void)unused;
    desk->settings->default_language = g_strdup("es");
    write_mail(desk, "a@b.example", "", "12345");
    judge(desk);
    g_assert_cmpstr(desk->reading.message.language, ==, "es");
}

static void
empty_mail_is_judged(Desk *desk, gconstpointer unused)
{
    (void)unused;
    judge(desk);
    g_assert_cmpint(desk->opinion.classification.label, <, LABEL_COUNT);
}

typedef struct Row {
    const char *name;
    void (*run)(Desk *desk, gconstpointer unused);
} Row;

static const Row rows[] = {
    {"automatic-table", automatic_table},
    {"lists-of-others-and-of-ours", lists_of_others_and_of_ours},
    {"own-mail-comes-back", own_mail_comes_back},
    {"unsubscribe-addresses", unsubscribe_addresses},
    {"answer-to-bulk-mail-is-hinted", answer_to_bulk_mail_is_hinted},
    {"quoted-footer-unsubscribes-nobody", quoted_footer_unsubscribes_nobody},
    {"pretended-bank-is-phishing", pretended_bank_is_phishing},
    {"authenticated-mail-is-not-phishing", authenticated_mail_is_not_phishing},
    {"honest-links-are-no-signal", honest_links_are_no_signal},
    {"look-alike-of-ours", look_alike_of_ours},
    {"spam-needs-several-signs", spam_needs_several_signs},
    {"web-form-becomes-a-lead", web_form_becomes_a_lead},
    {"address-of-a-lead-is-checked", address_of_a_lead_is_checked},
    {"short-text-takes-the-default-language", short_text_takes_the_default_language},
    {"empty-mail-is-judged", empty_mail_is_judged},
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/layers/", rows[i].name, NULL);

        g_test_add(path, Desk, NULL, desk_set, rows[i].run, desk_clear);
    }
    return g_test_run();
}
