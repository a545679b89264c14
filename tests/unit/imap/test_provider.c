/* Who the server is, and what it asks for between the lines. */
#include "server.h"

typedef struct HostCase {
    const char *host;
    const char *provider;
} HostCase;

static const HostCase host_cases[] = {
    {"imap.gmail.com", "gmail"},
    {"IMAP.GMAIL.COM:993", "gmail"},
    {"outlook.office365.com:993", "microsoft365"},
    {"imap.mail.yahoo.com", "yahoo"},
    {"p01-imap.mail.me.com", "icloud"},
    {"imap.163.com", "netease"},
    {"imap.qiye.163.com", "netease"},
    {"imap.yandex.ru", "yandex"},
    {"imap.example.org", "unknown"},
    {"imap.gmail.com.example.org", "unknown"},
    {"notgmail.com", "unknown"},
    {"my163.com", "unknown"},
};

static const ImapProvider *
provider_at(const char *host)
{
    g_autofree char *url = g_strconcat("imaps://", host, NULL);

    return imap_provider_of(url);
}

static void
test_known_by_the_host(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(host_cases); i++) {
        const ImapProvider *provider = provider_at(host_cases[i].host);

        g_assert_cmpstr(provider->name, ==, host_cases[i].provider);
        g_assert_cmpuint(provider->connections, >, 0);
        g_assert_cmpint(provider->idle_renew_ms, >, 0);
        g_assert_cmpint(provider->idle_renew_ms, <, 29 * 60 * 1000);
    }
    g_assert_cmpuint(provider_at("imap.gmail.com")->connections, <=, 5);
    g_assert_cmpuint(provider_at("outlook.office365.com")->connections, <=, 4);
    g_assert_cmpint(provider_at("imap.mail.yahoo.com")->idle_renew_ms, <,
                    3 * 60 * 1000);
    g_assert_false(provider_at("imap.yandex.ru")->trusts_idle);
}

typedef struct WordsCase {
    const char *name;
    Server server;
    const char *provider;
    bool introduces_itself;
} WordsCase;

static const WordsCase words_cases[] = {
    {"exchange",
     {.greeting = "* OK The Microsoft Exchange IMAP4 service is ready. [QQA=]\r\n"},
     "exchange"},
    {"courier", {.greeting = "* OK Courier-IMAP ready.\r\n"}, "courier"},
    {"coremail-wants-an-id-it-does-not-offer",
     {.greeting = "* OK Coremail System IMap Server Ready(163com)\r\n"},
     "netease",
     true},
    {"gmail-by-capability",
     {.capabilities = "IMAP4rev1 AUTH=PLAIN X-GM-EXT-1"},
     "gmail"},
    {"courier-by-id",
     {.capabilities = "IMAP4rev1 AUTH=PLAIN ID",
      .rules = {{"ID (\"name\" \"postroom\"",
                 "* ID (\"vendor\" NIL \"name\" \"Courier-IMAP\")\r\n$T OK done\r\n"}}},
     "courier",
     true},
    {"id-of-nothing",
     {.capabilities = "IMAP4rev1 AUTH=PLAIN ID",
      .rules = {{"ID", "* ID NIL\r\n$T OK done\r\n"}}},
     "unknown",
     true},
    {"id-refused",
     {.capabilities = "IMAP4rev1 AUTH=PLAIN ID", .rules = {{"ID", "$T BAD no\r\n"}}},
     "unknown",
     true},
};

static void
test_known_by_its_words(gconstpointer self)
{
    const WordsCase *test = self;
    Server server = test->server;
    ImapSession *session;

    server_start(&server);
    session = server_open(&server);
    g_assert_cmpstr(imap_provider(session)->name, ==, test->provider);
    imap_close(session);
    server_stop(&server);
    g_assert_true((strstr(server.heard->str, "\nID (") != NULL) ==
                  test->introduces_itself);
    (void)g_string_free(server.heard, TRUE);
}

typedef struct HintCase {
    const char *name;
    const char *reply; /* to EXAMINE */
    int fault;         /* -1: it opens */
    int64_t wait_ms;
    const char *alert;
} HintCase;

static const HintCase hint_cases[] = {
    {"not-connected", "$T BAD User is authenticated but not connected.\r\n",
     FAULT_RETRY, 30000},
    {"in-use", "$T NO [INUSE] another session\r\n", FAULT_RETRY, 5000},
    {"limit-and-bye", "* BYE [LIMIT] enough\r\n", FAULT_RETRY, 15000},
    {"throttled-but-done", "* 1 EXISTS\r\n$T OK [THROTTLED] done\r\n", -1, 60000},
    {"backoff-but-done",
     "* OK Suggested Backoff Time: 1500 milliseconds\r\n$T OK done\r\n", -1, 1500},
    {"nothing-asked", "* 1 EXISTS\r\n* OK too many mails\r\n$T OK done\r\n", -1, 0},
    {"alert", "* OK [ALERT] maintenance at noon\r\n$T OK done\r\n", -1, 0,
     "maintenance at noon"},
    {"no-such-folder", "$T NO [NONEXISTENT] no such, try again\r\n", FAULT_CONFIG, 0},
};

static void
test_hint(gconstpointer self)
{
    const HintCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = {.rules = {{"EXAMINE", test->reply}}};
    ImapSession *session;
    ImapState state;
    ImapHint hint;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_examine(session, "INBOX", &state, &error) == (test->fault < 0));
    if (test->fault >= 0)
        g_assert_error(error, FAULT, test->fault);
    hint = imap_take_hint(session);
    g_assert_cmpint(hint.wait_ms, ==, test->wait_ms);
    if (test->alert)
        g_assert_nonnull(strstr(hint.alert, test->alert));
    hint = imap_take_hint(session);
    g_assert_cmpint(hint.wait_ms, ==, 0);
    server_end_session(&server, session);
}

static bool
take_mail(const ImapDelivery *delivery, void *self)
{
    (void)delivery; /* what it says must not matter */
    (void)self;
    return true;
}

static void
test_words_in_mail_are_only_words(void)
{
    Server server = {
        .rules = {{"UID FETCH",
                   "* 1 FETCH (UID 4 BODY[] \1* BYE [LIMIT] x\r\n* NO [THROTTLED] y\r\n"
                   "Suggested Backoff Time: 1000 milliseconds\r\n* OK [ALERT] z\r\n"
                   "\2)\r\n$T OK done\r\n"}}};
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {.uid = 4};
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    ImapHint hint;

    g_array_append_val(listings, listing);
    server_begin_session(&server, &session, 0);
    g_assert_true(imap_fetch(session, listings, take_mail, NULL, &error));
    hint = imap_take_hint(session);
    g_assert_cmpint(hint.wait_ms, ==, 0);
    g_assert_cmpstr(hint.alert, ==, "");
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    g_test_add_func("/imap/provider/host", test_known_by_the_host);
    for (size_t i = 0; i < G_N_ELEMENTS(words_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/provider/", words_cases[i].name, NULL);

        g_test_add_data_func(path, &words_cases[i], test_known_by_its_words);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(hint_cases); i++) {
        g_autofree char *path = g_strconcat("/imap/hint/", hint_cases[i].name, NULL);

        g_test_add_data_func(path, &hint_cases[i], test_hint);
    }
    g_test_add_func("/imap/hint/words-in-mail", test_words_in_mail_are_only_words);
    return g_test_run();
}
