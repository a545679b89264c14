#include "daemon/login.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "daemon/daemon.h"

void
login_clear(Login *login)
{
    g_clear_pointer(&login->token, oauth_token_free);
}

/* ---- tokens ---- */

static const OauthProviderRow *
provider_of(const MailboxConfig *mailbox)
{
    return oauth_provider(mailbox->oauth_provider == OAUTH_GOOGLE ? "google"
                                                                  : "microsoft");
}

/* An application as this mailbox is read through it; owns what OauthApp lends. */
typedef struct Application {
    OauthApp app;
    char *token_url, *device_url, *token_file;
    Secret *client_secret;
} Application;

static void
application_clear(Application *application)
{
    g_clear_pointer(&application->token_url, g_free);
    g_clear_pointer(&application->device_url, g_free);
    g_clear_pointer(&application->token_file, g_free);
    g_clear_pointer(&application->client_secret, secret_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Application, application_clear)

static char *
provider_url(const char *configured, const char *usual, const char *tenant)
{
    g_auto(GStrv) halves = g_strsplit(usual, "%s", 2);

    if (configured)
        return g_strdup(configured);
    return halves[1] ? g_strconcat(halves[0], tenant, halves[1], NULL)
                     : g_strdup(usual);
}

/* Who has a secret and may ask for himself needs no person to log in. */
static bool
is_personal(const MailboxConfig *mailbox)
{
    return !provider_of(mailbox)->scope ||
           mailbox->oauth_client_secret.kind == SECRET_NONE;
}

static bool
application_init(Application *out, const Config *config, const MailboxConfig *mailbox,
                 GError **error)
{
    const OauthProviderRow *provider = provider_of(mailbox);
    bool personal = is_personal(mailbox);

    if (mailbox->oauth_client_secret.kind != SECRET_NONE &&
        !(out->client_secret =
              config_read_secret(&mailbox->oauth_client_secret, error)))
        return false;
    out->token_url = provider_url(mailbox->oauth_token_url, provider->token_url,
                                  mailbox->oauth_tenant);
    out->device_url = provider_url(mailbox->oauth_device_url, provider->device_url,
                                   mailbox->oauth_tenant);
    if (personal)
        out->token_file = oauth_token_file(config->state, mailbox->name);
    out->app =
        (OauthApp){.token_url = out->token_url,
                   .device_url = out->device_url,
                   .scope = personal ? provider->personal_scope : provider->scope,
                   .client_id = mailbox->oauth_client_id,
                   .client_secret = out->client_secret,
                   .token_file = out->token_file};
    return true;
}

static OauthToken *
ask_command(const MailboxConfig *mailbox, GError **error)
{
    SecretSource source = {SECRET_COMMAND, mailbox->oauth_token_command};
    Secret *access = config_read_secret(&source, error);
    OauthToken *token;

    if (!access)
        return NULL;
    token = g_new0(OauthToken, 1); /* good for this once: the command keeps its own */
    token->access = access;
    return token;
}

static bool
renew_token(const Config *config, const MailboxConfig *mailbox, Login *login,
            GError **error)
{
    g_auto(Application) application = {0};

    g_clear_pointer(&login->token, oauth_token_free);
    if (mailbox->oauth_provider == OAUTH_TOKEN_COMMAND) {
        login->token = ask_command(mailbox, error);
    } else if (application_init(&application, config, mailbox, error)) {
        application.app.stop = login->stop;
        login->token = oauth_fetch(&application.app, &login->is_revoked, error);
    }
    return login->token != NULL;
}

/* ---- logging in ---- */

static ImapSession *
open_with(const Config *config, const MailboxConfig *mailbox, const Secret *secret,
          Login *login, GError **error)
{
    ImapAccount account = {.url = mailbox->server,
                           .tls_optional = !mailbox->tls_required,
                           .ca_file = mailbox->tls_ca,
                           .user = mailbox->user,
                           .secret = secret,
                           .sasl = mailbox->oauth_provider == OAUTH_NONE ? SASL_PASSWORD
                                                                         : SASL_XOAUTH2,
                           .max_mail_bytes = config->limits.mail_bytes,
                           .hint = &login->hint,
                           .stop = login->stop};

    return imap_open(&account, error);
}

/* A kept token may have been taken back early: one new one is worth a try. A new one
 * that is refused is an operator's matter; but a command may have given an old one. */
static ImapSession *
open_with_token(const Config *config, const MailboxConfig *mailbox, Login *login,
                GError **error)
{
    bool is_kept = login->token && clock_monotonic_us() < login->token->good_until_us;
    bool may_renew = is_kept || mailbox->oauth_provider == OAUTH_TOKEN_COMMAND;
    g_autoptr(GError) refusal = NULL;
    ImapSession *session;

    if (!is_kept && !renew_token(config, mailbox, login, error))
        return NULL;
    session = open_with(config, mailbox, login->token->access, login, &refusal);
    if (session)
        return session;
    if (!login->hint.is_token_refused || !may_renew) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return NULL;
    }
    if (!renew_token(config, mailbox, login, error))
        return NULL;
    return open_with(config, mailbox, login->token->access, login, error);
}

ImapSession *
login_open(const Config *config, const MailboxConfig *mailbox, Login *login,
           GError **error)
{
    g_autoptr(Secret) password = NULL;

    login->hint = (ImapHint){0};
    login->is_revoked = false;
    if (mailbox->oauth_provider != OAUTH_NONE)
        return open_with_token(config, mailbox, login, error);
    password = config_read_secret(&mailbox->password, error);
    return password ? open_with(config, mailbox, password, login, error) : NULL;
}

static void
add_print(GString *print, const SecretSource *source)
{
    g_autoptr(Secret) secret = NULL;
    g_autoptr(GError) unreadable = NULL; /* a state like others */
    g_autofree char *digest = NULL;

    if (source->kind != SECRET_FILE && source->kind != SECRET_CREDENTIAL)
        return;
    secret = config_read_secret(source, &unreadable);
    if (secret)
        digest = digest_sha256_hex(secret_text(secret), secret_size(secret));
    g_string_append_printf(print, "%s;", digest ? digest : "unreadable");
}

char *
login_fingerprint(const Config *config, const MailboxConfig *mailbox)
{
    g_autofree char *token_file = oauth_token_file(config->state, mailbox->name);
    const SecretSource kept = {SECRET_FILE, token_file};
    GString *print = g_string_new(NULL);

    add_print(print, &mailbox->password);
    add_print(print, &mailbox->oauth_client_secret);
    if (mailbox->oauth_provider != OAUTH_NONE)
        add_print(print, &kept);
    return g_string_free(print, FALSE);
}

bool
daemon_log_in(const Config *config, const MailboxConfig *mailbox, DaemonInvite told,
              void *self, GError **error)
{
    g_auto(Application) application = {0};
    g_autoptr(OauthInvitation) invitation = NULL;

    if (mailbox->oauth_provider != OAUTH_MICROSOFT &&
        mailbox->oauth_provider != OAUTH_GOOGLE) {
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "it has no oauth2 provider: nobody needs to log in");
        return false;
    }
    if (!application_init(&application, config, mailbox, error))
        return false;
    if (!application.token_file) {
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "the application reads it with its client_secret: nobody "
                            "needs to log in");
        return false;
    }
    invitation = oauth_invite(&application.app, error);
    if (!invitation)
        return false;
    told(invitation->url, invitation->code, self);
    return oauth_await(&application.app, invitation, error);
}

/* "auto" goes by SPECIAL-USE; a name must be there; NULL is not collected. */
static bool
is_wanted(const ImapFolder *folder, FolderRole role, const char *name)
{
    if (!name)
        return false;
    if (g_str_equal(name, "auto"))
        return folder->has_role && folder->role == role;
    return g_str_equal(folder->name, name) || g_str_equal(folder->wire_name, name) ||
           (role == FOLDER_INBOX && g_ascii_strcasecmp(folder->name, name) == 0);
}

static bool
keep_role(ImapFolder *folder, const MailboxConfig *mailbox)
{
    const char *const names[] = {mailbox->inbox, mailbox->junk, mailbox->sent};

    for (FolderRole role = FOLDER_INBOX; role <= FOLDER_SENT; role++) {
        if (is_wanted(folder, role, names[role])) {
            folder->role = role;
            folder->has_role = true;
            return true;
        }
    }
    return false;
}

/* A reply is known by what we sent: Sent goes first, INBOX last, so that the session
 * ends where IDLE shall wait. */
static int
by_turn(const void *a, const void *b)
{
    static const int turns[] = {
        [FOLDER_SENT] = 0, [FOLDER_JUNK] = 1, [FOLDER_INBOX] = 2};
    const ImapFolder *left = *(ImapFolder *const *)a;
    const ImapFolder *right = *(ImapFolder *const *)b;

    return turns[left->role] - turns[right->role];
}

/* A folder the operator named must be there: mail that lies elsewhere would be missed
 * in silence. "auto" may find none. */
static bool
are_all_there(const MailboxConfig *mailbox, const GPtrArray *found, GError **error)
{
    const char *const names[] = {mailbox->inbox, mailbox->junk, mailbox->sent};

    for (FolderRole role = FOLDER_INBOX; role <= FOLDER_SENT; role++) {
        bool is_there =
            !names[role] || (role != FOLDER_INBOX && g_str_equal(names[role], "auto"));

        for (guint i = 0; i < found->len; i++)
            is_there |= ((const ImapFolder *)found->pdata[i])->role == role;
        if (!is_there) {
            g_set_error(error, FAULT, FAULT_CONFIG,
                        "the server lists no folder '%s': check 'folders'",
                        names[role]);
            return false;
        }
    }
    return true;
}

GPtrArray *
login_find_folders(const MailboxConfig *mailbox, ImapSession *session, GError **error)
{
    g_autoptr(GPtrArray) all = imap_list(session, error);

    if (!all)
        return NULL;
    for (guint i = all->len; i > 0; i--)
        if (!keep_role(all->pdata[i - 1], mailbox))
            g_ptr_array_remove_index(all, i - 1);
    g_ptr_array_sort(all, by_turn);
    return are_all_there(mailbox, all, error) ? g_steal_pointer(&all) : NULL;
}

static bool
try_folder(const ImapFolder *folder, ImapSession *session, DaemonTrial tried,
           void *self, GError **error)
{
    ImapState state = {0};

    if (!imap_examine(session, folder->wire_name, &state, error))
        return false;
    tried(folder->role, folder->name, state.exists, self);
    return true;
}

bool
daemon_try_mailbox(const Config *config, const MailboxConfig *mailbox,
                   DaemonTrial tried, void *self, GError **error)
{
    g_autoptr(ImapSession) session = NULL;
    g_autoptr(GPtrArray) folders = NULL;
    g_auto(Login) login = {0};

    imap_init();
    session = login_open(config, mailbox, &login, error);
    folders = session ? login_find_folders(mailbox, session, error) : NULL;
    if (!folders)
        return false;
    for (guint i = 0; i < folders->len; i++)
        if (!try_folder(folders->pdata[i], session, tried, self, error))
            return false;
    return true;
}
