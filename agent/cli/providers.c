#include "cli/providers.h"

#include <string.h>

#define APP_PASSWORD                                                                   \
    "An app password is needed, made in the account's security settings."

static const MailProvider providers[] = {
    {"Gmail", " gmail.com googlemail.com ", ".google.com", "imaps://imap.gmail.com",
     "gmail", APP_PASSWORD},
    {"Gmail", " ", ".googlemail.com", "imaps://imap.gmail.com", "gmail", APP_PASSWORD},
    {"Microsoft 365", " outlook.com hotmail.com live.com msn.com ", ".outlook.com",
     "imaps://outlook.office365.com", "m365",
     "Passwords are refused: register an application, see docs/providers.md."},
    {"Yahoo", " yahoo.com yahoo.es yahoo.co.uk yahoo.fr yahoo.de ymail.com ",
     ".yahoodns.net", "imaps://imap.mail.yahoo.com", "none", APP_PASSWORD},
    {"iCloud", " icloud.com me.com mac.com ", ".icloud.com", "imaps://imap.mail.me.com",
     "none", APP_PASSWORD},
    {"Fastmail", " fastmail.com fastmail.fm ", ".messagingengine.com",
     "imaps://imap.fastmail.com", "none", APP_PASSWORD},
    {"Zoho", " zohomail.com zoho.com ", ".zoho.com", "imaps://imap.zoho.com", "none",
     APP_PASSWORD},
    {"Zoho", " zohomail.eu ", ".zoho.eu", "imaps://imap.zoho.eu", "none", APP_PASSWORD},
    {"GMX", " gmx.net gmx.de gmx.at gmx.ch ", ".gmx.net", "imaps://imap.gmx.net",
     "none", "IMAP must be switched on in the account's settings."},
    {"GMX", " gmx.com ", ".gmx.com", "imaps://imap.gmx.com", "none",
     "IMAP must be switched on in the account's settings."},
    {"WEB.DE", " web.de ", ".web.de", "imaps://imap.web.de", "none",
     "IMAP must be switched on in the account's settings."},
    {"IONOS", " ", ".kundenserver.de", "imaps://imap.ionos.de", "none", NULL},
    {"IONOS", " ", ".ionos.es", "imaps://imap.ionos.es", "none", NULL},
    {"OVHcloud", " ", ".mail.ovh.net", "imaps://ssl0.ovh.net", "none", NULL},
    {"mailbox.org", " mailbox.org ", ".mailbox.org", "imaps://imap.mailbox.org", "none",
     NULL},
    {"Gandi", " ", ".gandi.net", "imaps://mail.gandi.net", "none", NULL},
    {"Migadu", " ", ".migadu.com", "imaps://imap.migadu.com", "none", NULL},
    {"Yandex", " yandex.com yandex.ru ", ".yandex.net", "imaps://imap.yandex.com",
     "none", APP_PASSWORD},
};

const MailProvider *
provider_of_domain(const char *domain)
{
    g_autofree char *lower = g_ascii_strdown(domain, -1);
    g_autofree char *word = g_strconcat(" ", lower, " ", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(providers); i++)
        if (strstr(providers[i].domains, word))
            return &providers[i];
    return NULL;
}

const MailProvider *
provider_of_mx(const char *host)
{
    g_autofree char *lower = g_ascii_strdown(host, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(providers); i++)
        if (g_str_has_suffix(lower, providers[i].mx))
            return &providers[i];
    return NULL;
}
