#include "oauth/oauth.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "oauth/keep.h"
#include "oauth/post.h"

enum {
    SECOND_US = 1000000,
    MARGIN_S = 60, /* a token is not used in its last minute */
    USUAL_LIFE_S = 3600,
    LONGEST_LIFE_S = 24 * 3600,
    USUAL_INTERVAL_S = 5,
    SLOWER_S = 5, /* RFC 8628 section 3.5 */
};

void
oauth_token_free(OauthToken *token)
{
    if (!token)
        return;
    secret_free(token->access);
    g_free(token);
}

void
oauth_invitation_free(OauthInvitation *invitation)
{
    if (!invitation)
        return;
    g_free(invitation->url);
    g_free(invitation->code);
    secret_free(invitation->device_code);
    g_free(invitation);
}

static const char *
secret_or_null(const Secret *secret)
{
    return secret ? secret_text(secret) : NULL;
}

/* What no further question changes; all else is the provider's weather. */
static bool
is_final(const char *refusal)
{
    static const char *const final[] = {
        "invalid_grant",    "invalid_client",       "unauthorized_client",
        "access_denied",    "invalid_scope",        "unsupported_grant_type",
        "consent_required", "interaction_required",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(final); i++)
        if (strcmp(refusal, final[i]) == 0)
            return true;
    return false;
}

static void
refuse(const OauthApp *app, const Answer *answer, bool *is_revoked, GError **error)
{
    const char *refusal = answer_refusal(answer);

    *is_revoked = is_final(refusal);
    if (*is_revoked && app->token_file)
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "the provider takes back its leave (%s): run 'postroom login'",
                    refusal);
    else
        g_set_error(error, FAULT, *is_revoked ? FAULT_CONFIG : FAULT_RETRY,
                    "the provider gives no token: %s (%ld)",
                    refusal[0] ? refusal : "no reason", answer->status);
}

static OauthToken *
read_token(const Answer *answer)
{
    const char *access = answer_text(answer, "access_token");
    int64_t life_s = answer_number(answer, "expires_in", USUAL_LIFE_S);
    OauthToken *token = g_new0(OauthToken, 1);

    life_s = CLAMP(life_s, 0, LONGEST_LIFE_S) - MARGIN_S;
    token->access = secret_new(access, strlen(access));
    token->good_until_us = clock_monotonic_us() + life_s * SECOND_US;
    return token;
}

OauthToken *
oauth_fetch(const OauthApp *app, bool *is_revoked, GError **error)
{
    g_autoptr(Secret) refresh =
        app->token_file ? keep_read(app->token_file, error) : NULL;
    g_auto(Answer) answer = {0};
    const char *rotated;
    const char *fields[] = {"grant_type",
                            app->token_file ? "refresh_token" : "client_credentials",
                            "client_id",
                            app->client_id,
                            "client_secret",
                            secret_or_null(app->client_secret),
                            "scope",
                            app->scope,
                            "refresh_token",
                            secret_or_null(refresh),
                            NULL};

    *is_revoked = app->token_file && !refresh;
    if (*is_revoked || !post_form(app->token_url, fields, app->stop, &answer, error))
        return NULL;
    if (!answer_text(&answer, "access_token")) {
        refuse(app, &answer, is_revoked, error);
        return NULL;
    }
    /* First things first: the old refresh token may be worth nothing any more. */
    rotated = answer_text(&answer, "refresh_token");
    if (app->token_file && rotated && strcmp(rotated, secret_text(refresh)) != 0 &&
        !keep_write(app->token_file, rotated, error))
        return NULL;
    return read_token(&answer);
}

/* ---- a person logs in ---- */

OauthInvitation *
oauth_invite(const OauthApp *app, GError **error)
{
    const char *fields[] = {"client_id", app->client_id, "scope", app->scope, NULL};
    g_autoptr(OauthInvitation) invitation = g_new0(OauthInvitation, 1);
    g_auto(Answer) answer = {0};
    const char *device_code, *url;
    bool is_revoked;

    if (!post_form(app->device_url, fields, app->stop, &answer, error))
        return NULL;
    device_code = answer_text(&answer, "device_code");
    url = answer_text(&answer, "verification_uri");
    if (!url)
        url = answer_text(&answer, "verification_url"); /* Google's spelling */
    if (!device_code || !url || !answer_text(&answer, "user_code")) {
        refuse(app, &answer, &is_revoked, error);
        return NULL;
    }
    invitation->url = g_strdup(url);
    invitation->code = g_strdup(answer_text(&answer, "user_code"));
    invitation->device_code = secret_new(device_code, strlen(device_code));
    invitation->interval_s =
        CLAMP(answer_number(&answer, "interval", USUAL_INTERVAL_S), 1, 60);
    invitation->expires_s =
        CLAMP(answer_number(&answer, "expires_in", USUAL_LIFE_S), 1, USUAL_LIFE_S);
    return g_steal_pointer(&invitation);
}

/* The person is done: what came with it is what we shall live on. */
static bool
keep_refresh(const OauthApp *app, const Answer *answer, GError **error)
{
    const char *refresh = answer_text(answer, "refresh_token");

    if (refresh)
        return keep_write(app->token_file, refresh, error);
    g_set_error_literal(error, FAULT, FAULT_CONFIG,
                        "the provider gives no refresh token: check the scopes that "
                        "the application is registered with");
    return false;
}

bool
oauth_await(const OauthApp *app, const OauthInvitation *invitation, GError **error)
{
    const char *fields[] = {"grant_type",
                            "urn:ietf:params:oauth:grant-type:device_code",
                            "client_id",
                            app->client_id,
                            "client_secret",
                            secret_or_null(app->client_secret),
                            "device_code",
                            secret_text(invitation->device_code),
                            NULL};
    int64_t until_us = clock_monotonic_us() + invitation->expires_s * SECOND_US;
    int64_t interval_s = invitation->interval_s;

    while (clock_monotonic_us() < until_us) {
        g_auto(Answer) answer = {0};
        const char *refusal;
        bool is_revoked;

        g_usleep((gulong)(interval_s * SECOND_US));
        if (!post_form(app->token_url, fields, app->stop, &answer, error))
            return false;
        if (answer_text(&answer, "access_token"))
            return keep_refresh(app, &answer, error);
        refusal = answer_refusal(&answer);
        if (strcmp(refusal, "slow_down") == 0) {
            interval_s += SLOWER_S;
        } else if (strcmp(refusal, "authorization_pending") != 0) {
            refuse(app, &answer, &is_revoked, error);
            return false;
        }
    }
    g_set_error_literal(error, FAULT, FAULT_CONFIG,
                        "nobody entered the code in time: run it again");
    return false;
}
