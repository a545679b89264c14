#include "stopwords.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* Sorted by bytes; folded. English and Spanish, and what is left of markup. */
/* clang-format off */
static const char *const words[] = {
    "a", "about", "after", "again", "ahi", "al", "algo", "algun", "alguna", "all",
    "alli", "also", "am", "amp", "an", "and", "ante", "antes", "any", "aqui", "are",
    "as", "asi", "at", "atentamente", "aun", "aunque", "bajo", "be", "been", "before",
    "being", "best", "bien", "br", "buenas", "buenos", "but", "by", "cada", "can",
    "casi", "com", "como", "con", "contra", "cordial", "cosa", "cosas", "could", "cual",
    "cualquier", "cuando", "cuanto", "da", "de", "dear", "del", "desde", "dias", "did",
    "do", "does", "doing", "donde", "dont", "dos", "down", "durante", "e", "each", "el",
    "ella", "ellas", "ellos", "en", "entre", "era", "eran", "es", "esa", "esas", "ese",
    "eso", "esos", "esta", "estaba", "estado", "estan", "estar", "estas", "este",
    "esto", "estos", "estoy", "etc", "even", "for", "from", "fue", "fueron", "get",
    "gets", "going", "got", "gt", "ha", "haber", "habia", "hace", "hacer", "had", "han",
    "has", "hasta", "have", "having", "hay", "he", "hello", "her", "here", "hi", "him",
    "his", "hola", "how", "hoy", "href", "html", "http", "https", "i", "if", "im", "in",
    "into", "is", "it", "its", "ive", "just", "kind", "la", "las", "le", "les", "let",
    "lo", "los", "lt", "mailto", "mas", "me", "mi", "mis", "misma", "mismas", "mismo",
    "mismos", "more", "most", "mr", "mrs", "mucho", "muy", "my", "nbsp", "net", "ni",
    "no", "noches", "nos", "nosotros", "not", "now", "nuestra", "nuestro", "o", "of",
    "off", "on", "once", "one", "only", "or", "org", "os", "other", "otra", "otro",
    "otros", "our", "out", "over", "own", "para", "pero", "pm", "poco", "por", "porque",
    "pues", "que", "quien", "quot", "re", "regards", "said", "saludo", "saludos",
    "same", "se", "sea", "ser", "she", "should", "si", "sin", "sincerely", "so",
    "sobre", "solo", "some", "son", "soy", "su", "such", "sus", "tal", "tambien", "tan",
    "tanto", "tardes", "te", "tenemos", "tengo", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "thing", "things", "this", "those", "through",
    "ti", "tiene", "tienen", "to", "toda", "todas", "todos", "too", "tu", "tus", "u",
    "un", "una", "unas", "under", "uno", "unos", "until", "up", "url", "us", "usted",
    "ustedes", "va", "vamos", "ver", "very", "voy", "vuestra", "vuestro", "was", "we",
    "well", "were", "what", "when", "where", "which", "while", "who", "whom", "why",
    "will", "with", "would", "www", "y", "ya", "yo", "you", "your", "yours",
};
/* clang-format on */

static int
compare(const void *wanted, const void *row)
{
    return strcmp(wanted, *(const char *const *)row);
}

bool
is_stopword(const char *word)
{
    return bsearch(word, words, G_N_ELEMENTS(words), sizeof *words, compare) != NULL;
}
