#include "lexicon.h"

#include <string.h>

#include "fold.h"

/* All folded: lower case, no accents, no punctuation. */
static const char *const requests[] = {" unsubscribe me ",
                                       " please unsubscribe ",
                                       " unsubscribe please ",
                                       " remove me ",
                                       " remove my email ",
                                       " remove my address ",
                                       " remove this address ",
                                       " remove this email ",
                                       " remove us from ",
                                       " take me off ",
                                       " take my name off ",
                                       " take us off ",
                                       " delete me from ",
                                       " off your mailing list ",
                                       " from your mailing list ",
                                       " from your list ",
                                       " off this list ",
                                       " from this list ",
                                       " off the list ",
                                       " from the list ",
                                       " stop sending me ",
                                       " stop emailing ",
                                       " stop mailing me ",
                                       " stop contacting me ",
                                       " stop these emails ",
                                       " stop sending these ",
                                       " stop spamming ",
                                       " quit emailing ",
                                       " do not email me ",
                                       " dont email me ",
                                       " do not contact me again ",
                                       " do not send me ",
                                       " dont send me any ",
                                       " no more emails ",
                                       " no more mails ",
                                       " no more newsletters ",
                                       " opt me out ",
                                       " want to opt out ",
                                       " opt out please ",
                                       " stop receiving your ",
                                       " stop getting your ",
                                       " no longer wish to receive ",
                                       " no longer want to receive ",
                                       " dont want to receive ",
                                       " do not wish to receive ",
                                       " dont want your emails ",
                                       " dont want these emails ",
                                       " wish to unsubscribe ",
                                       " want to unsubscribe ",
                                       " like to unsubscribe ",
                                       " borrenme de ",
                                       " borrarme de ",
                                       " borradme ",
                                       " borreme de ",
                                       " borren mi correo ",
                                       " eliminenme ",
                                       " eliminadme ",
                                       " eliminarme de ",
                                       " saquenme de ",
                                       " sacame de ",
                                       " sacadme de ",
                                       " sacarme de ",
                                       " quitenme de ",
                                       " quitadme de ",
                                       " quitarme de ",
                                       " quiteme de ",
                                       " retirenme de ",
                                       " baja de la lista ",
                                       " baja de esta lista ",
                                       " baja de su lista ",
                                       " baja de vuestra lista ",
                                       " baja del boletin ",
                                       " baja del newsletter ",
                                       " baja de la newsletter ",
                                       " baja de sus correos ",
                                       " baja de estos correos ",
                                       " baja de vuestros correos ",
                                       " baja en la lista ",
                                       " baja en el boletin ",
                                       " baja de su base de datos ",
                                       " baja de los correos ",
                                       " baja de la suscripcion al boletin ",
                                       " no quiero recibir ",
                                       " no deseo recibir ",
                                       " no deseo seguir recibiendo ",
                                       " no quiero seguir recibiendo ",
                                       " no queremos recibir ",
                                       " dejar de recibir ",
                                       " dejen de enviar ",
                                       " dejen de enviarme ",
                                       " dejen de mandar ",
                                       " dejen de mandarme ",
                                       " dejad de enviarme ",
                                       " dejad de mandarme ",
                                       " deje de enviarme ",
                                       " no me envien mas ",
                                       " no me manden mas ",
                                       " no me envieis mas ",
                                       " no me mandeis mas ",
                                       " no envien mas ",
                                       " no me escriban mas ",
                                       " no mas correos ",
                                       " no mas publicidad ",
                                       " no mas emails ",
                                       " desuscribirme ",
                                       " desuscribanme ",
                                       " desuscribir ",
                                       " cancelar mi suscripcion al boletin ",
                                       " cancelar la suscripcion a la newsletter ",
                                       " anular mi suscripcion al boletin ",
                                       " desinscrivez moi ",
                                       " me desinscrire ",
                                       " ne plus recevoir ",
                                       " keine weiteren mails ",
                                       " newsletter abbestellen ",
                                       " aus dem verteiler ",
                                       " nao quero mais receber ",
                                       " remover da lista ",
                                       " non voglio piu ricevere ",
                                       " cancellarmi dalla lista ",
                                       NULL};

/* Alone they are an opt-out only in a text of a few words. */
static const char *const bare[] = {" unsubscribe ",
                                   " unsub ",
                                   " remove ",
                                   " stop ",
                                   " opt out ",
                                   " optout ",
                                   " baja ",
                                   " desuscripcion ",
                                   " desuscribirse ",
                                   " borrar ",
                                   " signoff ",
                                   " darme de baja ",
                                   " dar de baja ",
                                   " dadme de baja ",
                                   " denme de baja ",
                                   " deme de baja ",
                                   " desinscription ",
                                   " abmelden ",
                                   NULL};

static const char *const mentions[] = {
    " unsubscribe ",   " unsubscribed ",  " unsubscribing ",
    " opt out ",       " opted out ",     " dar de baja ",
    " darse de baja ", " darme de baja ", " dado de baja ",
    " dados de baja ", " de baja ",       " desuscribirse ",
    " cancelar ",      " cancel ",        " cancelacion ",
    " terminate ",     " cancelling ",    " canceling ",
    " dare de baja ",  " doy de baja ",   NULL};

/* What one ends a contract of. */
static const char *const services[] = {" contract ",
                                       " contrato ",
                                       " my account ",
                                       " our account ",
                                       " mi cuenta ",
                                       " la cuenta ",
                                       " service ",
                                       " el servicio ",
                                       " del servicio ",
                                       " mi servicio ",
                                       " los servicios ",
                                       " linea ",
                                       " lineas ",
                                       " fibra ",
                                       " internet ",
                                       " seguro ",
                                       " poliza ",
                                       " policy ",
                                       " insurance ",
                                       " plan ",
                                       " tarjeta ",
                                       " card ",
                                       " broadband ",
                                       " membership ",
                                       " membresia ",
                                       " hosting ",
                                       " dominio ",
                                       " domain ",
                                       " licencia ",
                                       " license ",
                                       " licence ",
                                       " tarifa ",
                                       " abono ",
                                       " cuota ",
                                       " gimnasio ",
                                       " gym ",
                                       " suministro ",
                                       " luz ",
                                       " pedido ",
                                       " order ",
                                       " reserva ",
                                       " booking ",
                                       " reservation ",
                                       " telefono ",
                                       " movil ",
                                       " celular ",
                                       " mi suscripcion ",
                                       " la suscripcion ",
                                       " my subscription ",
                                       " our subscription ",
                                       " the subscription ",
                                       " subscription ",
                                       " mantenimiento ",
                                       " alarma ",
                                       " empleado ",
                                       " empleada ",
                                       " usuario ",
                                       " user ",
                                       NULL};

/* Mail about mail: these take the service's side away. */
static const char *const letters[] = {
    " newsletter ",    " newsletters ",     " boletin ",
    " boletines ",     " mailing ",         " mailing list ",
    " email list ",    " lista de correo ", " lista de correos ",
    " promotional ",   " promociones ",     " publicidad ",
    " publicitarios ", " ofertas ",         " marketing ",
    " emails ",        " correos ",         NULL};

static const char *const questions[] = {" how do i unsubscribe users ",
                                        " our customers ",
                                        " our users ",
                                        " our subscribers ",
                                        " my customers ",
                                        " my subscribers ",
                                        " mis clientes ",
                                        " nuestros clientes ",
                                        " nuestros suscriptores ",
                                        " mis suscriptores ",
                                        " mis contactos ",
                                        " an unsubscribe ",
                                        " the unsubscribe rate ",
                                        " unsubscribe rate ",
                                        " tasa de baja ",
                                        " tasa de bajas ",
                                        " boton de baja ",
                                        " unsubscribe button in ",
                                        " unsubscribe requests ",
                                        " solicitudes de baja ",
                                        " unsubscribe header ",
                                        " baja medica ",
                                        " baja laboral ",
                                        " dado de baja por error ",
                                        " by mistake ",
                                        " por error ",
                                        " sin querer ",
                                        " resubscribe ",
                                        " unsubscribed me ",
                                        " volver a recibir ",
                                        NULL};

enum {
    BARE_MAX_BYTES = 70
};

OptOut
lexicon_judge(const char *folded, const char **phrase)
{
    const char *request = fold_find(folded, requests);
    const char *mention = fold_find(folded, mentions);
    const char *short_one =
        strlen(folded) <= BARE_MAX_BYTES ? fold_find(folded, bare) : NULL;
    bool about_letters;
    const char *told = request ? request : short_one ? short_one : mention;

    if (phrase)
        *phrase = told;
    if (!told)
        return OPTOUT_NONE;
    if (fold_find(folded, questions))
        return OPTOUT_MENTION;
    if (request)
        return OPTOUT_REQUEST;
    about_letters = fold_find(folded, letters) != NULL;
    if (!about_letters && fold_find(folded, services))
        return OPTOUT_SERVICE;
    if (short_one || about_letters)
        return short_one ? OPTOUT_REQUEST : OPTOUT_MENTION;
    return OPTOUT_MENTION;
}

double
lexicon_lean(OptOut verdict)
{
    static const double leaning[] = {-3.0, -0.5, -3.0, 2.0};

    return leaning[verdict];
}

double
lexicon_lean_support(OptOut verdict)
{
    return verdict == OPTOUT_SERVICE ? 1.0 : 0.0;
}
