/* The reasons of a classification in the language of who reads them. */
#pragma once

#include "model/opinion.h"

/* "en" or "es" for `wanted` ("es_MX" is "es"); NULL: as the locale says. Static; NULL:
 * neither. */
const char *reasons_language(const char *wanted);

/* Puts each reason that has words in `language` into them, in place. */
void reasons_translate(Classification *classification, const char *language);
