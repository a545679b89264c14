/* autoconfig: which server does a domain name for its mail? Domains publish it as a
 * small XML file ("autoconfig", version 1.1) that mail programs fetch over HTTPS. What
 * comes is a stranger's: only HTTPS is spoken, size, time and redirects are bounded, a
 * document with a DOCTYPE is refused, and of its servers only IMAP with TLS is taken.
 */
#pragma once

#include <glib.h>

typedef struct AutoconfigQuestion {
    const char *address;   /* the mailbox: user@example.com */
    const char *host;      /* where its domain keeps the file */
    const char *path;      /* what the file is called there: /... */
    const char *addresses; /* of the host, separated by commas */
    const char *ca_file;   /* authorities to trust; NULL: the system's */
} AutoconfigQuestion;

typedef struct Autoconfig {
    char *server; /* imaps://host[:port], or imap:// where STARTTLS is named */
    char *user;   /* the name to log in with */
} Autoconfig;

void autoconfig_free(Autoconfig *autoconfig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Autoconfig, autoconfig_free)

/* Blocks for up to 10 s. NULL: FAULT_RETRY when nothing could be fetched, FAULT_MESSAGE
 * when what came names no server that we would take. */
Autoconfig *autoconfig_ask(const AutoconfigQuestion *question,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
