/* The model over sentences that are not among its seeds. */
#include "base/clock.h"
#include "sort/classify/classify.h"

typedef struct Sentence {
    const char *language;
    Label label;
    const char *subject;
    const char *body;
} Sentence;

static const Sentence sentences[] = {
    {"en", LABEL_SUPPORT, "Login problem",
     "I cannot log in to the portal, it shows error 500. Please help."},
    {"en", LABEL_SUPPORT, "Contract",
     "Please cancel my contract for the phone line at the end of June."},
    {"en", LABEL_LEAD, "Quote",
     "Could you send us a quote for 40 office chairs with delivery?"},
    {"en", LABEL_LEAD, "Prices",
     "We are interested in your software. What is the price for 12 users?"},
    {"en", LABEL_CAMPAIGN_REPLY, "Re: A new way to plan shifts",
     "Not interested at the moment, we already have a supplier."},
    {"en", LABEL_UNSUBSCRIBE, "Re: Autumn deals",
     "Please take me off this mailing list."},
    {"en", LABEL_UNSUBSCRIBE, "unsubscribe", ""},
    {"en", LABEL_UNSUBSCRIBE, "Unsubscribe",
     "I read three other groups and have no time for a fourth, good as it is."},
    {"en", LABEL_UNSUBSCRIBE, "", "pls unsuscribe me from these"},
    {"es", LABEL_UNSUBSCRIBE, "", "ya no me marquen para ofrecerme seguros, por favor"},
    {"en", LABEL_COMPLAINT, "Awful",
     "This is the worst service ever, I am furious and want my money back."},
    {"en", LABEL_OTHER, "Invoice",
     "Please find attached our invoice for the printing work."},
    {"es", LABEL_SUPPORT, "Error",
     "No puedo entrar al portal, me da un error 500. ¿Me ayudan?"},
    {"es", LABEL_SUPPORT, "Baja de línea",
     "Quiero dar de baja el servicio de fibra de mi casa a fin de mes."},
    {"es", LABEL_LEAD, "Presupuesto",
     "¿Nos pueden enviar un presupuesto para 40 sillas de oficina?"},
    {"es", LABEL_LEAD, "Precio",
     "Nos interesa su programa, ¿qué precio tiene para 12 usuarios?"},
    {"es", LABEL_CAMPAIGN_REPLY, "Re: Planifique sus turnos",
     "No me interesa por ahora, ya tenemos proveedor."},
    {"es", LABEL_UNSUBSCRIBE, "Re: Ofertas de otoño",
     "Por favor, darme de baja de la lista de correo."},
    {"es", LABEL_UNSUBSCRIBE, "Baja", "No quiero recibir más sus correos."},
    {"es", LABEL_COMPLAINT, "Vergonzoso",
     "Es el peor servicio, estoy indignada y exijo que me devuelvan el dinero."},
    {"es", LABEL_OTHER, "Factura",
     "Adjuntamos la factura de los trabajos de imprenta."},
};

static Classifier *
load(void)
{
    GError *error = NULL;
    Classifier *classifier = classifier_new(&error);

    g_assert_no_error(error);
    return classifier;
}

static void
sentences_get_their_label(void)
{
    g_autoptr(Classifier) classifier = load();

    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
        const Sentence *row = &sentences[i];
        Classification out;
        const char *language;

        shape_init(&classification_shape, &out);
        language = classify_text(classifier, row->subject, row->body, NULL, &out);
        g_test_message("%s", row->body);
        g_assert_cmpstr(language ? language : "en", ==, row->language);
        g_assert_cmpstr(label_name(out.label), ==, label_name(row->label));
        g_assert_cmpuint(list_length(out.reasons), >, 0);
        g_assert_cmpuint(list_length(out.scores), ==, 6);
        g_assert_cmpfloat(out.confidence, >, 1.0 / 6);
        g_assert_true(out.review || row->label == LABEL_UNSUBSCRIBE ||
                      out.confidence >= (row->language[1] == 'n' ? 0.9 : 0.95));
        g_assert_true(out.review >=
                      (out.confidence < (row->language[1] == 'n' ? 0.9 : 0.95)));
        shape_clear(&classification_shape, &out);
    }
}

static void
same_text_gives_the_same_bytes(void)
{
    g_autoptr(Classifier) first = load();
    g_autoptr(Classifier) second = load();
    g_autoptr(GByteArray) left = g_byte_array_new();
    g_autoptr(GByteArray) right = g_byte_array_new();
    Classification out;

    shape_init(&classification_shape, &out);
    (void)classify_text(first, "Quote", "price for 30 users please", "en", &out);
    shape_write(&classification_shape, &out, left);
    shape_clear(&classification_shape, &out);
    (void)classify_text(second, "Quote", "price for 30 users please", "en", &out);
    shape_write(&classification_shape, &out, right);
    shape_clear(&classification_shape, &out);
    g_assert_cmpmem(left->data, left->len, right->data, right->len);
}

static void
languages_are_told_apart(void)
{
    static const char *const texts[][2] = {
        {"es", "Hola, ¿me pueden ayudar con el pedido?"},
        {"en", "Hello, can you help me with the order?"},
        {"pt", "Olá, não recebi o meu pedido, obrigado pela ajuda"},
        {"fr", "Bonjour, je n'ai pas reçu ma commande, merci de votre aide"},
        {"de", "Guten Tag, ich habe meine Bestellung nicht erhalten, bitte um Hilfe"},
        {"it", "Buongiorno, non ho ricevuto il mio ordine, grazie"},
    };
    g_autoptr(Classifier) classifier = load();

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        Classification out;

        shape_init(&classification_shape, &out);
        g_assert_cmpstr(classify_text(classifier, "", texts[i][1], NULL, &out), ==,
                        texts[i][0]);
        shape_clear(&classification_shape, &out);
    }
}

static void
hostile_text_ends_soon(void)
{
    g_autoptr(Classifier) classifier = load();
    g_autofree char *long_word = g_strnfill(4 << 20, 'a');
    g_autofree char *cut = g_strdup("abc \xc3");
    const char *const bodies[] = {long_word, cut, NULL, "\xf0\x9f\x98\x80", "   "};
    int64_t start = clock_monotonic_us();

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        Classification out;

        shape_init(&classification_shape, &out);
        (void)classify_text(classifier, bodies[i], bodies[i], NULL, &out);
        shape_clear(&classification_shape, &out);
    }
    g_assert_cmpint(clock_monotonic_us() - start, <, G_USEC_PER_SEC);
}

static void
one_message_costs_little(void)
{
    enum {
        ROUNDS = 400
    };
    g_autoptr(Classifier) classifier = load();
    int64_t start = clock_monotonic_us();
    int64_t each;

    for (size_t i = 0; i < ROUNDS; i++) {
        const Sentence *row = &sentences[i % G_N_ELEMENTS(sentences)];
        Classification out;

        shape_init(&classification_shape, &out);
        (void)classify_text(classifier, row->subject, row->body, "en", &out);
        shape_clear(&classification_shape, &out);
    }
    each = (clock_monotonic_us() - start) / ROUNDS;
    g_test_message("%" G_GINT64_FORMAT " us a message", each);
    /* The goal is 100; sanitizers and busy machines get ten times that. */
    g_assert_cmpint(each, <, 1000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/sentences-get-their-label", sentences_get_their_label);
    g_test_add_func("/text/same-text-gives-the-same-bytes",
                    same_text_gives_the_same_bytes);
    g_test_add_func("/text/languages-are-told-apart", languages_are_told_apart);
    g_test_add_func("/text/hostile-text-ends-soon", hostile_text_ends_soon);
    g_test_add_func("/text/one-message-costs-little", one_message_costs_little);
    return g_test_run();
}
