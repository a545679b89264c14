/* The reasons of a classification in the language of who reads them. */
#pragma once

#include "model/opinion.h"

/* "en" or "es" for `wanted` ("es_MX" is "es"); NULL: as the locale says. Static; NULL:
 * neither. */
const char *reasons_language(const char *wanted);

/* One reason in `language`, by its signal, else by the words of its text. Yours. */
char *reasons_text(const char *signal, const char *text, Label label,
                   const char *language);
/* Puts each reason that has words in `language` into them, in place. */
void reasons_translate(Classification *classification, const char *language);
/* The same for texts that have no signal, as those of phishing. */
void reasons_translate_texts(GPtrArray *texts, const char *language);
