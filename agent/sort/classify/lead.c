/* Layer 7: who is the lead? Fields of a web form first, then signature, then headers.
 */
#include <string.h>

#include "address.h"
#include "card.h"
#include "fold.h"
#include "form.h"
#include "layer.h"

enum {
    SHORT_PHONE_DIGITS = 7, /* where a phone is asked for */
    PHONE_DIGITS = 9,
    MOST_PHONE_DIGITS = 15, /* E.164 */
    PHONES_MOST = 4,
    DIGITS_MOST = 20
};

/* Within Mexico mobiles were dialled by 044 or 045, other places by 01; within
 * Argentina other places by 0, mobiles by 15 behind the code of the place, which abroad
 * is a 9 before it. */
static const char *
without_home_prefix(const char *domain, const char *digits, char changed[DIGITS_MOST])
{
    bool is_mexican = g_str_has_suffix(domain, ".mx");
    size_t size = strlen(digits);

    if (is_mexican && size == 13 &&
        (g_str_has_prefix(digits, "044") || g_str_has_prefix(digits, "045")))
        return digits + 3;
    if (is_mexican)
        return size == 12 && g_str_has_prefix(digits, "01") ? digits + 2 : digits;
    digits += *digits == '0' ? 1 : 0;
    for (int place = 2; strlen(digits) == 12 && place <= 4; place++) {
        if (strncmp(digits + place, "15", 2) != 0)
            continue;
        g_snprintf(changed, DIGITS_MOST, "9%.*s%s", place, digits, digits + place + 2);
        return changed;
    }
    return digits;
}

/* The country where it is clear: written with it, or the sender's own top domain, whose
 * numbers have that length or begin with a nought that is for calls at home. */
static char *
international(const char *domain, const char *digits)
{
    char changed[DIGITS_MOST];
    static const struct {
        const char *tail;
        const char *prefix;
        size_t digits; /* 0: they begin with a nought */
    } countries[] = {
        {".es", "+34", 9},  {".mx", "+52", 10}, {".ar", "+54", 10}, {".ar", "+54", 11},
        {".co", "+57", 10}, {".cl", "+56", 9},  {".pe", "+51", 9},  {".pt", "+351", 9},
        {".pl", "+48", 9},  {".it", "+39", 10}, {".fr", "+33", 0},  {".de", "+49", 0},
        {".uk", "+44", 0},  {".nl", "+31", 0},  {".be", "+32", 0},  {".at", "+43", 0},
        {".ch", "+41", 0},  {".se", "+46", 0},  {".fi", "+358", 0}, {".ie", "+353", 0},
        {".ro", "+40", 0},  {".jp", "+81", 0},  {".au", "+61", 0},  {".nz", "+64", 0},
        {".tr", "+90", 0},  {".ua", "+380", 0}, {".kr", "+82", 0},  {".za", "+27", 0},
        {".dk", "+45", 8},  {".no", "+47", 8},  {".cz", "+420", 9}, {".sk", "+421", 0},
        {".gr", "+30", 10}, {".in", "+91", 10}, {".cn", "+86", 11}, {".br", "+55", 11},
        {".br", "+55", 10}, {".uy", "+598", 8}, {".ec", "+593", 0}};

    if (g_str_has_suffix(domain, ".mx") || g_str_has_suffix(domain, ".ar"))
        digits = without_home_prefix(domain, digits, changed);
    for (size_t i = 0; i < G_N_ELEMENTS(countries); i++) {
        if (!g_str_has_suffix(domain, countries[i].tail))
            continue;
        if (countries[i].digits == 0 && digits[0] == '0')
            return g_strconcat(countries[i].prefix, digits + 1, NULL);
        if (countries[i].digits && countries[i].digits == strlen(digits))
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

/* 2026-03-12 or 12/03/2026: hours may stand behind it and look like more of a number.
 */
static bool
is_date(const char *text)
{
    size_t first = strspn(text, "0123456789");
    const char *second = text + first + 1;
    size_t middle = text[first] ? strspn(second, "0123456789") : 0;
    size_t last = middle && second[middle] == text[first]
                      ? strspn(second + middle + 1, "0123456789")
                      : 0;

    return first && strchr("-/.", text[first]) && middle <= 2 &&
           ((first == 4 && last > 0 && last <= 2) || (first <= 2 && last == 4));
}

/* An address of the network, or the number of a book. */
static bool
is_other_number(const char *text, const char *digits)
{
    unsigned groups = 1;

    if (strlen(digits) == 13 &&
        (g_str_has_prefix(digits, "978") || g_str_has_prefix(digits, "979")))
        return true;
    for (size_t in_group = 0; g_ascii_isdigit(*text) || *text == '.'; text++) {
        in_group = *text == '.' ? 0 : in_group + 1;
        groups += *text == '.' ? 1 : 0;
        if (in_group > 3)
            return false;
    }
    return groups == 4;
}

/* `least` to fifteen digits with the usual separators; prices have fewer. */
static void
find_phones(Lead *lead, const char *domain, const char *text, size_t least)
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
        if (size >= least && size <= MOST_PHONE_DIGITS + (*digits == '+') &&
            !is_date(start) && !is_other_number(start, digits) &&
            (start == text || !(g_ascii_isalnum(start[-1]) || start[-1] == '#')))
            keep_phone(lead, domain, digits);
    }
}

static char *
site_of(const Case *it, const Form *form, const Card *card, const Lead *lead)
{
    const char *domain = address_domain(lead->email);

    if (form->values[FIELD_SITE] || card->site)
        return g_strdup(form->values[FIELD_SITE] ? form->values[FIELD_SITE]
                                                 : card->site);
    if (!*domain || domain_is_free_provider(domain) ||
        is_our_domain(it->settings, domain))
        return NULL;
    return g_strdup(domain);
}

static void
fill_person(const Case *it, const Form *form, const Card *card, Lead *lead)
{
    const Message *message = it->message;
    const GPtrArray *reply_to = message->reply_to;
    const Address *answer = list_length(reply_to) ? reply_to->pdata[0] : NULL;
    const Address *who = answer && answer->address ? answer : &message->from;

    if (form->values[FIELD_NAME] && form->values[FIELD_SURNAME])
        lead->name =
            g_strjoin(" ", form->values[FIELD_NAME], form->values[FIELD_SURNAME], NULL);
    else if (form->values[FIELD_NAME])
        lead->name = g_strdup(form->values[FIELD_NAME]);
    else if (who->name || !form->found)
        lead->name = g_strdup(who->name ? who->name : message->from.name);
    if (!lead->name)
        lead->name = g_strdup(card->name);
    if (form->values[FIELD_EMAIL] && strchr(form->values[FIELD_EMAIL], '@')) {
        g_autofree char *value = g_strdup(form->values[FIELD_EMAIL]);

        value[strcspn(value, " <>\t,;")] = '\0';
        lead->email = g_strdup(*value ? value : who->address);
    } else {
        lead->email = g_strdup(who->address);
    }
    lead->company = g_strdup(form->values[FIELD_COMPANY] ? form->values[FIELD_COMPANY]
                                                         : card->company);
}

void
extract_lead(Case *it)
{
    const Message *message = it->message;
    const char *words = message->reply_text ? message->reply_text : message->text;
    Lead *lead = shape_new(&lead_shape);
    g_auto(Form) form = {0};
    g_auto(Card) card = {0};
    g_autofree char *domain = NULL;

    form_read(words, &form);
    card_read(message->signature_text, &card);
    fill_person(it, &form, &card, lead);
    domain = fold_case(address_domain(lead->email), 256);
    find_phones(lead, domain, form.values[FIELD_PHONE], SHORT_PHONE_DIGITS);
    find_phones(lead, domain, message->signature_text, PHONE_DIGITS);
    find_phones(lead, domain, words, PHONE_DIGITS);
    lead->website = site_of(it, &form, &card, lead);
    address_check(lead->email, it->dns, &lead->address_check);
    it->out->lead = lead;
}
