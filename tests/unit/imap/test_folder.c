/* Folders: their names and roles, their state, and waiting in them. */
#include <poll.h>

#include "server.h"

static void
test_list(void)
{
    Server server = {
        .rules = {{"LIST", "* LIST (\\HasNoChildren) \"/\" inbox\r\n"
                           "* LIST (\\HasChildren \\Noselect) \"/\" \"Public\"\r\n"
                           "* LIST (\\Junk) \"/\" \"Spam \\\"x\\\"\"\r\n"
                           "* list (\\marked \\sent) NIL \1Gesendet\2\r\n"
                           "* LIST () \"/\" \"Entw&APw-rfe &- mehr\"\r\n"
                           "* LIST () \"/\" \"&2D3eAA-\"\r\n"
                           "* LIST () \"/\" \"&bad\"\r\n"
                           "* LIST () \"/\" Bo\303\256te\r\n"
                           "* LIST () \"/\" Old (\"OLDNAME\" (\1x\2))\r\n"
                           "* 5 EXISTS\r\n$T OK done\r\n"}},
    };
    static const char *const expected[] = {
        "inbox 0",
        "Spam \"x\" 1",
        "Gesendet 2",
        "Entw\303\274rfe & mehr -",
        "\360\237\230\200 -",
        "&bad -",
        "Bo\303\256te -",
        "Old -",
    };
    g_autoptr(GError) error = NULL;
    GPtrArray *folders;
    ImapSession *session;

    server_start(&server);
    session = server_open(&server);
    folders = imap_list(session, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(folders->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < folders->len; i++) {
        const ImapFolder *folder = folders->pdata[i];
        g_autofree char *role =
            folder->has_role ? g_strdup_printf("%d", (int)folder->role) : g_strdup("-");
        g_autofree char *text = g_strdup_printf("%s %s", folder->name, role);

        g_assert_cmpstr(text, ==, expected[i]);
    }
    g_assert_cmpstr(((ImapFolder *)folders->pdata[3])->wire_name, ==,
                    "Entw&APw-rfe &- mehr");
    g_ptr_array_unref(folders);
    imap_close(session);
    server_stop(&server);
    (void)g_string_free(server.heard, TRUE);
}

typedef struct ExamineCase {
    const char *name;
    const char *folder;
    Server server;
    int fault;
    ImapState state;
    const char *heard;
} ExamineCase;

static const ExamineCase examine_cases[] = {
    {.name = "plain",
     .folder = "INBOX",
     .fault = -1,
     .state = {7, 9, 3},
     .heard = "EXAMINE \"INBOX\"\n"},
    {.name = "nothing-said",
     .folder = "IN\"B\\OX",
     .server = {.rules = {{"EXAMINE", "$T OK done\r\n"}}},
     .fault = -1,
     .heard = "EXAMINE \"IN\\\"B\\\\OX\"\n"},
    {.name = "largest-numbers",
     .folder = "INBOX",
     .server = {.rules = {{"EXAMINE", "* OK [UIDVALIDITY 4294967295] x\r\n"
                                      "* ok [uidnext 4294967295]\r\n"
                                      "* 0 EXISTS\r\n* FLAGS (\\Seen)\r\n$T OK\r\n"}}},
     .fault = -1,
     .state = {4294967295, 4294967295, 0}},
    {.name = "modseq",
     .folder = "INBOX",
     .server = {.rules = {{"EXAMINE", "* OK [HIGHESTMODSEQ 9223372036854775807] x\r\n"
                                      "$T OK [READ-ONLY] done\r\n"}}},
     .fault = -1,
     .state = {.modseq = G_MAXINT64}},
    {.name = "no-modseq-and-impossible-numbers",
     .folder = "INBOX",
     .server = {.rules = {{"EXAMINE", "* OK [NOMODSEQ] none\r\n* OK [UIDVALIDITY "
                                      "99999999999999999999999] x\r\n* OK [UIDNEXT] "
                                      "x\r\n$T OK done\r\n"}}},
     .fault = -1},
    {.name = "eight-bit-name-as-literal",
     .folder = "B\303\266x",
     .server = {.rules = {{"EXAMINE {4}", "+ go\r\n"}, {"B", "P4 OK done\r\n"}}},
     .fault = -1,
     .heard = "EXAMINE {4}\nB\303\266x\n"},
    {.name = "no-such-folder",
     .folder = "Gone",
     .server = {.rules = {{"EXAMINE", "$T NO [NONEXISTENT] unknown\r\n"}}},
     .fault = FAULT_CONFIG},
    {.name = "folder-in-use",
     .folder = "Gone",
     .server = {.rules = {{"EXAMINE", "$T NO [INUSE] locked\r\n"}}},
     .fault = FAULT_RETRY},
};

static void
test_examine(gconstpointer self)
{
    const ExamineCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = test->server;
    ImapState state = {0};
    ImapSession *session;
    bool ok;

    server_start(&server);
    session = server_open(&server);
    ok = imap_examine(session, test->folder, &state, &error);
    if (test->fault >= 0) {
        g_assert_error(error, FAULT, test->fault);
        g_assert_nonnull(strstr(error->message, test->folder));
    } else {
        g_assert_no_error(error);
    }
    g_assert_true(ok == (test->fault < 0));
    g_assert_cmpint(state.uidvalidity, ==, test->state.uidvalidity);
    g_assert_cmpint(state.uidnext, ==, test->state.uidnext);
    g_assert_cmpint(state.exists, ==, test->state.exists);
    g_assert_cmpint(state.modseq, ==, test->state.modseq);
    imap_close(session);
    server_stop(&server);
    if (test->heard)
        g_assert_nonnull(strstr(server.heard->str, test->heard));
    (void)g_string_free(server.heard, TRUE);
}

static bool
wait_for_news(ImapSession *session, GError **error)
{
    bool changed = false;

    for (int i = 0; i < 50 && !changed; i++) {
        struct pollfd readable = {.fd = imap_socket(session), .events = POLLIN};

        if (!imap_idle_read(session, &changed, error))
            return false;
        if (!changed)
            (void)poll(&readable, 1, 100);
    }
    return changed;
}

typedef struct IdleCase {
    const char *name;
    const char *idles; /* the reply to IDLE */
    const char *done;  /* the reply to DONE */
    bool begins;
    bool has_news;
    bool news_at_end;
    bool end_fails;
} IdleCase;

static const IdleCase idle_cases[] = {
    {"news", "+ idling\r\n* 4 EXISTS\r\n", "$T OK done\r\n", true, true, false, false},
    {"news-before-the-turn", "* 4 EXISTS\r\n+ idling\r\n", "$T OK done\r\n", true, true,
     false, false},
    {"expunge", "+ idling\r\n* 4 EXPUNGE\r\n", "$T OK done\r\n", true, true, false,
     false},
    {"flags-with-literal", "+ idling\r\n* 4 FETCH (X \1* BYE\r\n\2 Y \1\2)\r\n",
     "$T OK done\r\n", true, true, false, false},
    {"still-here-is-no-news", "+ idling\r\n* OK Still here {3}\r\n",
     "* 9 EXISTS\r\n$T OK done\r\n", true, false, true, false},
    {"server-ends-it", "+ idling\r\n* 1 EXISTS\r\n$T OK enough\r\n", NULL, true, true,
     false, false},
    {"refused", "$T NO not here\r\n", NULL, false, false, false, false},
    {"bye", "+ idling\r\n* BYE restart\r\n", NULL, true, false, false, true},
    {"old-reply-said-again", "+ idling\r\nP2 OK done\r\n* 1 EXISTS\r\n",
     "$T OK done\r\n", true, true, false, false},
    {"hangs-up-at-done", "+ idling\r\n", NULL, true, false, false, true},
};

static void
test_idle(gconstpointer self)
{
    const IdleCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = {.rules = {{"IDLE", test->idles}, {"DONE", test->done}}};
    bool changed = false;
    ImapSession *session;
    ImapState state;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_examine(session, "INBOX", &state, &error));
    g_assert_true(imap_idle_begin(session, &error) == test->begins);
    if (test->begins) {
        if (test->has_news)
            g_assert_true(wait_for_news(session, &error));
        g_assert_true(imap_idle_end(session, &changed, &error) != test->end_fails);
        g_assert_true(changed == test->news_at_end);
    }
    if (test->end_fails) {
        g_assert_error(error, FAULT, FAULT_RETRY);
        g_assert_false(imap_is_alive(session));
    } else {
        if (!test->begins)
            g_assert_error(error, FAULT, FAULT_MESSAGE);
        g_clear_error(&error);
        g_assert_true(imap_examine(session, "INBOX", &state, &error));
    }
    imap_close(session);
    server_stop(&server);
    (void)g_string_free(server.heard, TRUE);
}

static void
test_read_never_blocks(void)
{
    Server server = {.rules = {{"IDLE", "+ idling\r\n* 4 EXI"}}};
    g_autoptr(GError) error = NULL;
    int64_t begun_us;
    bool changed = true;
    ImapSession *session;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_idle_begin(session, &error));
    begun_us = clock_monotonic_us();
    for (int i = 0; i < 10; i++) {
        g_assert_true(imap_idle_read(session, &changed, &error));
        g_assert_false(changed);
    }
    g_assert_cmpint(clock_monotonic_us() - begun_us, <, 100000);
    imap_close(session);
    server_stop(&server);
    (void)g_string_free(server.heard, TRUE);
}

static void
test_list_falls_back(void)
{
    Server server = {
        .capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN SPECIAL-USE LIST-EXTENDED",
        .rules = {{"LIST \"\" \"*\" RETURN", "$T BAD what is RETURN\r\n"},
                  {"LIST \"\" \"*\"", "* LIST (\\Junk) \"/\" Bin\r\n$T OK done\r\n"}}};
    g_autoptr(GPtrArray) folders = NULL;
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_start(&server);
    session = server_open(&server);
    folders = imap_list(session, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(folders->len, ==, 2);
    g_assert_cmpint(((ImapFolder *)folders->pdata[0])->role, ==, FOLDER_JUNK);
    g_assert_cmpstr(((ImapFolder *)folders->pdata[1])->name, ==, "INBOX");
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    g_test_add_func("/imap/list/names-and-roles", test_list);
    g_test_add_func("/imap/list/falls-back", test_list_falls_back);
    for (size_t i = 0; i < G_N_ELEMENTS(examine_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/examine/", examine_cases[i].name, NULL);

        g_test_add_data_func(path, &examine_cases[i], test_examine);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(idle_cases); i++) {
        g_autofree char *path = g_strconcat("/imap/idle/", idle_cases[i].name, NULL);

        g_test_add_data_func(path, &idle_cases[i], test_idle);
    }
    g_test_add_func("/imap/idle/read-never-blocks", test_read_never_blocks);
    return g_test_run();
}
