#include "form.h"

#include <string.h>

#include "fold.h"

enum {
    FORM_LINES_MOST = 60,
    KEY_MOST_BYTES = 40,
    KEY_WORDS = 4,
    SHORT_PHONE_DIGITS = 7, /* where a phone is asked for */
    VALUE_MAX_BYTES = 200
};

typedef struct FormKey {
    const char *key; /* folded */
    Asked asked;
} FormKey;

static const FormKey keys[] = {
    {" name ", FIELD_NAME},
    {" full name ", FIELD_NAME},
    {" your name ", FIELD_NAME},
    {" contact name ", FIELD_NAME},
    {" nombre ", FIELD_NAME},
    {" nombre completo ", FIELD_NAME},
    {" nombre y apellidos ", FIELD_NAME},
    {" nombre y apellido ", FIELD_NAME},
    {" tu nombre ", FIELD_NAME},
    {" su nombre ", FIELD_NAME},
    {" email ", FIELD_EMAIL},
    {" e mail ", FIELD_EMAIL},
    {" mail ", FIELD_EMAIL},
    {" email address ", FIELD_EMAIL},
    {" your email ", FIELD_EMAIL},
    {" correo ", FIELD_EMAIL},
    {" correo electronico ", FIELD_EMAIL},
    {" tu correo ", FIELD_EMAIL},
    {" phone ", FIELD_PHONE},
    {" phone number ", FIELD_PHONE},
    {" telephone ", FIELD_PHONE},
    {" mobile ", FIELD_PHONE},
    {" tel ", FIELD_PHONE},
    {" telefono ", FIELD_PHONE},
    {" telefono movil ", FIELD_PHONE},
    {" movil ", FIELD_PHONE},
    {" celular ", FIELD_PHONE},
    {" whatsapp ", FIELD_PHONE},
    {" company ", FIELD_COMPANY},
    {" company name ", FIELD_COMPANY},
    {" organization ", FIELD_COMPANY},
    {" organisation ", FIELD_COMPANY},
    {" empresa ", FIELD_COMPANY},
    {" nombre de la empresa ", FIELD_COMPANY},
    {" compania ", FIELD_COMPANY},
    {" razon social ", FIELD_COMPANY},
    {" website ", FIELD_SITE},
    {" web ", FIELD_SITE},
    {" url ", FIELD_SITE},
    {" sitio web ", FIELD_SITE},
    {" pagina web ", FIELD_SITE},
    {" nome ", FIELD_NAME},
    {" nom ", FIELD_NAME},
    {" nome completo ", FIELD_NAME},
    {" nom complet ", FIELD_NAME},
    {" votre nom ", FIELD_NAME},
    {" ihr name ", FIELD_NAME},
    {" vollstandiger name ", FIELD_NAME},
    {" nome e cognome ", FIELD_NAME},
    {" naam ", FIELD_NAME},
    {" courriel ", FIELD_EMAIL},
    {" adresse e mail ", FIELD_EMAIL},
    {" e mail adresse ", FIELD_EMAIL},
    {" endereco de email ", FIELD_EMAIL},
    {" indirizzo email ", FIELD_EMAIL},
    {" direccion de correo ", FIELD_EMAIL},
    {" telefone ", FIELD_PHONE},
    {" telemovel ", FIELD_PHONE},
    {" telefon ", FIELD_PHONE},
    {" telefonnummer ", FIELD_PHONE},
    {" telefoon ", FIELD_PHONE},
    {" numero de telefono ", FIELD_PHONE},
    {" numero de telephone ", FIELD_PHONE},
    {" cellulare ", FIELD_PHONE},
    {" handy ", FIELD_PHONE},
    {" firma ", FIELD_COMPANY},
    {" unternehmen ", FIELD_COMPANY},
    {" societe ", FIELD_COMPANY},
    {" entreprise ", FIELD_COMPANY},
    {" azienda ", FIELD_COMPANY},
    {" bedrijf ", FIELD_COMPANY},
    {" business name ", FIELD_COMPANY},
    {" site web ", FIELD_SITE},
    {" webseite ", FIELD_SITE},
    {" sito web ", FIELD_SITE},
    {" first name ", FIELD_NAME},
    {" given name ", FIELD_NAME},
    {" vorname ", FIELD_NAME},
    {" prenom ", FIELD_NAME},
    {" nombre de contacto ", FIELD_NAME},
    {" persona de contacto ", FIELD_NAME},
    {" ansprechpartner ", FIELD_NAME},
    {" imie ", FIELD_NAME},
    {" imie i nazwisko ", FIELD_NAME},
    {" namn ", FIELD_NAME},
    {" navn ", FIELD_NAME},
    {" nimi ", FIELD_NAME},
    {" voornaam ", FIELD_NAME},
    {" fornavn ", FIELD_NAME},
    {" fornamn ", FIELD_NAME},
    {" etunimi ", FIELD_NAME},
    {" nome do contato ", FIELD_NAME},
    {" seu nome ", FIELD_NAME},
    {" il tuo nome ", FIELD_NAME},
    {" uw naam ", FIELD_NAME},
    {" jouw naam ", FIELD_NAME},
    {" имя ", FIELD_NAME},
    {" фио ", FIELD_NAME},
    {" ваше имя ", FIELD_NAME},
    {" お名前 ", FIELD_NAME},
    {" 氏名 ", FIELD_NAME},
    {" 姓名 ", FIELD_NAME},
    {" name of contact ", FIELD_NAME},
    {" last name ", FIELD_SURNAME},
    {" surname ", FIELD_SURNAME},
    {" family name ", FIELD_SURNAME},
    {" apellidos ", FIELD_SURNAME},
    {" apellido ", FIELD_SURNAME},
    {" nachname ", FIELD_SURNAME},
    {" familienname ", FIELD_SURNAME},
    {" cognome ", FIELD_SURNAME},
    {" sobrenome ", FIELD_SURNAME},
    {" apelido ", FIELD_SURNAME},
    {" achternaam ", FIELD_SURNAME},
    {" nazwisko ", FIELD_SURNAME},
    {" efternamn ", FIELD_SURNAME},
    {" efternavn ", FIELD_SURNAME},
    {" etternavn ", FIELD_SURNAME},
    {" sukunimi ", FIELD_SURNAME},
    {" nom de famille ", FIELD_SURNAME},
    {" фамилия ", FIELD_SURNAME},
    {" e post ", FIELD_EMAIL},
    {" epost ", FIELD_EMAIL},
    {" e mailadres ", FIELD_EMAIL},
    {" emailadres ", FIELD_EMAIL},
    {" adres e mail ", FIELD_EMAIL},
    {" adres email ", FIELD_EMAIL},
    {" adresse mail ", FIELD_EMAIL},
    {" adresse email ", FIELD_EMAIL},
    {" adresse electronique ", FIELD_EMAIL},
    {" sahkoposti ", FIELD_EMAIL},
    {" sahkopostiosoite ", FIELD_EMAIL},
    {" mailadresse ", FIELD_EMAIL},
    {" correo de contacto ", FIELD_EMAIL},
    {" su correo ", FIELD_EMAIL},
    {" su email ", FIELD_EMAIL},
    {" tu email ", FIELD_EMAIL},
    {" direccion de email ", FIELD_EMAIL},
    {" direccion de correo electronico ", FIELD_EMAIL},
    {" seu email ", FIELD_EMAIL},
    {" ihre e mail ", FIELD_EMAIL},
    {" ihre e mail adresse ", FIELD_EMAIL},
    {" votre email ", FIELD_EMAIL},
    {" votre e mail ", FIELD_EMAIL},
    {" la tua email ", FIELD_EMAIL},
    {" почта ", FIELD_EMAIL},
    {" эл почта ", FIELD_EMAIL},
    {" электронная почта ", FIELD_EMAIL},
    {" メールアドレス ", FIELD_EMAIL},
    {" 电子邮件 ", FIELD_EMAIL},
    {" 邮箱 ", FIELD_EMAIL},
    {" mobile number ", FIELD_PHONE},
    {" contact number ", FIELD_PHONE},
    {" cell ", FIELD_PHONE},
    {" cell phone ", FIELD_PHONE},
    {" mobile phone ", FIELD_PHONE},
    {" your phone ", FIELD_PHONE},
    {" telephone number ", FIELD_PHONE},
    {" telefono de contacto ", FIELD_PHONE},
    {" su telefono ", FIELD_PHONE},
    {" tu telefono ", FIELD_PHONE},
    {" telefone celular ", FIELD_PHONE},
    {" numer telefonu ", FIELD_PHONE},
    {" nr telefonu ", FIELD_PHONE},
    {" telefoonnummer ", FIELD_PHONE},
    {" telefon komorkowy ", FIELD_PHONE},
    {" mobil ", FIELD_PHONE},
    {" mobilnummer ", FIELD_PHONE},
    {" mobiltelefon ", FIELD_PHONE},
    {" puhelin ", FIELD_PHONE},
    {" puhelinnumero ", FIELD_PHONE},
    {" tlf ", FIELD_PHONE},
    {" rueckrufnummer ", FIELD_PHONE},
    {" ruckrufnummer ", FIELD_PHONE},
    {" telephone portable ", FIELD_PHONE},
    {" portable ", FIELD_PHONE},
    {" numero di telefono ", FIELD_PHONE},
    {" numero de telefone ", FIELD_PHONE},
    {" телефон ", FIELD_PHONE},
    {" номер телефона ", FIELD_PHONE},
    {" 電話番号 ", FIELD_PHONE},
    {" 电话 ", FIELD_PHONE},
    {" business ", FIELD_COMPANY},
    {" company organization ", FIELD_COMPANY},
    {" organizacion ", FIELD_COMPANY},
    {" nombre de empresa ", FIELD_COMPANY},
    {" nome da empresa ", FIELD_COMPANY},
    {" nom de l entreprise ", FIELD_COMPANY},
    {" firmenname ", FIELD_COMPANY},
    {" ragione sociale ", FIELD_COMPANY},
    {" bedrijfsnaam ", FIELD_COMPANY},
    {" nazwa firmy ", FIELD_COMPANY},
    {" foretag ", FIELD_COMPANY},
    {" foretagsnamn ", FIELD_COMPANY},
    {" virksomhed ", FIELD_COMPANY},
    {" firmanavn ", FIELD_COMPANY},
    {" yritys ", FIELD_COMPANY},
    {" компания ", FIELD_COMPANY},
    {" организация ", FIELD_COMPANY},
    {" 会社名 ", FIELD_COMPANY},
    {" 公司 ", FIELD_COMPANY},
    {" your website ", FIELD_SITE},
    {" company website ", FIELD_SITE},
    {" pagina ", FIELD_SITE},
    {" strona www ", FIELD_SITE},
    {" nettside ", FIELD_SITE},
    {" hjemmeside ", FIELD_SITE},
    {" webbplats ", FIELD_SITE},
    {" hemsida ", FIELD_SITE},
    {" verkkosivu ", FIELD_SITE},
    {" сайт ", FIELD_SITE},
    {" from ", FIELD_FROM},
    {" de ", FIELD_FROM},
    {" von ", FIELD_FROM},
    {" da ", FIELD_FROM},
    {" van ", FIELD_FROM},
    {" od ", FIELD_FROM},
    {" fra ", FIELD_FROM},
    {" fran ", FIELD_FROM},
    {" sender ", FIELD_FROM},
    {" remitente ", FIELD_FROM},
    {" expediteur ", FIELD_FROM},
    {" absender ", FIELD_FROM},
    {" mittente ", FIELD_FROM},
};

static size_t
count_digits(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += g_ascii_isdigit(*text) ? 1 : 0;
    return count;
}

/* Whoever writes "Mobile: yes" has no number. */
static bool
fits(Asked asked, const char *value)
{
    switch (asked) {
    case FIELD_EMAIL:
    case FIELD_FROM:
        return strchr(value, '@') != NULL;
    case FIELD_PHONE:
        return count_digits(value) >= SHORT_PHONE_DIGITS;
    case FIELD_NAME:
    case FIELD_COMPANY:
    case FIELD_SITE:
    case FIELD_SURNAME:
        return true;
    case FIELD_COUNT:
        break;
    }
    return false;
}

static void
keep_value(Form *form, const char *key, char *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        char **slot = &form->values[keys[i].asked];

        if (!g_str_equal(key, keys[i].key) || *slot || !fits(keys[i].asked, value))
            continue;
        *slot = g_strdup(value);
        form->found++;
        return;
    }
}

/* Where the question ends: "Name: Eva", "Name = Eva", "Name - Eva", "Name | Eva". */
static size_t
question_size(const char *line)
{
    size_t size = strcspn(line, ":=|\t");
    const char *dash = strstr(line, " - ");

    return !line[size] && dash ? (size_t)(dash - line) + 1 : size;
}

/* Some forms write the answer below the question, with a colon behind it or none. */
static void
read_line(Form *form, const char *line, const char *below)
{
    size_t size = question_size(line);
    g_autofree char *key = NULL;
    g_autofree char *value = NULL;
    const char *answer = line[size] ? line + size + 1 : "";

    if (size == 0 || size > KEY_MOST_BYTES)
        return;
    key = fold_words(line, size);
    answer += strspn(answer, " \t\r*");
    value = g_strstrip(g_strdup(*answer ? answer : below));
    if (*value && strlen(value) <= VALUE_MAX_BYTES)
        keep_value(form, key, value);
}

/* "Eva Example", not "wrong on the invoice". */
static bool
is_bare_answer(Asked asked, const char *value)
{
    g_auto(GStrv) words = NULL;

    if (asked == FIELD_EMAIL)
        return strchr(value, '@') && !strchr(value, ' ');
    if (asked == FIELD_PHONE)
        return strspn(value, "+0123456789 ()-.") == strlen(value);
    if (asked != FIELD_NAME && asked != FIELD_SURNAME && asked != FIELD_COMPANY)
        return false;
    words = g_strsplit(value, " ", -1);
    return g_strv_length(words) <= 5 && g_unichar_isupper(g_utf8_get_char(value));
}

/* A table has nothing between question and answer: "Email eva@firma.example". */
static void
read_row(Form *form, const char *line)
{
    const char *blank = line;

    for (size_t words = 0; words < KEY_WORDS; words++) {
        g_autofree char *key = NULL;
        g_autofree char *value = NULL;

        blank = strchr(blank, ' ');
        if (!blank || blank - line > KEY_MOST_BYTES)
            return;
        key = fold_words(line, (size_t)(blank - line));
        value = g_strstrip(g_strdup(++blank));
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
            if (strlen(value) <= VALUE_MAX_BYTES && g_str_equal(key, keys[i].key) &&
                is_bare_answer(keys[i].asked, value))
                keep_value(form, key, value);
        }
    }
}

/* Only where an address is asked for so, too: then it is a form. */
static void
read_table(Form *form, char *const *lines)
{
    Form rows = {0};

    for (char *const *line = lines; *line; line++)
        read_row(&rows, *line);
    if (rows.values[FIELD_EMAIL] && rows.found >= 2) {
        form_clear(form);
        *form = rows;
    } else {
        form_clear(&rows);
    }
}

/* "Eva Example <eva@firma.example>" is a name and an address. */
static void
split_from(Form *form)
{
    g_autofree char *from = g_steal_pointer(&form->values[FIELD_FROM]);
    char *address = from ? strchr(from, '<') : NULL;

    if (!address || form->values[FIELD_EMAIL])
        return;
    *address++ = '\0';
    address[strcspn(address, ">")] = '\0';
    form->values[FIELD_EMAIL] = g_strstrip(g_strdup(address));
    if (*g_strstrip(from) && !form->values[FIELD_NAME])
        form->values[FIELD_NAME] = g_strdup(from);
}

static const char *
line_below(char *const *line)
{
    char *const *below = line + 1;

    if (*below && !**below) /* one blank line between question and answer */
        below++;
    return *below && !strchr(*below, ':') ? *below : "";
}

void
form_read(const char *text, Form *form)
{
    g_autofree char *cut = g_strndup(text ? text : "", 8000);
    g_auto(GStrv) lines = g_strsplit(cut, "\n", FORM_LINES_MOST);

    for (char **line = lines; *line; line++)
        read_line(form, *line, line_below(line));
    split_from(form);
    if (!form->values[FIELD_EMAIL])
        read_table(form, lines);
}

bool
looks_like_web_form(const char *text)
{
    g_auto(Form) form = {0};

    form_read(text, &form);
    return form.found >= 2 && (form.values[FIELD_EMAIL] || form.values[FIELD_PHONE]);
}

void
form_clear(Form *form)
{
    for (size_t i = 0; i < G_N_ELEMENTS(form->values); i++)
        g_free(form->values[i]);
}
