/* daemon: the house at work. Starts collectors, watch, couriers and desk around one
 * store, one resolver and one pool of sorters, and takes them down in order. */
#pragma once

#include "config/config.h"
#include "deliver/deliver.h"

typedef struct DaemonOptions {
    const char *config_file; /* read again on SIGHUP */
    const char *resolver;    /* overrides the configuration's; may be NULL */
    bool once; /* one pass over every mailbox, every due delivery tried, then home */
} DaemonOptions;

/* Blocks until SIGTERM, SIGINT or, with `once`, until all is done. Takes `config`.
 * Returns a sysexits code: 0; 75 when something is left to retry; 78 when an operator
 * must act. `error` is set when the house could not be started at all. Signals TERM,
 * INT and HUP must be blocked in the calling process before any thread. */
int daemon_run(Config *config, const DaemonOptions *options, GError **error);

/* Hands an order (ingest_obey) to the house that runs with this state, and waits for
 * the answer, owned. Where none runs, opens the database and obeys itself. */
bool daemon_order(const Config *config, const char *const *words, char **answer,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Told of each folder that would be collected, and how many mails lie in it. */
typedef void (*DaemonTrial)(FolderRole role, const char *folder, int64_t mails,
                            void *self);

/* Does what a visit to this mailbox begins with, and changes nothing: log-in, the
 * list of folders, each opened read-only. Blocks. FAULT_RETRY, FAULT_CONFIG. */
bool daemon_try_mailbox(const Config *config, const MailboxConfig *mailbox,
                        DaemonTrial tried, void *self,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What went out to a webhook, and what came back. */
typedef struct DaemonWebhookTrial {
    char *event_id;
    int64_t timestamp_s;
    char *body;
    char *signature;
    GPtrArray *public_keys; /* texts: "whpk_...", to verify v1a with */
    DeliverOutcome *outcome;
} DaemonWebhookTrial;
void daemon_webhook_trial_clear(DaemonWebhookTrial *trial);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DaemonWebhookTrial, daemon_webhook_trial_clear)

/* Posts a signed webhook.test, whatever events it wants and whether or not it is
 * disabled. Blocks. FAULT_CONFIG: it cannot be posted to at all. */
bool daemon_try_webhook(const WebhookConfig *webhook, DaemonWebhookTrial *out,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an operator wants to know of a server that lets us in. */
typedef struct DaemonExamination {
    int64_t took_ms;             /* to connect and log in */
    int64_t certificate_until_s; /* TIME_NONE: no TLS */
    const char *provider;
    bool has_idle, has_move;
    GPtrArray *folders; /* texts: those that would be collected */
    GPtrArray *mails;   /* GBytes: the newest of INBOX, at most 50 */
} DaemonExamination;
void daemon_examination_clear(DaemonExamination *examination);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DaemonExamination, daemon_examination_clear)

/* As daemon_try_mailbox, for doctor. What was learnt before a fault is in `out`. */
bool daemon_examine_mailbox(const Config *config, const MailboxConfig *mailbox,
                            DaemonExamination *out,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Told where a person has to go, and which code to enter there. */
typedef void (*DaemonInvite)(const char *url, const char *code, void *self);

/* OAuth2 device flow: waits until somebody let us in, and keeps the leave beside the
 * database. FAULT_CONFIG: refused, or nothing to be asked for. */
bool daemon_log_in(const Config *config, const MailboxConfig *mailbox,
                   DaemonInvite told, void *self,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a mailbox is looked through for, and who is told how far it is. */
typedef struct DaemonRescan {
    const char *resolver; /* overrides the configuration's; may be NULL */
    bool takes_history;   /* what lay there before the first connection ... */
    int64_t since;        /* ... and came no earlier; TIME_NONE: all of it */
    bool notify;          /* webhooks hear of that, too */
    void (*progress)(const char *folder, int64_t done, int64_t all, void *self);
    void *self;
} DaemonRescan;

typedef struct DaemonRescanned {
    int64_t filed, copies, held, holes;
} DaemonRescanned;

/* Lists every folder from its beginning and files what is not settled. Without
 * `takes_history` only what was missed. Blocks. FAULT_CONFIG: a daemon runs. */
bool daemon_rescan(const Config *config, const MailboxConfig *mailbox,
                   const DaemonRescan *wish, DaemonRescanned *out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
