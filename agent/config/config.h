/* config: postroom.yaml, read and checked. One table of keys reads the file, names the
 * nearest key, and prints the sample and the JSON Schema.
 *
 * Secrets are not in the file: a SecretSource says where each is. */
#pragma once

#include "base/hours.h"
#include "base/log.h"
#include "base/secret.h"
#include "model/acknowledge.h"
#include "model/rule.h"
#include "model/settings.h"

typedef enum {
    SECRET_NONE,
    SECRET_FILE,
    SECRET_COMMAND,
    SECRET_ENV,
    SECRET_CREDENTIAL, /* systemd: $CREDENTIALS_DIRECTORY/NAME */
} SecretKind;

typedef struct SecretSource {
    SecretKind kind;
    char *where;
} SecretSource;

/* Reads it now; trailing line ends are cut. FAULT_CONFIG names the source, never the
 * value. SECRET_COMMAND runs `sh -c` and blocks up to 30 s; FAULT_RETRY when it takes
 * longer or ends with EX_TEMPFAIL. */
Secret *config_read_secret(const SecretSource *source,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    OAUTH_NONE,
    OAUTH_MICROSOFT,
    OAUTH_GOOGLE,
    OAUTH_TOKEN_COMMAND,
} OauthProvider;

typedef enum {
    START_NOW,
    START_ALL,
    START_DATE,
} StartKind;

typedef struct MailboxConfig {
    char *name;
    char *address;
    char *server;
    char *tls_ca;
    bool tls_required;
    char *user;
    SecretSource password;
    OauthProvider oauth_provider;
    char *oauth_tenant;
    char *oauth_client_id;
    SecretSource oauth_client_secret;
    char *oauth_token_url, *oauth_device_url; /* NULL: the provider's own */
    char *oauth_token_command;
    char *inbox, *junk, *sent; /* folder names; "auto"; NULL: none */
    StartKind start;
    int64_t start_date;
    int64_t poll_s;
    char *after_filed, *after_spam; /* "keep", "seen", "delete", "move:Folder" */
    Border border;
    char *department;
    char *language; /* for texts too short to tell */
} MailboxConfig;

typedef enum {
    FORMAT_PLAIN, /* {"type", "timestamp", "data"} */
    FORMAT_CLOUDEVENTS,
} WebhookFormat;

typedef struct WebhookConfig {
    char *name;
    char *url;
    GPtrArray *secrets; /* SecretSource */
    GPtrArray *events;  /* texts: patterns */
    GPtrArray *allow_networks;
    char *tls_ca;
    bool include_html, include_headers;
    WebhookFormat format;
} WebhookConfig;

typedef struct RelayConfig {
    char *server; /* NULL: no forwards */
    char *tls_ca;
    bool tls_required;
    char *user;
    SecretSource password;
} RelayConfig;

typedef struct Config {
    char *file; /* where it came from */
    char *state;
    GPtrArray *our_domains;
    char *resolver;
    char *dnssec_anchor; /* NULL: the machine's own, if it has one */
    GPtrArray *dnssec_insecure;
    LogLevel log_level;
    LogFormat log_format;
    bool log_addresses;
    Limits limits;
    SpfEngine spf_engine;
    char *time_zone;                  /* NULL: UTC */
    GPtrArray *open_hours, *holidays; /* texts; no open_hours: round the clock */
    bool joins_new_subject, joins_other_mailbox;
    int64_t loop_pair, loop_address; /* answers an hour; 0: as many as come */
    int64_t retention_raw_s, retention_held_s, retention_delivered_events_s;
    GPtrArray *mailboxes; /* MailboxConfig */
    GPtrArray *webhooks;  /* WebhookConfig */
    RelayConfig relay;
    Acknowledge acknowledge;
    GPtrArray *campaign_headers, *unsubscribe_addresses;
    char *http_listen;           /* NULL: no HTTP */
    int64_t sorters, collectors; /* 0: by the machine */
    GPtrArray *rules;            /* Rule */
} Config;

/* Reads and checks everything; secrets are not opened. FAULT_CONFIG with one line for
 * each fault found: `postroom.yaml:12:5: mailboxes[0].sever: unknown key, did you mean
 * 'server'?` */
Config *config_load(const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* NULL: there is none of that name. */
const MailboxConfig *config_find_mailbox(const Config *config, const char *name);
/* What a sorter is told about mail of `mailbox` (NULL: no mailbox). */
SortSettings *config_sort_settings(const Config *config, const MailboxConfig *mailbox);

/* Whom to ask for DNS; `server`, where it is given, is a user's stronger word. Lent by
 * the configuration. */
ResolverSettings config_resolver_settings(const Config *config, const char *server);

/* Owned. */
Hours *config_hours(const Config *config);

/* Patterns; but message.spam and message.held are wanted by their full names only. */
bool config_webhook_wants(const WebhookConfig *webhook, const char *event);

/* The commented sample file, the JSON Schema and the man page, from the table of keys.
 */
char *config_sample(void);
char *config_schema(void);
char *config_manual(void);
