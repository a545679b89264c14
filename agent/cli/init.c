/* postroom init: asks for an address, guesses the rest, writes postroom.yaml. Secrets
 * never go through here. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "base/owned.h"
#include "cli/announced.h"
#include "cli/doctor.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/providers.h"

#define ADDRESS_PATTERN "^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$"
#define SERVER_PATTERN "^imaps?://[][A-Za-z0-9.:-]+$"
#define STATE_PATTERN "^/[A-Za-z0-9_./-]*$"

/* What the file is made of. Owned. */
typedef struct Draft {
    CommonOptions common;
    char *address, *server, *state;
    char *ca;   /* NULL: the system's authorities */
    char *user; /* to log in with; NULL: the address */
    char *file;
    char *mx; /* of the domain; NULL: not known */
    const MailProvider *provider;
} Draft;

static void
draft_clear(Draft *draft)
{
    options_clear(&draft->common);
    g_free(draft->address);
    g_free(draft->server);
    g_free(draft->state);
    g_free(draft->ca);
    g_free(draft->user);
    g_free(draft->file);
    g_free(draft->mx);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

/* An empty answer, or none, is `usual`. Owned; NULL: there is none. */
static char *
ask(const char *question, const char *usual)
{
    char *line = NULL;
    size_t size = 0;
    char *answer;

    (void)fprintf(stderr, "%s%s%s%s: ", question, usual ? " [" : "", usual ? usual : "",
                  usual ? "]" : "");
    if (getline(&line, &size, stdin) < 0) {
        free(line);
        (void)fputc('\n', stderr);
        return g_strdup(usual);
    }
    answer = g_strdup(*g_strstrip(line) ? line : usual);
    free(line);
    return answer;
}

/* False: said what is wrong. */
static bool
complete(char **value, const char *question, const char *usual, const char *pattern)
{
    g_autofree char *trouble = NULL;

    if (!*value)
        *value = ask(question, usual);
    if (*value &&
        g_regex_match_simple(pattern, *value, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT))
        return true;
    trouble = g_strdup_printf(_("%s: '%s' is none"), question, *value ? *value : "");
    (void)options_usage("init", trouble);
    return false;
}

/* The well-known ones first; else what the domain announces, then who takes its mail.
 */
static char *
guess_server(Draft *draft)
{
    const char *domain = strchr(draft->address, '@') + 1;
    const Announcement announcement = {draft->common.resolver, draft->address,
                                       draft->ca};
    g_autoptr(Autoconfig) announced = NULL;

    draft->provider = provider_of_domain(domain);
    if (!draft->provider) {
        draft->mx = announced_record(draft->common.resolver, domain, DNS_MX);
        draft->provider = draft->mx ? provider_of_mx(draft->mx) : NULL;
    }
    if (draft->provider)
        return g_strdup(draft->provider->server);
    if (draft->server)
        return NULL; /* nobody has to be asked */
    announced = announced_server(&announcement);
    if (!announced)
        return g_strconcat("imaps://imap.", domain, NULL);
    draft->user = g_steal_pointer(&announced->user);
    return g_steal_pointer(&announced->server);
}

static bool
is_for_service(const Draft *draft)
{
    return g_str_equal(draft->file, "/etc/postroom/postroom.yaml");
}

static bool
is_microsoft(const Draft *draft)
{
    return draft->provider && g_str_equal(draft->provider->profile, "m365");
}

static void
append_border(GString *text, const Draft *draft)
{
    const char *profile = draft->provider ? draft->provider->profile : "none";

    g_string_append(text, "    border:  # where the outer world ends: see docs/"
                          "configure.md\n");
    g_string_append_printf(text, "      profile: %s  # rfc8601, gmail, m365 or none\n",
                           profile);
    if (g_str_equal(profile, "none") && draft->mx)
        g_string_append_printf(text,
                               "      hosts: [%s]  # servers that take your mail "
                               "from outside\n",
                               draft->mx);
    else if (g_str_equal(profile, "none"))
        g_string_append(text, "      # hosts: [mx.example.com]  # servers that take "
                              "your mail from outside\n");
}

/* Where a secret is to be put, as YAML. Beside /etc/postroom/postroom.yaml it is a
 * credential, because the service's user may read nothing else there. */
static char *
secret_source(const Draft *draft, const char *file)
{
    g_autofree char *folder = g_path_get_dirname(draft->file);
    g_autofree char *place = g_canonicalize_filename(folder, NULL);

    return is_for_service(draft) ? g_strdup_printf("{credential: \"secret_%s\"}", file)
                                 : g_strdup_printf("{file: \"%s/%s\"}", place, file);
}

static void
append_secret(GString *text, const Draft *draft, const char *name)
{
    g_autofree char *file =
        g_strconcat(name, is_microsoft(draft) ? ".secret" : ".password", NULL);
    g_autofree char *source = secret_source(draft, file);

    if (is_for_service(draft))
        g_string_append_printf(text,
                               "    # systemd hands it over from "
                               "/etc/postroom/credentials/%s, mode 0600\n",
                               file);
    if (is_microsoft(draft))
        g_string_append_printf(
            text,
            "    oauth2:  # Microsoft takes no passwords\n"
            "      provider: microsoft\n"
            "      tenant: your-tenant.onmicrosoft.com\n"
            "      client_id: 00000000-0000-0000-0000-000000000000  # as registered\n"
            "      client_secret: %s  # mode 0600\n",
            source);
    else
        g_string_append_printf(text,
                               "    password: %s  # mode 0600; "
                               "or {command: C}, {env: NAME}, {%s}\n",
                               source,
                               is_for_service(draft) ? "file: F" : "credential: NAME");
}

static char *
write_text(const Draft *draft)
{
    const char *domain = strchr(draft->address, '@') + 1;
    g_autofree char *local =
        g_strndup(draft->address, (gsize)(domain - 1 - draft->address));
    GString *text = g_string_new("# Postroom, written by `postroom init`. All keys: "
                                 "`postroom check --sample`.\n");

    g_string_append_printf(text,
                           "state: \"%s\"  # the database and nothing else\n"
                           "our_domains: [\"%s\"]  # ours: loops, impersonation\n"
                           "# resolver: 127.0.0.1@53  # default: the system's\n\n"
                           "mailboxes:\n"
                           "  - name: \"%s\"\n"
                           "    address: \"%s\"\n"
                           "    server: \"%s\"\n"
                           "    user: \"%s\"\n",
                           draft->state, domain, local, draft->address, draft->server,
                           draft->user ? draft->user : draft->address);
    if (draft->ca)
        g_string_append_printf(
            text, "    tls: {ca: \"%s\"}  # who signs its certificate\n", draft->ca);
    append_secret(text, draft, local);
    g_string_append(text, "    start: now  # now, all or 2026-01-01: what the first "
                          "visit takes in\n");
    append_border(text, draft);
    g_string_append(text,
                    "    department: support  # where its tickets go\n\n"
                    "# webhooks:  # who is told; docs/webhooks.md\n"
                    "#   - name: crm\n"
                    "#     url: https://crm.example.com/hooks/postroom\n"
                    "#     secret: {file: /etc/postroom/crm.secret}  # whsec_...\n");
    return g_string_free(text, FALSE);
}

/* Never over a file that is there. It holds no secret, and the service reads it as
 * another user. */
static bool
write_file(const char *file, const char *text, GError **error)
{
    g_auto(OwnedFd) fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    size_t size = strlen(text);

    if (fd >= 0 && write(fd, text, size) == (ssize_t)size)
        return true;
    g_set_error(error, FAULT, errno == EEXIST ? FAULT_CONFIG : FAULT_FATAL, "'%s': %s",
                file, g_strerror(errno));
    return false;
}

/* Only whether it is there: there is no secret yet to log in with. */
static void
try_server(const Draft *draft)
{
    g_autoptr(GError) error = NULL;

    if (doctor_reach(draft->server, &error))
        (void)printf(_("%s: somebody listens there\n"), draft->server);
    else
        (void)printf(_("%s: %s. Is the name right?\n"), draft->server, error->message);
}

static int
finish(const Draft *draft)
{
    g_autofree char *text = write_text(draft);
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = NULL;

    if (!write_file(draft->file, text, &error))
        return options_fail(error);
    config = config_load(draft->file, &error);
    if (!config)
        return options_fail(error);
    (void)printf(_("%s: written and good\n"), draft->file);
    if (draft->provider && draft->provider->advice)
        (void)printf("%s: %s\n", draft->provider->name, _(draft->provider->advice));
    try_server(draft);
    if (is_for_service(draft))
        (void)puts(_("Next: put the secret into /etc/postroom/credentials (mode 0600), "
                     "then run `postroom doctor`."));
    else
        (void)puts(_("Next: put the secret where the file says (mode 0600), then run "
                     "`postroom doctor`."));
    return print_end();
}

/* The service runs in another folder than who writes its file. */
static bool
resolve_authorities(Draft *draft)
{
    g_autofree char *given = g_steal_pointer(&draft->ca);

    draft->ca = given ? g_canonicalize_filename(given, NULL) : NULL;
    return !draft->ca || complete(&draft->ca, "--ca", NULL, STATE_PATTERN);
}

static int
run(Draft *draft)
{
    g_autofree char *server = NULL;
    g_autofree char *state = NULL;

    if (draft->common.rest[0])
        return options_usage("init", N_("it takes no words"));
    draft->file = g_strdup(draft->common.config_file ? draft->common.config_file
                                                     : "postroom.yaml");
    if (access(draft->file, F_OK) == 0) {
        (void)fprintf(stderr, _("postroom: '%s' is there already and stays as it is\n"),
                      draft->file);
        return EX_CONFIG;
    }
    if (!complete(&draft->address, _("Address of the mailbox"), NULL, ADDRESS_PATTERN))
        return EX_USAGE;
    server = guess_server(draft);
    state = geteuid() == 0 ? g_strdup("/var/lib/postroom")
                           : g_build_filename(g_get_home_dir(), "postroom", NULL);
    if (draft->provider)
        (void)fprintf(stderr, _("That is %s.\n"), draft->provider->name);
    if (!complete(&draft->server, _("IMAP server"), server, SERVER_PATTERN) ||
        !resolve_authorities(draft) ||
        !complete(&draft->state, _("Folder of the database"), state, STATE_PATTERN))
        return EX_USAGE;
    if (g_strcmp0(draft->server, server) != 0)
        g_clear_pointer(&draft->user, g_free); /* that was another server's */
    return finish(draft);
}

int
cli_init(int argc, char **argv)
{
    g_auto(Draft) draft = {0};
    const GOptionEntry own[] = {{"address", 0, 0, G_OPTION_ARG_STRING, &draft.address,
                                 "of the mailbox; asked for where it is not given",
                                 "ADDRESS"},
                                {"server", 0, 0, G_OPTION_ARG_STRING, &draft.server,
                                 "imaps://host[:port]; guessed, and asked for", "URL"},
                                {"ca", 0, 0, G_OPTION_ARG_FILENAME, &draft.ca,
                                 "certificates to trust, where the system's are not "
                                 "enough",
                                 "FILE"},
                                {"state", 0, 0, G_OPTION_ARG_FILENAME, &draft.state,
                                 "folder of the database; asked for", "FOLDER"},
                                G_OPTION_ENTRY_NULL};
    int code;

    if (!options_parse(&draft.common, argc, argv, "",
                       "Asks for an address, guesses its server, writes a commented "
                       "postroom.yaml (or the file of -c), and checks it. Asks for no "
                       "secret and writes none.",
                       own, &code))
        return code;
    return run(&draft);
}
