/* Where the mail of well-known providers is read, for `postroom init`. */
#pragma once

#include <glib.h>

typedef struct MailProvider {
    const char *name;
    const char *domains; /* of addresses, a space around each */
    const char *mx;      /* end of the host names that take mail for others' domains */
    const char *server;
    const char *profile; /* of the border */
    const char *advice;  /* how to be let in */
} MailProvider;

/* By the domain of an address; NULL: not known. */
const MailProvider *provider_of_domain(const char *domain);
/* By a host that takes mail for the domain. */
const MailProvider *provider_of_mx(const char *host);
