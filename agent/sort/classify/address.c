#include "address.h"

#include <string.h>

/* A few; a list of thousands is the CRM's business. */
static const char *const disposable[] = {
    "mailinator.com",  "guerrillamail.com",  "10minutemail.com",
    "tempmail.com",    "temp-mail.org",      "yopmail.com",
    "yopmail.net",     "trashmail.com",      "sharklasers.com",
    "getnada.com",     "maildrop.cc",        "throwawaymail.com",
    "dispostable.com", "fakeinbox.com",      "mailnesia.com",
    "mintemail.com",   "moakt.com",          "emailondeck.com",
    "mohmal.com",      "spam4.me",           "guerrillamail.net",
    "grr.la",          "tempail.com",        "discard.email",
    "mailcatch.com",   "correotemporal.org", "burnermail.io",
    "33mail.com",      "inboxkitten.com",    "tempr.email",
    "trash-mail.com",  "mail-temp.com"};

static const char *const free_providers[] = {
    "gmail.com",      "googlemail.com",  "outlook.com",    "outlook.es",
    "hotmail.com",    "hotmail.es",      "hotmail.co.uk",  "live.com",
    "live.com.mx",    "live.com.ar",     "msn.com",        "yahoo.com",
    "yahoo.es",       "yahoo.com.mx",    "yahoo.com.ar",   "yahoo.co.uk",
    "ymail.com",      "icloud.com",      "me.com",         "mac.com",
    "aol.com",        "gmx.com",         "gmx.de",         "gmx.es",
    "web.de",         "proton.me",       "protonmail.com", "tutanota.com",
    "mail.com",       "zoho.com",        "yandex.com",     "mail.ru",
    "terra.com",      "telefonica.net",  "movistar.es",    "orange.es",
    "prodigy.net.mx", "fibertel.com.ar", "hotmail.com.ar", "hotmail.com.mx",
    "outlook.com.ar", "outlook.com.mx",  "fastmail.com",   "hey.com"};

static const char *const roles[] = {
    "info",     "admin",      "sales",          "ventas",     "support",
    "soporte",  "contact",    "contacto",       "office",     "hello",
    "hola",     "help",       "ayuda",          "billing",    "facturacion",
    "noreply",  "no-reply",   "webmaster",      "postmaster", "abuse",
    "hr",       "rrhh",       "jobs",           "empleo",     "marketing",
    "compras",  "purchasing", "administracion", "comercial",  "team",
    "mail",     "correo",     "recepcion",      "secretaria", "gerencia",
    "accounts", "enquiries",  "inquiries",      "service"};

static bool
is_in(const char *const *names, size_t n_names, const char *word)
{
    for (size_t i = 0; i < n_names; i++)
        if (g_ascii_strcasecmp(names[i], word) == 0)
            return true;
    return false;
}

/* RFC 5321's dot-atom and host name, within its lengths; quoted locals are refused. */
static bool
is_well_formed(const char *address, const char *at)
{
    const char *domain = at + 1;
    size_t local = (size_t)(at - address);
    size_t size = strlen(domain);

    if (local == 0 || local > 64 || size < 4 || size > 253 || !strchr(domain, '.'))
        return false;
    if (address[0] == '.' || at[-1] == '.' || strstr(address, "..") ||
        memchr(address, '@', local))
        return false;
    for (const char *c = address; c < at; c++)
        if ((unsigned char)*c < 0x80 && !g_ascii_isalnum(*c) &&
            !strchr("!#$%&'*+/=?^_`{|}~.-", *c))
            return false;
    for (const char *c = domain; *c; c++)
        if ((unsigned char)*c < 0x80 && !g_ascii_isalnum(*c) && *c != '-' && *c != '.')
            return false;
    return domain[0] != '.' && domain[0] != '-' && domain[size - 1] != '.' &&
           domain[size - 1] != '-';
}

/* RFC 7505: the one record "." says that no mail is taken. */
static bool
takes_mail(const char *domain, const DnsAsker *dns)
{
    g_autoptr(DnsAnswer) answer = dns->ask(dns->self, domain, DNS_MX);
    const DnsRecord *first =
        list_length(answer->records) ? answer->records->pdata[0] : NULL;

    return answer->outcome == DNS_FOUND && first && first->text && *first->text &&
           !g_str_equal(first->text, ".");
}

bool
domain_is_free_provider(const char *domain)
{
    return is_in(free_providers, G_N_ELEMENTS(free_providers), domain);
}

void
address_check(const char *address, const DnsAsker *dns, AddressCheck *out)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    g_autofree char *local = at ? g_strndup(address, (gsize)(at - address)) : NULL;

    if (!at || !is_well_formed(address, at))
        return;
    local[strcspn(local, "+")] = '\0';
    out->syntax = true;
    out->disposable = is_in(disposable, G_N_ELEMENTS(disposable), at + 1);
    out->role = is_in(roles, G_N_ELEMENTS(roles), local);
    out->free_provider = domain_is_free_provider(at + 1);
    if (dns)
        out->mx = takes_mail(at + 1, dns);
}
