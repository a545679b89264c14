#include "language.h"

#include <string.h>
#include <sys/mman.h>

#include <libexttextcat/textcat.h>

#include "base/owned.h"
#include "fold.h"

#define FINGERPRINTS "/usr/share/libexttextcat/"

enum {
    READ_BYTES = 1500,
    TEXTCAT_LEAST_BYTES = 120
};

struct LanguageGuesser {
    void *textcat;     /* NULL: not installed */
    GHashTable *words; /* a small word -> a bit for each tongue that has it */
};

typedef struct Tongue {
    const char *code;
    const char *words; /* small and greeting words, folded, with outer spaces */
} Tongue;

/* Words that several of these languages share are left out or stand in all of them. */
static const Tongue tongues[] = {
    {"en",
     " the and you your is are was were of to for with this that have has not i we "
     "my our it be will would can please thank thanks hello hi dear do does dont "
     "from me any what when how why unsubscribe stop regards on in if but "},
    {"es", " el la los las que de del y en un una por para con no se su mi lo es esta "
           "este como mas pero me le les al hola gracias buenos buenas dias tardes "
           "estimado estimada favor quiero necesito puedo tengo nos ustedes vosotros "
           "usted correo correos cuando desde muy saludos cual donde baja darme "},
    {"pt", " o os as um uma nao que de do da dos das em para com por se voce voces meu "
           "minha obrigado obrigada ola bom dia isso esta estou mais mas ao pelo pela "
           "gostaria cumprimentos favor tenho "},
    {"fr",
     " le la les des du un une et est que qui pour dans avec sur pas ne je vous "
     "nous votre mon ma mes bonjour merci cordialement cest jai au aux plus par ce "
     "cette de "},
    {"de",
     " der die das und ist nicht ich sie wir ein eine einen mit fur von zu den dem "
     "auf bitte danke hallo guten sehr geehrte mein meine ihre ihr wie kann habe "
     "haben im es grussen "},
    {"it", " il lo la gli le di che e non un una per con sono del della dei mi ci vi "
           "grazie ciao buongiorno salve vorrei ho piu questo questa come alla al nel "
           "saluti cordiali "},
};

static const char conf_text[] = "es.lm es\nen.lm en\npt.lm pt\nfr.lm fr\nde.lm de\n"
                                "it.lm it\nca.lm ca\nnl.lm nl\npl.lm pl\nsv.lm sv\n"
                                "da.lm da\nru.lm ru\n";
static const char *const conf_codes[] = {"es", "en", "pt", "fr", "de", "it",
                                         "ca", "nl", "pl", "sv", "da", "ru"};

static const char *
code_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(conf_codes); i++)
        if (g_str_equal(name, conf_codes[i]))
            return conf_codes[i];
    return NULL;
}

static const char *
ask_textcat(void *textcat, const char *text)
{
    candidate_t *candidates = textcat_GetClassifyFullOutput(textcat);
    size_t size = strnlen(text, READ_BYTES);
    int count = textcat_ClassifyFull(textcat, text, size, candidates);
    const char *code = count > 0 ? code_of(candidates[0].name) : NULL;

    textcat_ReleaseClassifyFullOutput(textcat, candidates);
    return code;
}

/* The library wants a file, and our list of languages is text: a memory file is both.
 */
static void *
open_textcat(void)
{
    g_auto(OwnedFd) fd = memfd_create("languages", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    size_t size = sizeof conf_text - 1;

    if (!g_file_test(FINGERPRINTS "es.lm", G_FILE_TEST_EXISTS) || fd < 0 ||
        write(fd, conf_text, size) != (ssize_t)size)
        return NULL;
    return special_textcat_Init(path, FINGERPRINTS);
}

static GHashTable *
gather_words(void)
{
    GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(tongues); i++) {
        g_auto(GStrv) own = g_strsplit(tongues[i].words, " ", -1);

        for (size_t j = 0; own[j]; j++) {
            guint said = GPOINTER_TO_UINT(g_hash_table_lookup(words, own[j]));

            if (*own[j])
                (void)g_hash_table_replace(words, g_strdup(own[j]),
                                           GUINT_TO_POINTER(said | 1U << i));
        }
    }
    return words;
}

LanguageGuesser *
language_guesser_new(void)
{
    static const char sample[] =
        "The fingerprints are opened one by one when a text is judged for the first "
        "time, so a text is judged here, while files may still be opened.";
    LanguageGuesser *guesser = g_new0(LanguageGuesser, 1);

    guesser->words = gather_words();
    guesser->textcat = open_textcat();
    if (guesser->textcat)
        (void)ask_textcat(guesser->textcat, sample); /* only to have them all read */
    return guesser;
}

void
language_guesser_free(LanguageGuesser *guesser)
{
    if (!guesser)
        return;
    if (guesser->textcat)
        textcat_Done(guesser->textcat);
    g_hash_table_destroy(guesser->words);
    g_free(guesser);
}

static void
count_votes(const LanguageGuesser *guesser, char *folded,
            int votes[G_N_ELEMENTS(tongues)])
{
    char *rest = folded;
    const char *word;

    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        guint said = GPOINTER_TO_UINT(g_hash_table_lookup(guesser->words, word));

        for (size_t i = 0; said; i++, said >>= 1)
            votes[i] += 2 * (int)(said & 1);
    }
}

/* Letters that only one of them writes. */
static void
count_letters(const char *text, int votes[G_N_ELEMENTS(tongues)])
{
    static const struct {
        const char *letter;
        size_t tongue;
    } marks[] = {{"ñ", 1}, {"¿", 1}, {"¡", 1}, {"ã", 2}, {"õ", 2}, {"ß", 4}, {"œ", 3}};
    g_autofree char *cut = g_strndup(text, READ_BYTES);

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strstr(cut, marks[i].letter))
            votes[marks[i].tongue] += 3;
}

const char *
language_guess(const LanguageGuesser *guesser, const char *text, const char *fallback)
{
    g_autofree char *folded = fold_words(text, READ_BYTES);
    int votes[G_N_ELEMENTS(tongues)] = {0};
    size_t best = 0;
    int second = 0;

    count_votes(guesser, folded, votes);
    count_letters(text ? text : "", votes);
    for (size_t i = 1; i < G_N_ELEMENTS(tongues); i++)
        if (votes[i] > votes[best])
            best = i;
    for (size_t i = 0; i < G_N_ELEMENTS(tongues); i++)
        if (i != best)
            second = MAX(second, votes[i]);
    if (votes[best] >= 6 && votes[best] * 4 >= second * 5)
        return tongues[best].code;
    if (guesser->textcat && text && strlen(text) >= TEXTCAT_LEAST_BYTES) {
        const char *code = ask_textcat(guesser->textcat, text);

        if (code)
            return code;
    }
    return votes[best] >= 2 && votes[best] > second ? tongues[best].code : fallback;
}
