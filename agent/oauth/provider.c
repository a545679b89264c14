#include "oauth/oauth.h"

#include <string.h>

/* The addresses and scopes that the providers' documentation gives. %s: the tenant. */
static const OauthProviderRow rows[] = {
    {"microsoft", "https://login.microsoftonline.com/%s/oauth2/v2.0/token",
     "https://login.microsoftonline.com/%s/oauth2/v2.0/devicecode",
     "https://outlook.office365.com/.default",
     "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"},
    {"google", "https://oauth2.googleapis.com/token",
     "https://oauth2.googleapis.com/device/code", NULL, "https://mail.google.com/"},
};

const OauthProviderRow *
oauth_provider(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}
