/* Opening a session: who is let in, what is refused, and what never leaves. */
#include "server.h"

#define PLAIN_TEXT "AGFubgBzZWNyZXQtd29yZA==" /* NUL ann NUL secret-word */

typedef struct OpenCase {
    const char *name;
    Login login;
    Server server;
    int fault;         /* -1: the session opens */
    const char *says;  /* in the fault's text */
    const char *heard; /* by the server */
    bool token_is_refused;
    int64_t wait_ms;
    const char *alert;
} OpenCase;

static const OpenCase open_cases[] = {
    {.name = "plain-with-initial-response",
     .fault = -1,
     .heard = "AUTHENTICATE PLAIN " PLAIN_TEXT "\n"},
    {.name = "plain-without-sasl-ir",
     .server = {.capabilities = "IMAP4rev1 AUTH=PLAIN",
                .rules = {{"AUTHENTICATE PLAIN", "+ \r\n", 1},
                          {PLAIN_TEXT, "P2 OK in\r\n"}}},
     .fault = -1,
     .heard = "AUTHENTICATE PLAIN\n" PLAIN_TEXT "\n"},
    {.name = "login-command",
     .login = {.user = "a\"n\\n", .secret = "se cret"},
     .server = {.capabilities = "IMAP4rev1"},
     .fault = -1,
     .heard = "LOGIN \"a\\\"n\\\\n\" \"se cret\"\n"},
    {.name = "login-command-with-literal",
     .login = {.secret = "p\303\244ss"},
     .server = {.capabilities = "IMAP4rev1",
                .rules = {{"LOGIN \"ann\" {5}", "+ go\r\n"},
                          {"p\303\244ss", "P2 OK in\r\n"}}},
     .fault = -1,
     .heard = "LOGIN \"ann\" {5}\np\303\244ss\n"},
    {.name = "plain-unknown-falls-back-to-login",
     .server = {.rules = {{"AUTHENTICATE", "$T BAD what\r\n"}}},
     .fault = -1,
     .heard = "LOGIN \"ann\" \"secret-word\"\n"},
    {.name = "authenticate-login",
     .server = {.capabilities = "IMAP4rev1 AUTH=LOGIN LOGINDISABLED",
                .rules = {{"AUTHENTICATE LOGIN", "+ VXNlcm5hbWU6\r\n"},
                          {"YW5u", "+ UGFzc3dvcmQ6\r\n"},
                          {"c2VjcmV0LXdvcmQ=", "P2 OK in\r\n"}}},
     .fault = -1},
    {.name = "no-way-to-log-in",
     .server = {.capabilities = "IMAP4rev1 LOGINDISABLED"},
     .fault = FAULT_CONFIG,
     .says = "OAuth2"},
    {.name = "wrong-password-keeps-the-servers-words",
     .server = {.rules = {{"AUTHENTICATE",
                           "$T NO [AUTHENTICATIONFAILED] Too many typos, ann\r\n"}}},
     .fault = FAULT_CONFIG,
     .says = "Too many typos, ann"},
    {.name = "wrong-password-without-code",
     .server = {.rules = {{"AUTHENTICATE", "$T NO Invalid credentials\r\n"}}},
     .fault = FAULT_CONFIG,
     .says = "Invalid credentials"},
    {.name = "server-unavailable",
     .server = {.rules = {{"AUTHENTICATE", "$T NO [UNAVAILABLE] later\r\n"}}},
     .fault = FAULT_RETRY,
     .says = "later"},
    {.name = "too-many-connections",
     .server = {.rules = {{"AUTHENTICATE", "$T NO [LIMIT] enough of you\r\n"}}},
     .fault = FAULT_RETRY},
    {.name = "temporary-by-words",
     .server = {.rules = {{"AUTHENTICATE", "$T NO Temporary trouble\r\n"}}},
     .fault = FAULT_RETRY},
    {.name = "bye-in-the-log-in",
     .server = {.rules = {{"AUTHENTICATE", "* BYE overloaded\r\n", 0, true}}},
     .fault = FAULT_RETRY,
     .says = "overloaded"},
    {.name = "echoed-secret-is-withheld",
     .server = {.rules = {{"AUTHENTICATE", "$T NO no such secret-word here\r\n"}}},
     .fault = FAULT_CONFIG,
     .says = "hold the secret"},
    {.name = "xoauth2",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2"},
     .fault = -1,
     .heard = "AUTHENTICATE XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgenp6AQE=\n"},
    {.name = "xoauth2-refused-after-one-empty-line",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                .rules = {{"AUTHENTICATE", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"},
                          {"", "P2 NO token expired\r\n", 1}}},
     .fault = FAULT_CONFIG,
     .says = "token expired",
     .token_is_refused = true},
    {.name = "xoauth2-not-offered",
     .login = {.sasl = SASL_XOAUTH2},
     .fault = FAULT_CONFIG,
     .says = "XOAUTH2"},
    {.name = "oauthbearer",
     .login = {.sasl = SASL_XOAUTH2, .user = "a=n,n", .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=OAUTHBEARER"},
     .fault = -1,
     .heard =
         "AUTHENTICATE OAUTHBEARER bixhPWE9M0RuPTJDbiwBaG9zdD0xMjcuMC4wLjEBcG9ydD"},
    {.name = "oauthbearer-without-sasl-ir",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 AUTH=OAUTHBEARER",
                .rules = {{"AUTHENTICATE OAUTHBEARER", "+ \r\n", 1},
                          {"bixh", "P2 OK in\r\n", 1}}},
     .fault = -1,
     .heard = "AUTHENTICATE OAUTHBEARER\nbixhPWFubiwBaG9zdD0xMjcuMC4wLjEBcG9ydD"},
    {.name = "oauthbearer-refused-after-one-control-a",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=OAUTHBEARER",
                .rules = {{"AUTHENTICATE", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"},
                          {"AQ==", "P2 NO token expired\r\n", 1}}},
     .fault = FAULT_CONFIG,
     .says = "token expired",
     .token_is_refused = true},
    {.name = "token-refused-without-a-challenge",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                .rules = {{"AUTHENTICATE", "$T NO [AUTHENTICATIONFAILED] bad\r\n"}}},
     .fault = FAULT_CONFIG,
     .token_is_refused = true},
    {.name = "a-busy-server-refuses-no-token",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                .rules = {{"AUTHENTICATE", "$T NO [UNAVAILABLE] later\r\n"}}},
     .fault = FAULT_RETRY,
     .wait_ms = 5000},
    {.name = "challenges-without-end",
     .login = {.sasl = SASL_XOAUTH2, .secret = "zzz"},
     .server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                .rules = {{"AUTHENTICATE", "+ a\r\n"}, {"", "+ b\r\n"}}},
     .fault = FAULT_RETRY,
     .says = "never ends"},
    {.name = "throttled-by-exchange",
     .server = {.rules = {{"AUTHENTICATE",
                           "$T NO Request is throttled. Suggested Backoff Time: "
                           "92415 milliseconds\r\n"}}},
     .fault = FAULT_RETRY,
     .wait_ms = 92415},
    {.name = "throttled-without-a-time",
     .server = {.rules = {{"AUTHENTICATE", "$T NO [THROTTLED] slowly\r\n"}}},
     .fault = FAULT_RETRY,
     .wait_ms = 60000},
    {.name = "too-many-sessions-in-the-greeting",
     .server = {.greeting = "* BYE [LIMIT] too many of you\r\n"},
     .fault = FAULT_RETRY,
     .wait_ms = 15000},
    {.name = "suggestion-in-the-greeting",
     .server = {.greeting = "* bye Suggested Backoff Time: 7 milliseconds\r\n"},
     .fault = FAULT_RETRY,
     .wait_ms = 7},
    {.name = "an-hour-is-the-longest-wait",
     .server = {.rules = {{"AUTHENTICATE", "$T NO Suggested Backoff Time: "
                                           "99999999999999999999 milliseconds\r\n"}}},
     .fault = FAULT_RETRY,
     .wait_ms = 3600000},
    {.name = "gmail-bandwidth",
     .server = {.rules = {{"AUTHENTICATE",
                           "$T NO [ALERT] Account exceeded command or bandwidth "
                           "limits.\r\n"}}},
     .fault = FAULT_RETRY,
     .wait_ms = 600000,
     .alert = "Account exceeded"},
    {.name = "alert-in-a-refusal",
     .server = {.rules = {{"AUTHENTICATE",
                           "$T NO [ALERT] Log in with your browser first\r\n"}}},
     .fault = FAULT_CONFIG,
     .says = "browser",
     .alert = "Log in with your browser"},
    {.name = "preauth",
     .server = {.greeting = "* PREAUTH welcome back\r\n"},
     .fault = FAULT_CONFIG,
     .says = "PREAUTH"},
    {.name = "preauth-where-tls-is-required",
     .login = {.requires_tls = true},
     .server = {.greeting = "* PREAUTH welcome back\r\n"},
     .fault = FAULT_CONFIG,
     .says = "PREAUTH"},
    {.name = "stripped-starttls",
     .login = {.requires_tls = true},
     .fault = FAULT_CONFIG,
     .says = "STARTTLS"},
    {.name = "refused-starttls",
     .login = {.requires_tls = true},
     .server = {.capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN",
                .rules = {{"STARTTLS", "$T BAD no\r\n"}}},
     .fault = FAULT_CONFIG,
     .says = "STARTTLS"},
    {.name = "injected-before-tls",
     .login = {.requires_tls = true},
     .server = {.capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN",
                .rules = {{"STARTTLS", "$T OK go\r\n* CAPABILITY AUTH=PLAIN\r\n"
                                       "A003 OK in\r\nP1 OK in\r\n"}}},
     .fault = FAULT_RETRY},
    {.name = "not-an-imap-server",
     .login = {.connect_timeout_ms = 200},
     .server = {.greeting = "220 mail ESMTP\r\n"},
     .fault = FAULT_RETRY},
    {.name = "hangs-up-at-once",
     .server = {.greeting = "* BYE too busy\r\n"},
     .fault = FAULT_RETRY,
     .says = "too busy"},
    {.name = "capability-floods-lines",
     .server = {.rules = {{"CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$T OK\r\n", 1},
                          {"CAPABILITY", NULL}}},
     .fault = FAULT_RETRY},
    {.name = "leftovers-of-libcurls-command-are-ignored",
     .server = {.rules =
                    {{"CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$T OK a\r\n", 1},
                     {"CAPABILITY",
                      "completed (0.001)\r\n* CAPABILITY AUTH=XOAUTH2\r\n"
                      "A009 OK\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n$T OK b\r\n",
                      1}}},
     .fault = -1,
     .heard = "AUTHENTICATE PLAIN\n"},
};

static void
test_open(gconstpointer self)
{
    const OpenCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = test->server;
    ImapHint hint = {0};
    Login login = test->login;
    ImapSession *session;

    login.hint = &hint;
    server_start(&server);
    session = server_log_in(&server, &login, &error);
    imap_close(session);
    server_stop(&server);
    if (test->fault < 0) {
        g_assert_no_error(error);
    } else {
        g_assert_error(error, FAULT, test->fault);
        g_assert_null(strstr(error->message, "secret-word"));
        if (test->says && !strstr(error->message, test->says))
            g_error("'%s' does not say '%s'", error->message, test->says);
    }
    g_assert_true(hint.is_token_refused == test->token_is_refused);
    if (test->wait_ms || test->fault != FAULT_RETRY)
        g_assert_cmpint(hint.wait_ms, ==, test->wait_ms);
    if (test->alert)
        g_assert_nonnull(strstr(hint.alert, test->alert));
    else
        g_assert_cmpstr(hint.alert, ==, "");
    if (test->heard && !strstr(server.heard->str, test->heard))
        g_error("'%s' was not heard in: %s", test->heard, server.heard->str);
    if (test->login.requires_tls || test->server.greeting) {
        g_assert_null(strstr(server.heard->str, "AUTHENTICATE"));
        g_assert_null(strstr(server.heard->str, "LOGIN"));
    }
    (void)g_string_free(server.heard, TRUE);
}

static void
test_unreachable(void)
{
    Server server = {0};
    g_autoptr(GError) error = NULL;

    server_start(&server);
    server_stop(&server);
    g_assert_null(server_log_in(&server, &(Login){0}, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    (void)g_string_free(server.heard, TRUE);
}

static void
test_silent_server_is_given_up(void)
{
    Server server = {.rules = {{"AUTHENTICATE", ""}}};
    g_autoptr(GError) error = NULL;
    int64_t begun_us = clock_monotonic_us();

    server_start(&server);
    g_assert_null(server_log_in(&server, &(Login){.stall_timeout_ms = 150}, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpint(clock_monotonic_us() - begun_us, <, 1500000);
    server_stop(&server);
    (void)g_string_free(server.heard, TRUE);
}

static void
test_strange_urls(void)
{
    static const char *const urls[] = {
        "http://127.0.0.1",        "127.0.0.1", "imaps://", "imaps://u:p4ss@127.0.0.1",
        "imaps://127.0.0.1/INBOX", "",
    };
    g_autoptr(Secret) secret = secret_new("x", 1);

    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(GError) error = NULL;
        ImapAccount account = {.url = urls[i], .user = "ann", .secret = secret};

        g_assert_null(imap_open(&account, &error));
        g_assert_error(error, FAULT, FAULT_CONFIG);
        g_assert_null(strstr(error->message, "p4ss"));
    }
}

static void
test_capabilities_have_no_case(void)
{
    Server server = {.capabilities = "imap4rev1 auth=plain idle"};
    ImapSession *session;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_has(session, "IDLE"));
    g_assert_true(imap_has(session, "Idle"));
    g_assert_false(imap_has(session, "IDLE2"));
    imap_close(session);
    server_stop(&server);
    (void)g_string_free(server.heard, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(open_cases); i++) {
        g_autofree char *path = g_strconcat("/imap/open/", open_cases[i].name, NULL);

        g_test_add_data_func(path, &open_cases[i], test_open);
    }
    g_test_add_func("/imap/open/unreachable", test_unreachable);
    g_test_add_func("/imap/open/silent", test_silent_server_is_given_up);
    g_test_add_func("/imap/open/strange-urls", test_strange_urls);
    g_test_add_func("/imap/open/capabilities", test_capabilities_have_no_case);
    return g_test_run();
}
