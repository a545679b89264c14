#include "tone.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* A word, a blank, the letter of its tone (as in `letters`); sorted by bytes. Folded:
 * lower case, no accents. English and Spanish. */
/* It would give each word a line of its own. */
/* clang-format off */
static const char *const words[] = {
    "abandonado a", "abandono a", "absurd a", "absurdo a", "abusan a", "abuso a",
    "abusos a", "abysmal a", "account s", "actualizacion s", "adquirir p", "advise r",
    "agenda i", "agendamos i", "agendar i", "agradecida j", "agradecido j",
    "agradecimiento j", "agradezco j", "alcalde c", "alegria j", "amable j",
    "amables j", "amazing j", "analistas n", "announced n", "announces n", "anuncia n",
    "anuncio n", "app s", "appalling a", "application s", "appreciate j",
    "appreciated j", "arrogante a", "article n", "asco a", "asistencia r",
    "asqueroso a", "assist r", "assistance r", "atrocious a", "atropello a",
    "authorities c", "awesome j", "awful a", "ayuda r", "ayudar r", "ayudarme r",
    "ayuden r", "bad a", "barbaridad a", "barrio c", "basura a", "beautiful j",
    "best j", "billing s", "boletin m", "boletines m", "brilliant j", "brochure i",
    "broken a", "budget p", "buenas g", "buenos g", "bug s", "burla a", "buy p",
    "buying p", "calendar i", "call i", "calle c", "can r", "cancelled a", "cansada a",
    "cansado a", "cantidad p", "caos a", "carabinero c", "carabineros c", "card s",
    "catalog p", "catalogo p", "catalogue p", "charge s", "charged s", "charges s",
    "chat i", "cheers j", "cinicos a", "ciudadano c", "ciudadanos c", "clueless a",
    "colmo a", "comisaria c", "como r", "compra p", "comprar p", "comuna c",
    "conference n", "configuracion s", "congrats j", "congratulations j", "congress n",
    "contrasena s", "contratar p", "correos m", "corrupcion a", "corruptos a", "cost p",
    "coste p", "costo p", "costos p", "costs p", "cotizacion p", "cotizar p",
    "cotizarme p", "could r", "council c", "crap a", "crappy a", "cual r", "cuando r",
    "cuanto r", "cuenta s", "damaged a", "dear g", "decepcion a", "decepcionada a",
    "decepcionado a", "deck i", "deficiente a", "delay a", "delayed a", "delays a",
    "delighted j", "delincuencia c", "delincuentes c", "demo i", "demos i",
    "demostracion i", "denied a", "denuncia c", "denunciar c", "deplorable a",
    "desastre a", "descaro a", "descuento p", "descuentos p", "descuido a",
    "desesperada a", "desesperado a", "desgracia a", "despotico a", "dirty a",
    "disappointed a", "disappointing a", "disappointment a", "disaster a", "discount p",
    "discounts p", "discriminacion a", "discriminado a", "disgrace a", "disgraceful a",
    "disgusted a", "disgusting a", "dishonest a", "disrespectful a", "distribuidor p",
    "donde r", "draft n", "economia n", "economist n", "economistas n", "election n",
    "emails m", "embarrassing a", "encanta j", "encantada j", "encantado j",
    "encanto j", "encuesta n", "enfado a", "enganan a", "enganaron a", "engano a",
    "enhorabuena j", "enjoyed j", "enojo a", "error s", "errors s", "espantoso a",
    "estafa a", "estafadores a", "estimada g", "estimadas g", "estimado g",
    "estimados g", "estupendo j", "evaluate i", "excelente j", "excelentes j",
    "excellent j", "exceptional j", "excuse a", "excuses a", "exijo a", "explain r",
    "fabulous j", "factura s", "facturacion s", "fail a", "failed a", "failing a",
    "failure a", "falta a", "fantastic j", "fantastica j", "fantastico j", "fast j",
    "fatal a", "fault a", "felicidades j", "felicitaciones j", "felicito j", "feliz j",
    "fiasco a", "filthy a", "firmware s", "fiscalizar c", "fob p", "forever a",
    "fraud a", "fraude a", "friendly j", "frustrante a", "frustrated a",
    "frustrating a", "funcionario c", "funcionarios c", "furious a", "garbage a",
    "genial j", "glad j", "gobierno n", "government n", "gracias j", "grateful j",
    "great j", "greetings g", "grosera a", "groseria a", "grosero a", "guidance r",
    "happy j", "harta a", "harto a", "hartos a", "hate a", "hell a", "hello g",
    "help r", "helpful j", "hey g", "hi g", "hilarious j", "hola g", "horrendous a",
    "horrible a", "horrific a", "horror a", "how r", "humillacion a", "humillado a",
    "hung a", "ignorant a", "ignored a", "ignoring a", "impecable j", "impotencia a",
    "impressed j", "impunidad a", "inaceptable a", "inadequate a", "inadmisible a",
    "inaudito a", "inbox m", "incapaces a", "incompetence a", "incompetencia a",
    "incompetent a", "incompetentes a", "incredible j", "increible a", "increibles j",
    "incumplimiento a", "indecente a", "indignacion a", "indignada a", "indignado a",
    "indignante a", "ineficiente a", "ineptitud a", "ineptos a", "inexcusable a",
    "inflacion n", "injusta a", "injusticia a", "injusto a", "inoperante a", "insane a",
    "insoportable a", "inspector c", "inspectores c", "instalar s", "install s",
    "installation s", "installed s", "insufferable a", "insult a", "insulted a",
    "insulting a", "insulto a", "insultos a", "interesa i", "interesada i",
    "interesado i", "interesados i", "interesante i", "interest i", "interested i",
    "intolerable a", "intrested i", "inutil a", "inutiles a", "invoice s",
    "irrespeto a", "irrespetuoso a", "irresponsable a", "joke a", "journalist n",
    "keen i", "kind j", "kindness j", "kudos j", "ladrones a", "lamentable a",
    "lastima a", "law n", "lied a", "lies a", "lifesaver j", "list m", "lista m",
    "listas m", "lists m", "llamada i", "login s", "lost a", "lousy a", "love j",
    "loved j", "lovely j", "ludicrous a", "mailing m", "mailings m", "mails m", "mal a",
    "mala a", "malo a", "malos a", "maltrata a", "maltratan a", "maltrato a",
    "maravilla j", "maravillosa j", "maravilloso j", "mayor c", "mayoreo p",
    "meeting i", "mejor j", "mentira a", "mentiras a", "mentirosos a", "mercado n",
    "mess a", "miedo a", "minister n", "ministro n", "misleading a", "mistreated a",
    "mistreatment a", "molesta a", "molestia a", "molesto a", "molestos a", "moq p",
    "mugre a", "multa c", "municipal c", "municipalidad c", "municipio c", "nadie a",
    "nasty a", "nefasto a", "neglect a", "negligence a", "negligencia a", "negligent a",
    "newsletter m", "newsletters m", "newspaper n", "nice j", "nightmare a",
    "noticias n", "ofensa a", "oferta i", "offer p", "ordenanza c", "order s",
    "orientacion r", "outrage a", "outraged a", "outrageous a", "outstanding j",
    "overcharged a", "pago s", "parte c", "password s", "pathetic a", "patrulla c",
    "payment s", "pcs p", "pedido s", "penoso a", "peor a", "perdida a", "perfect j",
    "perfectly j", "perfecto j", "perjudicado a", "pesadilla a", "pesima a", "pesimo a",
    "pesimos a", "peso n", "pin s", "pitch i", "plan s", "plataforma s", "pleasant j",
    "please r", "pleased j", "pleasure j", "podria r", "podrian r", "police c",
    "policia c", "poor a", "poorly a", "porqueria a", "precio p", "precios p",
    "prensa n", "prepotencia a", "prepotente a", "president n", "presidente n",
    "press n", "presupuesto p", "price p", "prices p", "pricing p", "procure p",
    "promociones m", "promotional m", "promotions m", "proposal i", "propuesta i",
    "proveedor p", "proveedores p", "publicidad m", "pueden r", "puedo r", "purchase p",
    "purchasing p", "quantities p", "quantity p", "queja a", "quejas a", "quotation p",
    "quote p", "quotes p", "rabia a", "rapidez j", "reclamacion a", "reclamar a",
    "reclamo a", "reembolso s", "refund s", "refuse a", "refused a", "refuses a",
    "relevant i", "report n", "reported n", "repudio a", "request r", "research n",
    "reset s", "resolve r", "resolver r", "reunion i", "rfq p", "ridiculous a",
    "robado a", "roban a", "robando a", "robbed a", "robo a", "rock j", "rocks j",
    "rotten a", "rude a", "rudely a", "ruido c", "ruidos c", "satisfecha j",
    "satisfecho j", "scam a", "schedule i", "senate n", "server s", "service s",
    "servicio s", "servidor s", "settings s", "shady a", "shambles a", "shame a",
    "shameful a", "shocking a", "sick a", "sinverguenza a", "sinverguenzas a",
    "sloppy a", "software s", "solicito r", "solution i", "soporte r", "spam m",
    "stranded a", "stuck a", "study n", "stupid a", "subscribed m", "subscribers n",
    "subscription s", "suck a", "sucks a", "sue a", "superb j", "supplier p",
    "suppliers p", "support r", "suscripcion s", "suscripciones m", "suscrito m",
    "sweet j", "sync s", "tarifa p", "tarifas p", "tarjeta s", "team i", "terrible a",
    "terrific j", "thank j", "thankful j", "thanks j", "thieves a", "thoughtful j",
    "threatened a", "thx j", "ticket s", "tired a", "trash a", "treated a", "trial i",
    "ty j", "unacceptable a", "unbelievable a", "unethical a", "unfair a", "unhappy a",
    "unhelpful a", "unidades p", "units p", "unprofessional a", "unreal a",
    "unresolved a", "unsubscribe m", "unsubscribed m", "update s", "upgrade s",
    "upset a", "useless a", "vecina c", "vecino c", "vecinos c", "vendor i", "vereda c",
    "vergonzante a", "vergonzosa a", "vergonzoso a", "verguenza a", "version s",
    "via c", "violation a", "violencia a", "vote n", "waiting a", "waste a", "wasted a",
    "what r", "when r", "where r", "which r", "who r", "wholesale p", "wonderful j",
    "worse a", "worst a", "worthless a", "wow j", "wtf a", "yay j", "yelled a",
};
/* clang-format on */

/* In the order of Tone. */
static const char letters[] = "ajpirgcsnm";

typedef struct Wanted {
    const char *word;
    size_t size;
} Wanted;

/* A blank sorts before every letter and digit, so a shorter word comes first. */
static int
compare(const void *wanted_at, const void *row_at)
{
    const Wanted *wanted = wanted_at;
    const char *row = *(const char *const *)row_at;
    int order = strncmp(wanted->word, row, wanted->size);

    return order != 0 ? order : ' ' - row[wanted->size];
}

Tone
tone_of(const char *word, size_t size)
{
    Wanted wanted = {word, size};
    const char *const *row =
        bsearch(&wanted, words, G_N_ELEMENTS(words), sizeof *words, compare);

    return row ? (Tone)(strchr(letters, (*row)[size + 1]) - letters) : TONE_COUNT;
}
