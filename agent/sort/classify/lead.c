/* Layer 7: who is the lead? Fields of a web form first, then signature, then headers.
 */
#include <string.h>

#include "address.h"
#include "fold.h"
#include "layer.h"

enum {
    FORM_LINES_MOST = 60,
    PHONES_MOST = 4,
    DIGITS_MOST = 20,
    VALUE_MAX_BYTES = 200
};

typedef enum {
    FIELD_NAME,
    FIELD_EMAIL,
    FIELD_PHONE,
    FIELD_COMPANY,
    FIELD_SITE
} Asked;

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
};

typedef struct Form {
    char *values[FIELD_SITE + 1];
    size_t found;
} Form;

static void
form_clear(Form *form)
{
    for (size_t i = 0; i < G_N_ELEMENTS(form->values); i++)
        g_free(form->values[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Form, form_clear)

static void
read_line(Form *form, const char *line, const char *below)
{
    const char *colon = strchr(line, ':');
    g_autofree char *key = NULL;
    g_autofree char *value = NULL;

    if (!colon || colon - line > 40)
        return;
    key = fold_words(line, (size_t)(colon - line));
    /* Some forms write the answer below the question. */
    value = g_strstrip(
        g_strdup(colon[1 + strspn(colon + 1, " \t\r*")] ? colon + 1 : below));
    if (!*value || strlen(value) > VALUE_MAX_BYTES)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        char **slot = &form->values[keys[i].asked];

        if (!g_str_equal(key, keys[i].key) || *slot)
            continue;
        *slot = g_steal_pointer(&value);
        form->found++;
        return;
    }
}

static void
read_form(const char *text, Form *form)
{
    g_autofree char *cut = g_strndup(text ? text : "", 8000);
    g_auto(GStrv) lines = g_strsplit(cut, "\n", FORM_LINES_MOST);

    for (char **line = lines; *line; line++)
        read_line(form, *line, line[1] && !strchr(line[1], ':') ? line[1] : "");
}

/* Two known fields, one of them a way to reach the person. */
bool
looks_like_web_form(const char *text)
{
    g_auto(Form) form = {0};

    read_form(text, &form);
    return form.found >= 2 && (form.values[FIELD_EMAIL] || form.values[FIELD_PHONE]);
}

/* The country where it is clear: written with it, or the sender's own top domain, whose
 * numbers have that length or begin with a nought that is for calls at home. */
static char *
international(const char *domain, const char *digits)
{
    static const struct {
        const char *tail;
        const char *prefix;
        size_t digits; /* 0: they begin with a nought */
    } countries[] = {{".es", "+34", 9},  {".mx", "+52", 10}, {".ar", "+54", 10},
                     {".co", "+57", 10}, {".cl", "+56", 9},  {".pe", "+51", 9},
                     {".pt", "+351", 9}, {".pl", "+48", 9},  {".it", "+39", 10},
                     {".fr", "+33", 0},  {".de", "+49", 0},  {".uk", "+44", 0},
                     {".nl", "+31", 0},  {".be", "+32", 0},  {".at", "+43", 0},
                     {".ch", "+41", 0},  {".se", "+46", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(countries); i++) {
        if (!g_str_has_suffix(domain, countries[i].tail))
            continue;
        if (countries[i].digits == 0 && digits[0] == '0')
            return g_strconcat(countries[i].prefix, digits + 1, NULL);
        if (countries[i].digits == strlen(digits))
            return g_strconcat(countries[i].prefix, digits, NULL);
    }
    return g_strdup(digits);
}

static bool
has_phone(const GPtrArray *phones, const char *phone)
{
    for (size_t i = 0; i < list_length(phones); i++)
        if (g_str_equal(phones->pdata[i], phone))
            return true;
    return false;
}

/* `digits` may begin with + or 00. */
static void
keep_phone(Lead *lead, const char *domain, const char *digits)
{
    g_autofree char *phone = NULL;

    if (g_str_has_prefix(digits, "00"))
        phone = g_strconcat("+", digits + 2, NULL);
    else if (digits[0] == '+')
        phone = g_strdup(digits);
    else
        phone = international(domain, digits);
    if (list_length(lead->phones) < PHONES_MOST && !has_phone(lead->phones, phone))
        texts_append(&lead->phones, g_steal_pointer(&phone));
}

/* The digits of a number and their count; `*at` moves behind it. Too many are cut. */
static size_t
read_digits(const char **at, const char *end, char digits[DIGITS_MOST])
{
    size_t size = 0;
    const char *p = *at;

    for (; p < end && (g_ascii_isdigit(*p) || strchr("+ .-()/", *p)); p++) {
        bool counts = g_ascii_isdigit(*p) || (*p == '+' && size == 0);

        /* "+49 (0)30": that nought is for calls at home. */
        if (end - p >= 3 && digits[0] == '+' && size > 0 && strncmp(p, "(0)", 3) == 0) {
            p += 2;
            continue;
        }
        if (counts && size < DIGITS_MOST - 1)
            digits[size++] = *p;
    }
    digits[size] = '\0';
    *at = p;
    return size;
}

/* Nine to fifteen digits with the usual separators; dates and prices have fewer. */
static void
find_phones(Lead *lead, const char *domain, const char *text)
{
    const char *end = text ? text + strnlen(text, 4000) : NULL;
    const char *at = text;

    while (at && at < end) {
        char digits[DIGITS_MOST];
        size_t size;
        const char *start = at;

        if (!g_ascii_isdigit(*at) && *at != '+') {
            at++;
            continue;
        }
        size = read_digits(&at, end, digits);
        if (size >= 9 && size <= 16 && (start == text || !g_ascii_isalnum(start[-1])))
            keep_phone(lead, domain, digits);
    }
}

static char *
site_of(const Case *it, const Form *form)
{
    const char *domain = address_domain(it->from_address);

    if (form->values[FIELD_SITE])
        return g_strdup(form->values[FIELD_SITE]);
    if (!*domain || domain_is_free_provider(domain) ||
        is_our_domain(it->settings, domain))
        return NULL;
    return g_strdup(domain);
}

static void
fill_person(const Case *it, const Form *form, Lead *lead)
{
    const Message *message = it->message;
    const GPtrArray *reply_to = message->reply_to;
    const Address *answer = list_length(reply_to) ? reply_to->pdata[0] : NULL;
    const Address *who = answer && answer->address ? answer : &message->from;

    if (form->values[FIELD_NAME])
        lead->name = g_strdup(form->values[FIELD_NAME]);
    else if (who->name || !form->found)
        lead->name = g_strdup(who->name ? who->name : message->from.name);
    if (form->values[FIELD_EMAIL] && strchr(form->values[FIELD_EMAIL], '@')) {
        g_autofree char *value = g_strdup(form->values[FIELD_EMAIL]);

        value[strcspn(value, " <>\t,;")] = '\0';
        lead->email = g_strdup(*value ? value : who->address);
    } else {
        lead->email = g_strdup(who->address);
    }
    lead->company = g_strdup(form->values[FIELD_COMPANY]);
}

void
extract_lead(Case *it)
{
    const Message *message = it->message;
    const char *words = message->reply_text ? message->reply_text : message->text;
    Lead *lead = shape_new(&lead_shape);
    g_auto(Form) form = {0};
    g_autofree char *domain = NULL;

    read_form(words, &form);
    fill_person(it, &form, lead);
    domain = fold_case(address_domain(lead->email), 256);
    find_phones(lead, domain, form.values[FIELD_PHONE]);
    find_phones(lead, domain, message->signature_text);
    find_phones(lead, domain, words);
    lead->website = site_of(it, &form);
    address_check(lead->email, it->dns, &lead->address_check);
    it->out->lead = lead;
}
