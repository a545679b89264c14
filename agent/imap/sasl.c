#include "imap/sasl.h"

#include <string.h>

#include "base/fault.h"
#include "imap/hint.h"

enum {
    ANSWERS_LIMIT = 2
};

/* One exchange: the mechanism and what we say when it is our turn. */
typedef struct Exchange {
    const char *mechanism;
    Letter *answers[ANSWERS_LIMIT];
    size_t n_answers;
    const char *surrender; /* to a challenge beyond the last answer */
} Exchange;

static void
exchange_clear(Exchange *exchange)
{
    for (size_t i = 0; i < exchange->n_answers; i++)
        letter_free(exchange->answers[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

/* RFC 4616: no authorisation identity, user, password, parted by NUL. */
static Letter *
plain_answer(const ImapAccount *account)
{
    size_t user_size = strlen(account->user) + 1;
    g_autoptr(Letter) letter = letter_new(1 + user_size + secret_size(account->secret));

    letter_append(letter, "\0", 1);
    letter_append(letter, account->user, user_size);
    letter_append(letter, secret_text(account->secret), secret_size(account->secret));
    return letter_new_base64(letter->str, letter->len);
}

static Letter *
xoauth2_answer(const ImapAccount *account)
{
    static const char begin[] = "user=", middle[] = "\001auth=Bearer ",
                      end[] = "\001\001";
    g_autoptr(Letter) letter =
        letter_new(sizeof begin + sizeof middle + sizeof end + strlen(account->user) +
                   secret_size(account->secret));

    letter_append(letter, begin, strlen(begin));
    letter_append(letter, account->user, strlen(account->user));
    letter_append(letter, middle, strlen(middle));
    letter_append(letter, secret_text(account->secret), secret_size(account->secret));
    letter_append(letter, end, strlen(end));
    return letter_new_base64(letter->str, letter->len);
}

/* RFC 5801 section 4: "," and "=" are written as numbers in a name. */
static void
append_name(Letter *letter, const char *name)
{
    for (; *name; name++) {
        const char *escape = *name == ',' ? "=2C" : *name == '=' ? "=3D" : NULL;

        letter_append(letter, escape ? escape : name, escape ? 3 : 1);
    }
}

/* RFC 7628 section 3.1. */
static Letter *
bearer_answer(const ImapAccount *account)
{
    const char *scheme_end = strstr(account->url, "://");
    const char *host = scheme_end ? scheme_end + 3 : account->url;
    size_t host_size = strcspn(host, host[0] == '[' ? "/" : ":/");
    const char *port = strrchr(host, ':');
    bool is_imaps = g_ascii_strncasecmp(account->url, "imaps", 5) == 0;
    g_autofree char *place = g_strdup_printf(
        ",\001host=%.*s\001port=%s\001auth=Bearer ", (int)host_size, host,
        port && g_ascii_isdigit(port[1]) ? port + 1
        : is_imaps                       ? "993"
                                         : "143");
    g_autoptr(Letter) letter =
        letter_new(strlen("n,a=") + 3 * strlen(account->user) + strlen(place) +
                   secret_size(account->secret) + 2);

    letter_append(letter, "n,a=", strlen("n,a="));
    append_name(letter, account->user);
    letter_append(letter, place, strlen(place));
    letter_append(letter, secret_text(account->secret), secret_size(account->secret));
    letter_append(letter, "\001\001", 2);
    return letter_new_base64(letter->str, letter->len);
}

static void
exchange_plan(Exchange *exchange, const ImapAccount *account, const char *mechanism)
{
    exchange->mechanism = mechanism;
    exchange->surrender = "*\r\n"; /* RFC 9051 section 6.2.2: gives up */
    if (strcmp(mechanism, "XOAUTH2") == 0) {
        /* The challenge is an error report; only an empty line brings the NO. */
        exchange->surrender = "\r\n";
        exchange->answers[exchange->n_answers++] = xoauth2_answer(account);
    } else if (strcmp(mechanism, "OAUTHBEARER") == 0) {
        exchange->surrender = "AQ==\r\n"; /* the same, RFC 7628 section 3.2.3 */
        exchange->answers[exchange->n_answers++] = bearer_answer(account);
    } else if (strcmp(mechanism, "LOGIN") == 0) {
        exchange->answers[exchange->n_answers++] =
            letter_new_base64(account->user, strlen(account->user));
        exchange->answers[exchange->n_answers++] = letter_new_base64(
            secret_text(account->secret), secret_size(account->secret));
    } else {
        exchange->answers[exchange->n_answers++] = plain_answer(account);
    }
}

static bool
send_first(ImapSession *session, Exchange *exchange, bool with_answer,
           char tag[TAG_BYTES], GError **error)
{
    const Letter *answer = with_answer ? exchange->answers[0] : NULL;
    g_autoptr(Letter) line = letter_new(TAG_BYTES + 64 + (answer ? answer->len : 0));

    session_tag(session, tag);
    letter_append(line, tag, strlen(tag));
    letter_append(line, " AUTHENTICATE ", strlen(" AUTHENTICATE "));
    letter_append(line, exchange->mechanism, strlen(exchange->mechanism));
    if (answer) {
        letter_append(line, " ", 1);
        letter_append(line, answer->str, answer->len);
    }
    letter_append(line, "\r\n", 2);
    return session_send(session, line->str, line->len, error);
}

static bool
send_answer(ImapSession *session, const Letter *answer, GError **error)
{
    g_autoptr(Letter) line = letter_new(answer->len + 2);

    letter_append(line, answer->str, answer->len);
    letter_append(line, "\r\n", 2);
    return session_send(session, line->str, line->len, error);
}

/* A challenge gets the next answer; behind the last, the surrender, once. */
static bool
meet_challenge(ImapSession *session, const Exchange *exchange, size_t turn,
               GError **error)
{
    if (turn < exchange->n_answers)
        return send_answer(session, exchange->answers[turn], error);
    if (turn > exchange->n_answers)
        return session_fault(session, error, "the log-in never ends");
    return session_send(session, exchange->surrender, strlen(exchange->surrender),
                        error);
}

/* Plays the exchange to the tagged reply, whatever it says. */
static bool
converse(ImapSession *session, Exchange *exchange, Response *reply, GError **error)
{
    bool with_answer = imap_has(session, "SASL-IR") && exchange->n_answers == 1;
    char tag[TAG_BYTES];

    if (!send_first(session, exchange, with_answer, tag, error))
        return false;
    for (size_t turn = with_answer ? 1 : 0;; turn++) {
        if (!session_await_turn(session, tag, reply, error))
            return false;
        if (reply->kind == RESPONSE_REPLY)
            return true;
        if (!meet_challenge(session, exchange, turn, error))
            return false;
    }
}

static bool
judge(ImapSession *session, const Response *reply, const ImapAccount *account,
      GError **error)
{
    bool is_temporary = hint_is_temporary(reply);

    if (reply->condition == CONDITION_OK)
        return true;
    if (account->sasl == SASL_XOAUTH2 && !is_temporary)
        session->hint.is_token_refused = true;
    g_set_error(error, FAULT, is_temporary ? FAULT_RETRY : FAULT_CONFIG,
                "the server %s the log-in of '%s': %s",
                is_temporary ? "cannot take" : "refuses", account->user, reply->text);
    return false;
}

/* Whether `text` holds the beginning of a secret; texts are cut, so the whole of it
 * need not be there. */
static bool
holds(const char *text, const char *secret)
{
    enum {
        TELLING_BYTES = 12
    };
    char begin[TELLING_BYTES + 1];
    bool found;

    (void)g_strlcpy(begin, secret, sizeof begin); /* cut on purpose */
    found = begin[0] != '\0' && strstr(text, begin);
    secret_wipe(begin, sizeof begin);
    return found;
}

/* A hostile or talkative server may repeat what we sent; a fault's text goes to logs.
 */
static void
withhold_secret(const ImapAccount *account, GError **error)
{
    g_autoptr(Letter) encoded =
        letter_new_base64(secret_text(account->secret), secret_size(account->secret));
    g_autoptr(Letter) plain = plain_answer(account);
    g_autoptr(Letter) xoauth2 = xoauth2_answer(account);
    g_autoptr(Letter) bearer = bearer_answer(account);
    const char *text = (*error)->message;
    FaultCode code = (FaultCode)(*error)->code;

    if (!holds(text, secret_text(account->secret)) && !holds(text, encoded->str) &&
        !holds(text, plain->str) && !holds(text, xoauth2->str) &&
        !holds(text, bearer->str))
        return;
    g_clear_error(error); /* replaced by one that may be read */
    g_set_error(error, FAULT, (gint)code,
                "the log-in of '%s' failed, and the server's words about it hold the "
                "secret",
                account->user);
}

static bool
authenticate(ImapSession *session, const ImapAccount *account, const char *mechanism,
             Response *reply, GError **error)
{
    g_auto(Exchange) exchange = {0};

    exchange_plan(&exchange, account, mechanism);
    return converse(session, &exchange, reply, error);
}

static bool
login_command(ImapSession *session, const ImapAccount *account, Response *reply,
              GError **error)
{
    const char *strings[] = {account->user, secret_text(account->secret), NULL};
    char tag[TAG_BYTES];

    return session_command_strings(session, "LOGIN", strings, tag, error) &&
           session_settle(session, tag, (Listener){0}, reply, error);
}

static bool
with_password(ImapSession *session, const ImapAccount *account, Response *reply,
              GError **error)
{
    bool may_login = !imap_has(session, "LOGINDISABLED");

    if (imap_has(session, "AUTH=PLAIN")) {
        if (!authenticate(session, account, "PLAIN", reply, error))
            return false;
        /* BAD says that it does not know its own mechanism, not that we are wrong. */
        if (reply->condition != CONDITION_BAD || !may_login)
            return true;
    }
    if (may_login)
        return login_command(session, account, reply, error);
    if (imap_has(session, "AUTH=LOGIN"))
        return authenticate(session, account, "LOGIN", reply, error);
    g_set_error_literal(error, FAULT, FAULT_CONFIG,
                        "the server offers no log-in by password (neither PLAIN nor "
                        "LOGIN): it may demand OAuth2");
    return false;
}

static bool
log_in(ImapSession *session, const ImapAccount *account, Response *reply,
       GError **error)
{
    switch (account->sasl) {
    case SASL_PASSWORD:
        return with_password(session, account, reply, error);
    case SASL_XOAUTH2:
        if (imap_has(session, "AUTH=XOAUTH2"))
            return authenticate(session, account, "XOAUTH2", reply, error);
        if (imap_has(session, "AUTH=OAUTHBEARER"))
            return authenticate(session, account, "OAUTHBEARER", reply, error);
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "the server does not offer OAuth2 log-in (neither XOAUTH2 "
                            "nor OAUTHBEARER)");
        return false;
    }
    g_assert_not_reached();
}

bool
sasl_log_in(ImapSession *session, const ImapAccount *account, GError **error)
{
    Response reply;

    if (strlen(secret_text(account->secret)) != secret_size(account->secret)) {
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "the password has a NUL byte, which IMAP cannot carry");
        return false;
    }
    if (log_in(session, account, &reply, error) &&
        judge(session, &reply, account, error))
        return true;
    withhold_secret(account, error);
    return false;
}
