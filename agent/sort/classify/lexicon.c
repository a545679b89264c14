#include "lexicon.h"

#include <string.h>

#include "fold.h"

/* They would have a line each. */
/* clang-format off */
/* All folded: lower case, no accents, no punctuation. */
static const char *const requests[] = {
    " unsubscribe me ", " please unsubscribe ", " unsubscribe please ", " remove me ",
    " remove my email ", " remove my address ", " remove this address ",
    " remove this email ", " remove us from ", " take me off ", " take my name off ",
    " take us off ", " delete me from ", " off your mailing list ",
    " from your mailing list ", " from your list ", " off this list ",
    " from this list ", " off the list ", " from the list ", " stop sending me ",
    " stop emailing ", " stop mailing me ", " stop contacting me ",
    " stop these emails ", " stop sending these ", " stop spamming ",
    " quit emailing ", " do not email me ", " dont email me ",
    " do not contact me again ", " do not send me ", " dont send me any ",
    " no more emails ", " no more mails ", " no more newsletters ", " opt me out ",
    " want to opt out ", " opt out please ", " stop receiving your ",
    " stop getting your ", " no longer wish to receive ",
    " no longer want to receive ", " dont want to receive ",
    " do not wish to receive ", " dont want your emails ", " dont want these emails ",
    " wish to unsubscribe ", " want to unsubscribe ", " like to unsubscribe ",
    " borrenme de ", " borrarme de ", " borreme de ", " borren mi correo ",
    " eliminenme ", " eliminadme ", " eliminarme de ", " saquenme de ", " sacame de ",
    " sacadme de ", " sacarme de ", " quitenme de ", " quitadme de ", " quitarme de ",
    " quiteme de ", " retirenme de ", " baja de la lista ", " baja de esta lista ",
    " baja de su lista ", " baja de vuestra lista ", " baja del boletin ",
    " baja del newsletter ", " baja de la newsletter ", " baja de sus correos ",
    " baja de estos correos ", " baja de vuestros correos ", " baja en la lista ",
    " baja en el boletin ", " baja de su base de datos ", " baja de los correos ",
    " baja de la suscripcion al boletin ", " no quiero recibir ", " no deseo recibir ",
    " no deseo seguir recibiendo ", " no quiero seguir recibiendo ",
    " no queremos recibir ", " dejar de recibir ", " dejen de enviar ",
    " dejen de enviarme ", " dejen de mandar ", " dejen de mandarme ",
    " dejad de enviarme ", " dejad de mandarme ", " deje de enviarme ",
    " no me envien mas ", " no me manden mas ", " no me envieis mas ",
    " no me mandeis mas ", " no envien mas ", " no me escriban mas ",
    " no mas correos ", " no mas publicidad ", " no mas emails ", " desuscribirme ",
    " desuscribanme ", " desuscribir ", " cancelar mi suscripcion al boletin ",
    " cancelar la suscripcion a la newsletter ", " anular mi suscripcion al boletin ",
    " desinscrivez moi ", " me desinscrire ", " ne plus recevoir ",
    " keine weiteren mails ", " newsletter abbestellen ", " aus dem verteiler ",
    " nao quero mais receber ", " remover da lista ", " non voglio piu ricevere ",
    " cancellarmi dalla lista ", " suscripcion a sus correos ",
    " suscripcion a su boletin ", " suscripcion a los correos ",
    " suscripcion a este boletin ", " suscripcion al boletin ",
    " suscripcion a la newsletter ", " subscription to your mailing list ",
    " subscription to this mailing list ", " subscription to your newsletter ",
    " subscription to the newsletter ", " subscription to your emails ",
    " stop calling me ", " my number off ", " dejen de llamar ", " dejen de llamarme ",
    " dejen de marcar ", " no me llamen mas ", " ya no me llamen ",
    " quiten mi numero ", " borren mi numero ", " eliminen mi numero ",
    " de su base de datos ", " de sus bases de datos ", " de vuestra base de datos ",
    " lista de llamadas ", " sacame de la lista ", " borrame de la lista ",
    " nehmen sie mich aus ", " nehmt mich aus ", " nehmen sie meine ",
    " streichen sie mich ", " melden sie mich ab ", " keine werbung mehr ",
    " retirez moi ", " desabonnez moi ", " enlevez moi ", " me desabonner ",
    " plus recevoir vos ", " retirar da lista ", " sair da lista ", " removam me ",
    " descadastrar ", " tirem me ", " deixem de enviar ", " deixar de receber ",
    " get me off ", " get off this list ", " get off your list ",
    " get off the mailing ", " off the mailing list ", " off all your lists ",
    " off your lists ", " from all lists ", " from all your lists ",
    " have my name removed ", " my name removed from ", " be removed from ",
    " drop me from ", " drop this address ", " strike me off ", " strike me from ",
    " delete my subscription ", " delete my address from ", " stop texting me ",
    " stop ringing me ", " quit texting me ", " quit calling me ", " stop calling us ",
    " stop the calls ", " stop these mails ",
    " unsubsribe me ", " unsubcribe me ", " unsuscribe me ",
    " unsubscibe me ", " unsubscrible me ", " please unsubsribe ",
    " please unsubcribe ", " please unsuscribe ", " quitenme ", " saquenme ",
    " borrenme ", " sacadme ", " quitadme ", " borradme ", " bajenme ",
    " denme de baja ", " dadme de baja ", " deme de baja ", " dame de baja ",
    " no me marquen ", " dejen de marcarme ", " dejen de ofrecer ",
    " dejen de ofrecerme ", " dejen de bombardear ", " paren de llamar ",
    " paren de llamarme ", " paren de marcar ", " paren de marcarme ",
    " no me vuelvan a marcar ", " no me vuelvan a llamar ", " no vuelvan a llamarme ",
    " no vuelvan a escribirme ", " no volvais a escribirme ", " no me escribais mas ",
    " no me envien publicidad ", " no me manden publicidad ", " ya no me manden ",
    " ya no me envien ", " borren mi direccion ", " borren esta direccion ",
    " eliminen mi correo ", " quiten mi correo ", " quiten mi telefono ",
    " lista de distribucion ", NULL
};

/* Alone they are an opt-out only in a text of a few words. */
static const char *const bare[] = {
    " unsubscribe ", " unsub ", " remove ", " stop ", " opt out ", " optout ",
    " baja ", " desuscripcion ", " desuscribirse ", " borrar ", " signoff ",
    " darme de baja ", " dar de baja ", " dadme de baja ", " denme de baja ",
    " deme de baja ", " desinscription ", " abmelden ", " unsubsribe ", " unsubcribe ",
    " unsuscribe ", " unsubscibe ", " unsubscrible ", " usubscribe ", " saquenme ",
    " quitenme ", " borrenme ", " abbestellen ", NULL
};

static const char *const mentions[] = {
    " unsubscribe ", " unsubscribed ", " unsubscribing ", " opt out ", " opted out ",
    " dar de baja ", " darse de baja ", " darme de baja ", " dado de baja ",
    " dados de baja ", " de baja ", " desuscribirse ", " cancelar ", " cancel ",
    " cancelacion ", " terminate ", " cancelling ", " canceling ", " dare de baja ",
    " doy de baja ", " unsubsribe ", " unsubcribe ", " unsuscribe ", " unsubscibe ",
    " unsubscrible ", NULL
};

/* What one ends a contract of. */
static const char *const services[] = {
    " contract ", " contrato ", " my account ", " our account ", " mi cuenta ",
    " la cuenta ", " service ", " el servicio ", " del servicio ", " mi servicio ",
    " los servicios ", " linea ", " lineas ", " fibra ", " internet ", " seguro ",
    " poliza ", " policy ", " insurance ", " plan ", " tarjeta ", " card ",
    " broadband ", " membership ", " membresia ", " hosting ", " dominio ", " domain ",
    " licencia ", " license ", " licence ", " tarifa ", " abono ", " cuota ",
    " gimnasio ", " gym ", " suministro ", " luz ", " pedido ", " order ", " reserva ",
    " booking ", " reservation ", " telefono ", " movil ", " celular ",
    " mi suscripcion ", " la suscripcion ", " my subscription ", " our subscription ",
    " the subscription ", " subscription ", " mantenimiento ", " alarma ",
    " empleado ", " empleada ", " usuario ", " user ", NULL
};

/* Mail about mail: these take the service's side away. */
static const char *const letters[] = {
    " newsletter ", " newsletters ", " boletin ", " boletines ", " mailing ",
    " mailing list ", " email list ", " lista de correo ", " lista de correos ",
    " promotional ", " promociones ", " publicidad ", " publicitarios ", " ofertas ",
    " marketing ", " emails ", " correos ", " subscription list ",
    " subscription to the list ", " mailing lists ", " mensajes de promociones ",
    " catalogue ", " catalogo ", " catalog ", NULL
};

/* Who says this asks about opting out, his own or others', and does not do it. */
static const char *const questions[] = {
    " how do i unsubscribe users ", " our customers ", " our users ",
    " our subscribers ", " my customers ", " my subscribers ", " mis clientes ",
    " nuestros clientes ", " nuestros suscriptores ", " mis suscriptores ",
    " mis contactos ", " an unsubscribe ", " the unsubscribe rate ",
    " unsubscribe rate ", " tasa de baja ", " tasa de bajas ", " boton de baja ",
    " unsubscribe button in ", " unsubscribe requests ", " solicitudes de baja ",
    " unsubscribe header ", " baja medica ", " baja laboral ",
    " dado de baja por error ", " by mistake ", " por error ", " sin querer ",
    " unsubscribed me ", " volver a recibir ", " if i unsubscribe ",
    " when i unsubscribe ", " if we unsubscribe ", " if i opt out ",
    " unsubscribed by ", " did i get unsubscribed ", " was i unsubscribed ",
    " have i been unsubscribed ", " got unsubscribed ", " been unsubscribed ",
    " did i unsubscribe ", " does the unsubscribe ", " does unsubscribing ",
    " after unsubscribing ", " how does unsubscribing ", " one of our subscribers ",
    " one of our customers ", " cannot unsubscribe ", " cant unsubscribe from our ",
    " unsubscribe users ", " unsubscribe link for ", " unsubscribe link in our ",
    " unsubscribe link of our ", " our unsubscribe ", " add an unsubscribe ",
    " who unsubscribed ", " who unsubscribe ", " people who post ",
    " subscribe again ", " como funciona la baja ", " si me doy de baja ",
    " si me doy de baja del ", " si cancelo la suscripcion pierdo ",
    " me di de baja sin ", " me dieron de baja ", " me han dado de baja ",
    " fui dado de baja ", " se dio de baja ", " se dan de baja ",
    " se dieron de baja ", " nuestro enlace de baja ", " nuestros boletines ",
    " a un cliente de la lista ", " suscribirme de nuevo ", " volver a suscribirme ",
    " se je me desinscris ", " si je me desabonne ", " wenn ich mich abmelde ",
    " se eu cancelar a newsletter ", " to resubscribe ", " i resubscribe ",
    " resubscribe me ", NULL
};

/* How mailings tell their readers what to do. Whoever answers one with his own wish
 * says that besides. */
static const char *const offers[] = {
    " if you no longer wish ", " if you no longer want ",
    " if you no longer would like ", " if you do not wish to receive ",
    " if you dont wish to receive ", " if you do not want to receive ",
    " if you dont want to receive ", " if you wish to unsubscribe ",
    " if you want to unsubscribe ", " if you would like to unsubscribe ",
    " if youd like to unsubscribe ", " if you wish to opt out ",
    " if you prefer not to receive ", " to unsubscribe click ",
    " to unsubscribe please click ", " to unsubscribe please visit ",
    " to unsubscribe please follow ", " to unsubscribe please use ",
    " to unsubscribe please go ", " to opt out click ", " to opt out please click ",
    " to opt out please visit ", " you can unsubscribe ", " you may unsubscribe ",
    " unsubscribe here ", " unsubscribe click here ", " click here to unsubscribe ",
    " click to unsubscribe ", " si ya no desea ", " si ya no deseas ",
    " si ya no quiere ", " si ya no quieres ", " si no desea recibir ",
    " si no deseas recibir ", " si no quiere recibir ", " si no quieres recibir ",
    " si desea darse de baja ", " si deseas darte de baja ",
    " si quiere darse de baja ", " si quieres darte de baja ",
    " para darse de baja haga clic ", " para darse de baja pulse ",
    " para darte de baja ", " puede darse de baja ", " puedes darte de baja ", NULL
};
/* clang-format on */

enum {
    BARE_MAX_BYTES = 70,
    OFFER_BYTES = 80 /* with what an offer says one no longer wishes */
};

/* The text without its offers; NULL when it makes none. Yours. */
static char *
without_offers(const FoldIndex *index)
{
    const char *offer = fold_find_indexed(index, offers);
    char *rest = offer ? g_strdup(index->folded) : NULL;

    for (; offer; offer = fold_find(rest, offers)) {
        char *at = strstr(rest, offer);
        size_t size = strnlen(at, OFFER_BYTES);

        memmove(at, at + size, strlen(at + size) + 1);
    }
    return rest;
}

static OptOut
judge_words(const FoldIndex *index, const char **told)
{
    const char *request = fold_find_indexed(index, requests);
    const char *mention = fold_find_indexed(index, mentions);
    bool is_short = strlen(index->folded) <= BARE_MAX_BYTES;
    const char *short_one = is_short ? fold_find_indexed(index, bare) : NULL;
    bool about_letters;

    *told = request ? request : short_one ? short_one : mention;
    if (!*told)
        return OPTOUT_NONE;
    if (fold_find_indexed(index, questions))
        return OPTOUT_QUESTION;
    if (request)
        return OPTOUT_REQUEST;
    about_letters = fold_find_indexed(index, letters) != NULL;
    if (!about_letters && fold_find_indexed(index, services))
        return OPTOUT_SERVICE;
    return short_one ? OPTOUT_REQUEST : OPTOUT_MENTION;
}

OptOut
lexicon_judge(const char *folded, const char **phrase)
{
    g_auto(FoldIndex) index = {0};
    g_autofree char *rest = NULL;
    const char *told;
    OptOut verdict;

    fold_index(&index, folded);
    rest = without_offers(&index);
    if (rest) {
        fold_index_clear(&index);
        fold_index(&index, rest);
    }
    verdict = judge_words(&index, &told);
    if (rest && (verdict == OPTOUT_NONE || verdict == OPTOUT_MENTION))
        verdict = OPTOUT_OFFER;
    if (phrase)
        *phrase = told;
    return verdict;
}

bool
lexicon_is_bare(const char *folded)
{
    for (const char *const *word = bare; *word; word++)
        if (g_str_equal(folded, *word))
            return true;
    return false;
}

double
lexicon_lean(OptOut verdict)
{
    static const double leaning[] = {-3.0, -0.5, -3.0, 2.0, -3.0, -6.0};

    return leaning[verdict];
}

double
lexicon_lean_support(OptOut verdict)
{
    return verdict == OPTOUT_SERVICE ? 1.0 : 0.0;
}
