/* What a signature says of who signs: "Eva Example / Example Tools, S.L. /
 * www.example.com". */
#pragma once

#include <glib.h>

typedef struct Card {
    char *name;    /* NULL: none stands there */
    char *company; /* of a legal form: Ltd, GmbH, S.A. de C.V. */
    char *site;
} Card;

/* `signature` may be NULL; free with card_clear. */
void card_read(const char *signature, Card *card);
void card_clear(Card *card);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Card, card_clear)
