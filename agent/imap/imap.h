/* imap: what is new in this mailbox?
 *
 * One session is one conversation with one server (RFC 3501, RFC 9051), spoken by us
 * over a socket that libcurl opened and secured. A session belongs to one thread at a
 * time and may be handed on. Every function blocks, bounded by deadlines; every fault
 * is FAULT_RETRY (network, server), FAULT_CONFIG (refused log-in, bad certificate, no
 * such folder) or FAULT_MESSAGE (this action on these mails is refused). After a fault
 * the session can only be closed, unless imap_is_alive says otherwise.
 * Collecting marks no mail as read: bodies are fetched with BODY.PEEK[] after EXAMINE;
 * only the actions after imap_select change anything on the server. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/stop.h"
#include "model/mail.h"

typedef enum {
    SASL_PASSWORD, /* PLAIN, else LOGIN */
    SASL_XOAUTH2,  /* `secret` is the access token: XOAUTH2, else OAUTHBEARER */
} ImapSasl;

/* What the server's own words ask for, beside the fault they came with. Read from its
 * responses only, never from mail. */
typedef struct ImapHint {
    int64_t wait_ms;       /* leave the account alone for so long; 0: not asked for */
    bool is_token_refused; /* the access token, not the account: get another, once */
    char alert[240];       /* the last [ALERT], printable; "": none */
} ImapHint;

/* Lent to imap_open, which copies what it keeps. */
typedef struct ImapAccount {
    const char *url;   /* imaps://host[:port], or imap:// where STARTTLS is required */
    bool tls_optional; /* plain text allowed; the configuration grants it on loopback */
    const char *ca_file; /* NULL: the system's */
    const char *user;
    const Secret *secret;
    ImapSasl sasl;
    int64_t connect_timeout_ms; /* 0: 30 s */
    int64_t stall_timeout_ms;   /* 0: 60 s without a byte while we wait for one */
    int64_t max_mail_bytes;     /* a longer literal is drained and its head kept */
    const char *spool_dir;      /* of mails above 256 KiB; NULL: /var/tmp */
    ImapHint *hint;             /* NULL: nobody asks; written when imap_open fails */
    const Stop *stop; /* lent for the session's life: once set nothing waits any more,
                         which is a FAULT_RETRY; NULL: never */
} ImapAccount;

typedef struct ImapSession ImapSession;

/* Connects, secures, logs in, learns the capabilities. */
ImapSession *imap_open(const ImapAccount *account,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void imap_close(ImapSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapSession, imap_close)

/* When the first certificate of the server's chain runs out, epoch seconds; TIME_NONE:
 * no TLS. */
int64_t imap_certificate_until(const ImapSession *session);
bool imap_has(const ImapSession *session, const char *capability);
/* False: the session can only be closed. */
bool imap_is_alive(const ImapSession *session);
/* What the server asked for since this was called last. Worth a look after success,
 * too: some servers obey and ask for peace in one breath. */
ImapHint imap_take_hint(ImapSession *session);

/* How a provider wants to be treated: what its documentation or bad experience says. */
typedef struct ImapProvider {
    const char *name;
    unsigned connections; /* at most so many at a time for one user */
    int64_t idle_renew_ms;
    bool trusts_idle; /* false: look from time to time even while it is silent */
    bool needs_id;    /* refuses folders to clients without a name (RFC 2971) */
} ImapProvider;

/* Never NULL: an unknown provider is treated with care. Before a connection only the
 * host's name tells who it is, behind it the server's own words, too. */
const ImapProvider *imap_provider_of(const char *url);
const ImapProvider *imap_provider(const ImapSession *session);

typedef struct ImapFolder {
    char *wire_name; /* opaque bytes for imap_examine */
    char *name;      /* for display, UTF-8 */
    FolderRole role; /* by RFC 6154 SPECIAL-USE; FOLDER_INBOX for INBOX */
    bool has_role;   /* false: an ordinary folder */
} ImapFolder;

void imap_folder_free(ImapFolder *folder);

/* GPtrArray of ImapFolder with free function; INBOX is always among them. */
GPtrArray *imap_list(ImapSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct ImapState {
    int64_t uidvalidity; /* 0: the server gave none */
    int64_t uidnext;     /* 0: the server gave none */
    int64_t exists;
    int64_t modseq; /* HIGHESTMODSEQ (RFC 7162); 0: the server gave none. Only a help:
                       servers exist that deliver without raising it */
} ImapState;

/* Read-only, so that no mail becomes \Seen. */
bool imap_examine(ImapSession *session, const char *wire_name, ImapState *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct ImapListing {
    uint32_t uid;
    int64_t size_bytes;  /* a hint */
    int64_t received_at; /* INTERNALDATE; TIME_NONE: not given */
    uint32_t sequence;   /* its number in the folder then; 0: not said */
} ImapListing;

/* Appends an ImapListing for each UID above `low`, ascending, none twice. True only
 * after the tagged OK: a dropped connection is never an empty answer. */
bool imap_enumerate(ImapSession *session, uint32_t low, GArray *listings,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How far the numbers of the last listing can be believed. */
typedef struct ImapCensus {
    bool is_whole;     /* false: mails are left out of it, asked twice */
    int64_t below;     /* mails up to `low`; -1: not known */
    int64_t exists;    /* mails in the folder; -1: not known */
    uint32_t last_uid; /* the newest mail's, if not above `low` and told; else 0 */
} ImapCensus;

ImapCensus imap_census(const ImapSession *session);

/* One fetched mail. `bytes` is NULL where the server said there is none (NIL) or the
 * UID was refused, then `because` says so; is_cut: longer than max_mail_bytes, `bytes`
 * is its header only. Long ones are mapped files. Return false to stop the fetch. */
typedef struct ImapDelivery {
    uint32_t uid;
    GBytes *bytes; /* lent */
    bool is_cut;
    int64_t size_bytes; /* of the whole mail */
    const char *because;
} ImapDelivery;

typedef bool (*ImapReceive)(const ImapDelivery *delivery, void *self);

/* Fetches whole mails, pipelined in windows by size. Delivers each UID at most once,
 * in the order the server sends. A UID never delivered after success is a hole: the
 * server listed it, answered OK and kept it. */
bool imap_fetch(ImapSession *session, const GArray *listings, ImapReceive receive,
                void *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After a fetch that ended with the connection: appends the UIDs (uint32_t) that it may
 * have died of. Nothing after a refusal, or if none was asked for. */
void imap_suspects(const ImapSession *session, GArray *uids);

/* Bytes a second that the link gave while mails were fetched and we had to wait for
 * them; 0: too few came to tell. */
int64_t imap_bytes_per_s(const ImapSession *session);

/* COMPRESS=DEFLATE (RFC 4978), for slow links; imap_fetch turns to it of its own below
 * 5 MB/s. On a fast one the server's processor becomes the limit. True, too, where the
 * server has it not, or refuses, or it is on already. */
bool imap_compress(ImapSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What tells a mail from others when UIDs mean nothing any more. */
typedef struct ImapIdentity {
    uint32_t uid;
    int64_t size_bytes;
    int64_t received_at; /* INTERNALDATE; TIME_NONE: not given */
    uint64_t gmail_id;   /* X-GM-MSGID; 0: not given */
    char *email_id;      /* EMAILID (RFC 8474); NULL: not given */
    char *message_id;    /* the fields as written, unfolded and trimmed; NULL: none */
    char *date;
} ImapIdentity;

void imap_identity_free(ImapIdentity *identity);

/* Appends an ImapIdentity for each of `listings` (ImapListing) that the server still
 * has and describes; `identities` is a GPtrArray with imap_identity_free. */
bool imap_identify(ImapSession *session, const GArray *listings, GPtrArray *identities,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Opens a folder for the actions below. FAULT_CONFIG, too, when it is read-only. */
bool imap_select(ImapSession *session, const char *wire_name, ImapState *out,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The actions. UIDs that are gone already are no fault, so an action may be repeated.
 * FAULT_MESSAGE: the server refuses it; FAULT_CONFIG: it cannot do it safely, or the
 * folder to move to is not there. */
bool imap_store_seen(ImapSession *session, const uint32_t *uids, size_t n_uids,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* MOVE, or COPY, STORE and UID EXPUNGE. Never a plain EXPUNGE, which would take what
 * others have marked: without MOVE and UIDPLUS it is FAULT_CONFIG. */
bool imap_move(ImapSession *session, const uint32_t *uids, size_t n_uids,
               const char *wire_name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool imap_expunge(ImapSession *session, const uint32_t *uids, size_t n_uids,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* IDLE (RFC 2177). FAULT_MESSAGE: offered and then refused; ask from time to time
 * instead. Between begin and end only imap_idle_read may be called; a caller
 * waits on imap_socket for readability first, or reads once after begin. */
bool imap_idle_begin(ImapSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Never blocks. `changed`: the folder has news (EXISTS, EXPUNGE, FETCH), or the server
 * has ended IDLE by itself. */
bool imap_idle_read(ImapSession *session, bool *changed,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool imap_idle_end(ImapSession *session, bool *changed,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
int imap_socket(const ImapSession *session);

/* Once per process, before any thread. */
void imap_init(void);
