/* Into a mailbox, and to the folders of it that are collected. */
#pragma once

#include "config/config.h"
#include "imap/imap.h"
#include "oauth/oauth.h"

/* What is kept from one log-in to the next, and what the last one met. */
typedef struct Login {
    OauthToken *token; /* still good, as far as we know; NULL: none */
    ImapHint hint;     /* what the server asked for when it failed */
    const Stop *stop;  /* lent: see ImapAccount; NULL: never */
    bool is_revoked;   /* the provider says that asking again is in vain */
} Login;

void login_clear(Login *login);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Login, login_clear)

/* Reads the secret or gets a token, connects, logs in. A token that the server refuses
 * is replaced once. NULL: FAULT_RETRY or FAULT_CONFIG. */
ImapSession *login_open(const Config *config, const MailboxConfig *mailbox,
                        Login *login, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Changes when an operator has put another secret in its place; tells nothing of it. A
 * secret that comes out of a command is not asked for. */
char *login_fingerprint(const Config *config, const MailboxConfig *mailbox);
/* GPtrArray of ImapFolder in the order they are visited; never empty. */
GPtrArray *login_find_folders(const MailboxConfig *mailbox, ImapSession *session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
