#include "cli/announced.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "sorters/sorters.h"

enum {
    PATIENCE_MS = 3000
};

static DnsAnswer *
ask(const char *resolver_words, const char *name, DnsType type)
{
    g_autoptr(GError) unable = NULL; /* then nothing is guessed from it */
    const ResolverSettings guessing = {.server = resolver_words, .anchor = "none"};
    g_autoptr(Resolver) resolver = resolver_new(&guessing, &unable);

    return resolver ? resolver_ask(resolver, name, type, PATIENCE_MS)
                    : dns_answer_new(DNS_TEMPORARY);
}

char *
announced_record(const char *resolver, const char *name, DnsType type)
{
    g_autoptr(DnsAnswer) answer = ask(resolver, name, type);
    const DnsRecord *best = NULL;

    for (guint i = 0; answer->records && i < answer->records->len; i++) {
        const DnsRecord *record = answer->records->pdata[i];

        if (record->text && (!best || record->preference < best->preference))
            best = record;
    }
    return best && g_regex_match_simple("^[A-Za-z0-9.-]+(:[0-9]+)?$", best->text,
                                        G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT)
               ? g_strdup(best->text)
               : NULL;
}

/* RFC 6186, RFC 8314: _imaps._tcp.example.com. */
static char *
server_of_records(const char *resolver, const char *domain)
{
    static const struct {
        const char *label, *scheme, *usual_port;
    } kinds[] = {{"_imaps._tcp.", "imaps://", ":993"},
                 {"_imap._tcp.", "imap://", ":143"}};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *name = g_strconcat(kinds[i].label, domain, NULL);
        g_autofree char *found = announced_record(resolver, name, DNS_SRV);
        char *colon = found ? strrchr(found, ':') : NULL;

        if (!colon || colon == found) /* a target of "." says: no such service */
            continue;
        if (g_str_equal(colon, kinds[i].usual_port))
            *colon = '\0';
        return g_strconcat(kinds[i].scheme, found, NULL);
    }
    return NULL;
}

/* The addresses of a host, separated by commas. Owned; NULL: it has none. */
static char *
addresses_of(const char *resolver, const char *host)
{
    static const DnsType types[] = {DNS_A, DNS_AAAA};
    GString *all = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(DnsAnswer) answer = ask(resolver, host, types[i]);

        for (guint n = 0; answer->records && n < answer->records->len; n++) {
            const DnsRecord *record = answer->records->pdata[n];

            g_string_append_printf(all, "%s%s", all->len ? "," : "", record->text);
        }
    }
    return g_string_free(all, all->len == 0);
}

/* One place where the file may lie. NULL: it is not there, or of no use, which is said.
 */
static Autoconfig *
ask_host(const Announcement *announcement, const char *host, const char *path)
{
    g_autofree char *addresses = addresses_of(announcement->resolver, host);
    const AutoconfigQuestion question = {announcement->address, host, path, addresses,
                                         announcement->ca_file};
    g_autoptr(GError) useless = NULL; /* most domains have no such file */
    Autoconfig *found = addresses ? autoconfig_ask(&question, &useless) : NULL;

    if (found)
        (void)fprintf(stderr, _("https://%s%s names the server.\n"), host, path);
    else if (useless && useless->code == FAULT_MESSAGE)
        (void)fprintf(stderr, "https://%s%s: %s\n", host, path, useless->message);
    return found;
}

Autoconfig *
announced_server(const Announcement *announcement)
{
    static const char file[] = "/mail/config-v1.1.xml";
    const char *domain = strchr(announcement->address, '@') + 1;
    char *server = server_of_records(announcement->resolver, domain);
    g_autofree char *host = g_strconcat("autoconfig.", domain, NULL);
    g_autofree char *known = g_strconcat("/.well-known/autoconfig", file, NULL);
    Autoconfig *found;

    if (server) {
        found = g_new0(Autoconfig, 1);
        found->server = server;
        found->user = g_strdup(announcement->address);
        return found;
    }
    found = ask_host(announcement, host, file);
    return found ? found : ask_host(announcement, domain, known);
}
