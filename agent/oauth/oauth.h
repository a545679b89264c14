/* oauth: may we still read this mailbox? Access tokens from an identity provider.
 *
 * Two grants (RFC 6749): client credentials, where the application itself may read the
 * mailbox; and refresh tokens, which a person gives once through the device flow
 * (RFC 8628) and which the provider may exchange at every use. The refresh token lies
 * in a file of its own beside the database, mode 0600, replaced as a whole, and is
 * written before the access token that came with it is used.
 *
 * Every function blocks, bounded by deadlines. FAULT_RETRY: the network, the provider;
 * FAULT_CONFIG: it says no, and an operator must act. No token is ever in a fault. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/stop.h"

/* How a provider is asked. %s in an address stands for the tenant. */
typedef struct OauthProviderRow {
    const char *name;
    const char *token_url, *device_url;
    const char *scope;          /* of the application itself; NULL: it gets no leave */
    const char *personal_scope; /* of a person who lets us in */
} OauthProviderRow;

/* NULL: unknown. */
const OauthProviderRow *oauth_provider(const char *name);

/* All lent. */
typedef struct OauthApp {
    const char *token_url;
    const char *device_url; /* NULL: no device flow */
    const char *scope;
    const char *client_id;
    const Secret *client_secret; /* NULL: a public client */
    const char *token_file;      /* NULL: client credentials, nothing to be kept */
    const Stop *stop;            /* ends a question that is overdue; NULL: never */
} OauthApp;

typedef struct OauthToken {
    Secret *access;
    int64_t good_until_us; /* monotonic, some time before it really expires */
} OauthToken;

void oauth_token_free(OauthToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OauthToken, oauth_token_free)

/* Asks once. `is_revoked` with a FAULT_CONFIG: asking again is in vain. */
OauthToken *oauth_fetch(const OauthApp *app, bool *is_revoked,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a person is told to do. */
typedef struct OauthInvitation {
    char *url;
    char *code;
    Secret *device_code;
    int64_t interval_s;
    int64_t expires_s;
} OauthInvitation;

void oauth_invitation_free(OauthInvitation *invitation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OauthInvitation, oauth_invitation_free)

OauthInvitation *oauth_invite(const OauthApp *app,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits for the person, then keeps the refresh token in its file. */
bool oauth_await(const OauthApp *app, const OauthInvitation *invitation,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* STATE/oauth-NAME.token; owned. */
char *oauth_token_file(const char *state, const char *mailbox);
