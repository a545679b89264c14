#include "looks.h"

#include <string.h>

#include <unicode/uspoof.h>

#include "fold.h"

enum {
    SKELETON_BYTES = 256,
    FOLDED_BYTES = 500
};

static const Brand brands[] = {
    {"paypal", "paypal"},
    {"microsoft", "microsoft"},
    {"apple", "apple"},
    {"icloud", "apple"},
    {"amazon", "amazon"},
    {"google", "google"},
    {"netflix", "netflix"},
    {"facebook", "facebook"},
    {"instagram", "instagram"},
    {"linkedin", "linkedin"},
    {"dropbox", "dropbox"},
    {"docusign", "docusign"},
    {"dhl", "dhl"},
    {"fedex", "fedex"},
    {"ups", "ups"},
    {"correos", "correos"},
    {"santander", "santander"},
    {"bbva", "bbva"},
    {"caixabank", "caixabank"},
    {"sabadell", "bancsabadell"},
    {"bankinter", "bankinter"},
    {"chase", "chase"},
    {"wells fargo", "wellsfargo"},
    {"citibank", "citi"},
    {"bank of america", "bankofamerica"},
    {"hsbc", "hsbc"},
    {"banamex", "banamex"},
    {"mercado libre", "mercadolibre"},
    {"mercadopago", "mercadopago"},
    {"binance", "binance"},
    {"coinbase", "coinbase"},
    {"metamask", "metamask"},
    {"trust wallet", "trustwallet"},
    {"bradesco", "bradesco"},
    {"itau", "itau"},
    {"agencia tributaria", "gob"},
    {"office 365", "microsoft"},
    {"american express", "americanexpress"},
    {"capital one", "capitalone"},
    {"norton", "norton"},
    {"mcafee", "mcafee"},
    {"geek squad", "geeksquad"},
};

struct Looks {
    USpoofChecker *checker; /* NULL: ICU has none; then every text looks like itself */
    char *folded[G_N_ELEMENTS(brands)]; /* of the skeletons, with outer spaces */
};

char *
looks_skeleton(const Looks *looks, const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    g_autofree char *cut = g_strndup(text, SKELETON_BYTES);
    g_autofree char *whole = g_utf8_make_valid(cut, -1);
    char out[4 * SKELETON_BYTES];
    int32_t size = looks->checker ? uspoof_getSkeletonUTF8(looks->checker, 0, whole, -1,
                                                           out, sizeof out - 1, &status)
                                  : 0;

    if (U_FAILURE(status) || size <= 0 || size >= (int32_t)sizeof out)
        return g_strdup(whole);
    return g_strndup(out, (gsize)size);
}

Looks *
looks_new(void)
{
    UErrorCode status = U_ZERO_ERROR;
    Looks *looks = g_new0(Looks, 1);

    looks->checker = uspoof_open(&status);
    if (U_FAILURE(status))
        looks->checker = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(brands); i++) {
        /* A skeleton turns m into rn and l into I on both sides alike. */
        g_autofree char *seen = looks_skeleton(looks, brands[i].name);

        looks->folded[i] = fold_words(seen, FOLDED_BYTES);
    }
    return looks;
}

void
looks_free(Looks *looks)
{
    if (!looks)
        return;
    uspoof_close(looks->checker);
    for (size_t i = 0; i < G_N_ELEMENTS(brands); i++)
        g_free(looks->folded[i]);
    g_free(looks);
}

const Brand *
looks_brand(const Looks *looks, const char *skeleton)
{
    g_autofree char *folded = fold_words(skeleton, FOLDED_BYTES);

    for (size_t i = 0; i < G_N_ELEMENTS(brands); i++)
        if (strstr(folded, looks->folded[i]))
            return &brands[i];
    return NULL;
}
