/* What happens to mails on the server: exactly what was asked for, to no other mail. */
#include "server.h"

#define MOVER "IMAP4rev1 SASL-IR AUTH=PLAIN MOVE UIDPLUS"
#define EXPUNGER "IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS"
#define OLD_SERVER "IMAP4rev1 SASL-IR AUTH=PLAIN"

typedef enum {
    ACT_SEEN,
    ACT_MOVE,
    ACT_DELETE,
} Act;

typedef struct ActionCase {
    const char *name;
    Act act;
    Server server;
    int fault;         /* -1: it is done */
    const char *heard; /* everything after SELECT */
    const char *says;
} ActionCase;

static const ActionCase action_cases[] = {
    {"seen",
     ACT_SEEN,
     {.capabilities = OLD_SERVER},
     -1,
     "UID STORE 4:5,9 +FLAGS.SILENT (\\Seen)\n"},
    {"move",
     ACT_MOVE,
     {.capabilities = MOVER,
      .rules = {{"UID MOVE", "* OK [COPYUID 7 4:5,9 1:3] moved\r\n* 1 EXPUNGE\r\n"
                             "* 1 EXPUNGE\r\n* 3 EXPUNGE\r\n$T OK done\r\n"}}},
     -1,
     "UID MOVE 4:5,9 \"Done \\\"x\\\"\"\n"},
    {"move-of-imap4rev2",
     ACT_MOVE,
     {.capabilities = "IMAP4rev2 SASL-IR AUTH=PLAIN"},
     -1,
     "UID MOVE 4:5,9 \"Done \\\"x\\\"\"\n"},
    {"move-by-copy",
     ACT_MOVE,
     {.capabilities = EXPUNGER},
     -1,
     "UID COPY 4:5,9 \"Done \\\"x\\\"\"\n"
     "UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)\n"
     "UID EXPUNGE 4:5,9\n"},
    {"move-by-copy-stops-at-the-copy",
     ACT_MOVE,
     {.capabilities = EXPUNGER, .rules = {{"UID COPY", "$T NO quota is full\r\n"}}},
     FAULT_MESSAGE,
     "UID COPY 4:5,9 \"Done \\\"x\\\"\"\n",
     "quota is full"},
    {"move-by-copy-stops-at-the-store",
     ACT_MOVE,
     {.capabilities = EXPUNGER, .rules = {{"UID STORE", "$T NO not yours\r\n"}}},
     FAULT_MESSAGE,
     "UID COPY 4:5,9 \"Done \\\"x\\\"\"\n"
     "UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)\n"},
    {"move-never-expunges-blindly",
     ACT_MOVE,
     {.capabilities = OLD_SERVER},
     FAULT_CONFIG,
     "",
     "UIDPLUS"},
    {"move-to-a-folder-that-is-not-there",
     ACT_MOVE,
     {.capabilities = MOVER, .rules = {{"UID MOVE", "$T NO [TRYCREATE] no such\r\n"}}},
     FAULT_CONFIG,
     "UID MOVE 4:5,9 \"Done \\\"x\\\"\"\n",
     "no such"},
    {"move-later",
     ACT_MOVE,
     {.capabilities = MOVER, .rules = {{"UID MOVE", "$T NO [INUSE] later\r\n"}}},
     FAULT_RETRY,
     "UID MOVE 4:5,9 \"Done \\\"x\\\"\"\n"},
    {"delete",
     ACT_DELETE,
     {.capabilities = EXPUNGER},
     -1,
     "UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)\nUID EXPUNGE 4:5,9\n"},
    {"delete-never-expunges-blindly",
     ACT_DELETE,
     {.capabilities = OLD_SERVER},
     FAULT_CONFIG,
     "",
     "UIDPLUS"},
    {"sets-obey-messagelimit",
     ACT_SEEN,
     {.capabilities = OLD_SERVER " MESSAGELIMIT=2"},
     -1,
     "UID STORE 4:5 +FLAGS.SILENT (\\Seen)\nUID STORE 9 +FLAGS.SILENT (\\Seen)\n"},
};

static bool
act(ImapSession *session, Act what, GError **error)
{
    static const uint32_t uids[] = {9, 4, 5, 5};

    switch (what) {
    case ACT_SEEN:
        return imap_store_seen(session, uids, G_N_ELEMENTS(uids), error);
    case ACT_MOVE:
        return imap_move(session, uids, G_N_ELEMENTS(uids), "Done \"x\"", error);
    case ACT_DELETE:
        return imap_expunge(session, uids, G_N_ELEMENTS(uids), error);
    }
    g_assert_not_reached();
}

static void
test_action(gconstpointer self)
{
    const ActionCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = test->server;
    ImapSession *session;
    ImapState state;
    const char *heard;
    bool ok;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_select(session, "INBOX", &state, &error));
    ok = act(session, test->act, &error);
    g_assert_true(imap_is_alive(session));
    imap_close(session);
    server_stop(&server);
    g_assert_true(ok == (test->fault < 0));
    if (test->fault >= 0)
        g_assert_error(error, FAULT, test->fault);
    if (test->says)
        g_assert_nonnull(strstr(error->message, test->says));
    heard = strstr(server.heard->str, "SELECT \"INBOX\"\n");
    g_assert_nonnull(heard);
    heard += strlen("SELECT \"INBOX\"\n");
    g_assert_true(g_str_has_prefix(heard, test->heard));
    g_assert_cmpstr(heard + strlen(test->heard), ==, "LOGOUT\n");
    (void)g_string_free(server.heard, TRUE);
}

static void
test_read_only_folder_is_refused(void)
{
    Server server = {
        .rules = {{"SELECT", "* 3 EXISTS\r\n$T OK [READ-ONLY] look only\r\n"}}};
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    ImapState state;

    server_start(&server);
    session = server_open(&server);
    g_assert_false(imap_select(session, "INBOX", &state, &error));
    g_assert_error(error, FAULT, FAULT_CONFIG);
    g_assert_nonnull(strstr(error->message, "read-only"));
    server_end_session(&server, session);
}

static void
test_connection_lost_in_an_action(void)
{
    Server server = {.capabilities = MOVER, .rules = {{"UID MOVE", NULL}}};
    g_autoptr(GError) error = NULL;
    uint32_t uid = 4;
    ImapSession *session;
    ImapState state;

    server_start(&server);
    session = server_open(&server);
    g_assert_true(imap_select(session, "INBOX", &state, &error));
    g_assert_false(imap_move(session, &uid, 1, "Done", &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_false(imap_is_alive(session));
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(action_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/action/", action_cases[i].name, NULL);

        g_test_add_data_func(path, &action_cases[i], test_action);
    }
    g_test_add_func("/imap/action/read-only", test_read_only_folder_is_refused);
    g_test_add_func("/imap/action/connection-lost", test_connection_lost_in_an_action);
    return g_test_run();
}
