#include "cli/reasons.h"

#include <stdlib.h>
#include <string.h>

#include "model/shape.h"

typedef struct Wording {
    const char *signal;
    const char *spanish;
} Wording;

static const char *const labels[] = {
    [LABEL_SUPPORT] = "soporte",
    [LABEL_LEAD] = "posible cliente",
    [LABEL_CAMPAIGN_REPLY] = "respuesta a una campaña",
    [LABEL_UNSUBSCRIBE] = "baja de envíos",
    [LABEL_COMPLAINT] = "queja",
    [LABEL_OTHER] = "otro asunto",
};

static const Wording marks[] = {
    {"angry words", "palabras de enfado"},
    {"many angry words", "muchas palabras de enfado"},
    {"full of angry words", "lleno de enfado"},
    {"praise", "elogio o agradecimiento"},
    {"much praise", "mucho elogio"},
    {"full of praise", "lleno de elogios"},
    {"talk of buying", "habla de comprar"},
    {"much talk of buying", "habla mucho de comprar"},
    {"full of talk of buying", "solo habla de comprar"},
    {"interest", "muestra interés"},
    {"much interest", "muestra mucho interés"},
    {"full of interest", "lleno de interés"},
    {"a request", "pide algo"},
    {"many requests", "pide varias cosas"},
    {"full of requests", "lleno de peticiones"},
    {"a greeting", "saluda"},
    {"several greetings", "saluda varias veces"},
    {"mostly a greeting", "casi solo saluda"},
    {"public matters", "asuntos públicos"},
    {"much about public matters", "trata de asuntos públicos"},
    {"full of public matters", "lleno de asuntos públicos"},
    {"talk of a service", "habla de un servicio"},
    {"much about a service", "habla mucho de un servicio"},
    {"full of talk of a service", "solo habla de un servicio"},
    {"news", "noticias"},
    {"much news", "muchas noticias"},
    {"full of news", "lleno de noticias"},
    {"talk of mailings", "habla de envíos de correo"},
    {"much about mailings", "habla mucho de envíos de correo"},
    {"full of talk of mailings", "solo habla de envíos de correo"},
    {"under 5 words", "menos de 5 palabras"},
    {"under 5 words, no subject", "menos de 5 palabras, sin asunto"},
    {"under 10 words", "menos de 10 palabras"},
    {"under 10 words, no subject", "menos de 10 palabras, sin asunto"},
    {"under 20 words", "menos de 20 palabras"},
    {"under 20 words, no subject", "menos de 20 palabras, sin asunto"},
    {"under 40 words", "menos de 40 palabras"},
    {"under 40 words, no subject", "menos de 40 palabras, sin asunto"},
    {"under 80 words", "menos de 80 palabras"},
    {"under 80 words, no subject", "menos de 80 palabras, sin asunto"},
    {"under 160 words", "menos de 160 palabras"},
    {"under 160 words, no subject", "menos de 160 palabras, sin asunto"},
    {"under 320 words", "menos de 320 palabras"},
    {"under 320 words, no subject", "menos de 320 palabras, sin asunto"},
    {"a long text", "texto largo"},
    {"a long text, no subject", "texto largo, sin asunto"},
    {"has a subject", "lleva asunto"},
    {"a happy emoji", "un emoji alegre"},
    {"a sad emoji", "un emoji triste"},
    {"a question mark", "un signo de interrogación"},
    {"several question marks", "varias preguntas"},
    {"an exclamation mark", "un signo de exclamación"},
    {"several exclamation marks", "varias exclamaciones"},
    {"capitals", "escrito en mayúsculas"},
    {"dots", "puntos suspensivos"},
    {"ends in a question", "termina en pregunta"},
    {"starts in lower case", "empieza en minúscula"},
    {"starts with a handle", "empieza con un usuario"},
    {"a hash tag", "una etiqueta de redes"},
    {"several lines", "varias líneas"},
    {"neither subject nor question", "sin asunto ni pregunta"},
    {"subject is a reply", "el asunto es una respuesta"},
    {"a link", "lleva un enlace"},
    {"mentions opting out", "menciona darse de baja"},
    {"asks about opting out", "pregunta por la baja"},
    {"offers opting out", "ofrece la baja"},
    {"ends a service", "cancela un servicio"},
    {"asks to opt out", "pide no recibir más correo"},
};

static const Wording rules[] = {
    {"report:feedback", "informe de abuso de un proveedor de correo"},
    {"report:delivery", "informe de entrega de un servidor de correo"},
    {"report:disposition", "acuse de lectura"},
    {"subject:automatic", "el asunto es de una respuesta automática"},
    {"text:challenge", "un filtro pide confirmar que escribe una persona"},
    {"address:own", "viene de una dirección nuestra"},
    {"address:token", "escribe a una dirección de baja con su clave"},
    {"address:unsubscribe", "escribe a la dirección de baja"},
    {"header:campaign", "cabeceras de un envío de campaña"},
    {"phishing:signals", "varias señales de suplantación"},
    {"report:failed-recipients", "un servidor nombra destinatarios fallidos"},
    {"text:bounce", "un servidor de correo escribe que no pudo entregar"},
    {"spam:signs", "varias señales claras de spam"},
    {"spam:filter", "sus palabras son las del correo que aquí se llama spam"},
    {"envelope:empty", "nadie debe contestarlo: su ruta de retorno está vacía"},
    {"address:daemon", "lo envía la dirección de un servidor de correo"},
    {"address:with-token", "la dirección lleva la clave de un suscriptor"},
    {"header:List-Id", "correo de una lista"},
    {"header:In-Reply-To", "contesta a un correo enviado por un servicio de campañas"},
    {"header:X-Failed-Recipients", "el servidor nombra a quienes no llegó"},
    {"model:prior", "ninguna palabra decide; es lo más probable"},
};

const char *
reasons_language(const char *wanted)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; !wanted && i < G_N_ELEMENTS(variables); i++) {
        const char *value = g_getenv(variables[i]);

        if (value && *value)
            return g_str_has_prefix(value, "es") ? "es" : "en";
    }
    if (!wanted || g_str_has_prefix(wanted, "en"))
        return "en";
    return g_str_has_prefix(wanted, "es") ? "es" : NULL;
}

static const char *
spanish_of(const Wording *rows, size_t count, const char *signal)
{
    for (size_t i = 0; i < count; i++)
        if (g_str_equal(rows[i].signal, signal))
            return rows[i].spanish;
    return NULL;
}

/* Reasons with a name or a value in them: what stands around it. */
static const Wording pieces[] = {
    {"the name shown contains ", "el nombre visible contiene "},
    {"the name shown says ", "el nombre visible dice "},
    {", but the address is of ", ", pero la dirección es de "},
    {"a link shows ", "un enlace muestra "},
    {" and leads to ", " y lleva a "},
    {"a link leads to the bare address ", "un enlace lleva a la dirección IP "},
    {"answers would go to ", "las respuestas irían a "},
    {", not to ", ", no a "},
    {"the author's domain disowns this mail", "el dominio del autor niega este correo"},
    {"its authentication is contradictory", "su autenticación se contradice"},
    {"it claims our domain without proof", "dice venir de nuestro dominio sin prueba"},
    {"an attachment is risky: ", "un adjunto es peligroso: "},
    {"a web page is attached", "lleva adjunta una página web"},
    {"it presses with ", "apremia con "},
    {" and a link", " y un enlace"},
    {" asks for no more mail", " pide no recibir más correo"},
    {" ends a service, not a subscription to mail",
     " termina un servicio, no una suscripción a correos"},
    {" stood in spam of this house", " estaba en spam de esta casa"},
    {"hidden text is usual in spam", "el texto oculto es habitual en el spam"},
    {"subject in capitals is usual in spam",
     "el asunto en mayúsculas es habitual en el spam"},
    {"disowned by its domain is usual in spam",
     "que su dominio lo niegue es habitual en el spam"},
    {" is usual in spam", " es habitual en el spam"},
    {" got the mail", " recibió el correo"},
    {"the mail came from ", "el correo salió de "},
    {"told by ", "lo comunica "},
    {"its subject: ", "su asunto: "},
    {"it is a note of absence", "es un aviso de ausencia"},
    {"it is a receipt or a notice", "es un acuse o un aviso"},
    {"it is mail of a list", "es correo de una lista"},
    {"it asks for a proof", "pide una prueba"},
    {"it is our own mail", "es correo nuestro"},
    {"somebody: ", "alguien: "},
};

static char *
in_pieces(const char *text)
{
    GString *told = g_string_new(text);

    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++)
        (void)g_string_replace(told, pieces[i].signal, pieces[i].spanish, 1);
    return g_string_free(told, FALSE);
}

/* Yours; NULL: there are no words for it. */
static char *
in_spanish(const char *signal, Label label)
{
    const char *name = label <= LABEL_OTHER ? labels[label] : NULL;
    const char *mark = g_str_has_prefix(signal, "mark:") ? signal + 5 : NULL;

    if (name && g_str_has_prefix(signal, "word:"))
        return g_strdup_printf("“%s” apunta a %s", signal + 5, name);
    if (!mark)
        return g_strdup(spanish_of(rules, G_N_ELEMENTS(rules), signal));
    mark = spanish_of(marks, G_N_ELEMENTS(marks), mark);
    return mark && name ? g_strdup_printf("la forma (%s) apunta a %s", mark, name)
                        : NULL;
}

char *
reasons_text(const char *signal, const char *text, Label label, const char *language)
{
    char *told = NULL;

    if (g_strcmp0(language, "es") != 0)
        return g_strdup(text);
    told = in_spanish(signal, label);
    return told ? told : in_pieces(text);
}

void
reasons_translate(Classification *classification, const char *language)
{
    for (size_t i = 0; i < list_length(classification->reasons); i++) {
        Reason *reason = classification->reasons->pdata[i];
        char *text =
            reasons_text(reason->signal, reason->text, classification->label, language);

        g_free(reason->text);
        reason->text = text;
    }
}

void
reasons_translate_texts(GPtrArray *texts, const char *language)
{
    for (size_t i = 0; i < list_length(texts); i++) {
        char *text = reasons_text("", texts->pdata[i], LABEL_OTHER, language);

        g_free(texts->pdata[i]);
        texts->pdata[i] = text;
    }
}
