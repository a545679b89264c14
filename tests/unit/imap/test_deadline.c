/* Servers that are silent, slow on purpose, or never done: all are given up. */
#include "server.h"

#define MAIL_OF_4000 "* 1 FETCH (UID 4 BODY[] {4000}\r\n\6)\r\n" OK_LINE

typedef enum {
    ASK_EXAMINE,
    ASK_LISTINGS,
    ASK_MAIL,
    ASK_IDLE,
    ASK_ACTION,
} Ask;

typedef struct DeadlineCase {
    const char *name;
    Ask ask;
    Server server;
    const char *says;
} DeadlineCase;

static const DeadlineCase deadline_cases[] = {
    {"silent-examine", ASK_EXAMINE, {.rules = {{"EXAMINE", ""}}}, "stopped answering"},
    {"silent-listing", ASK_LISTINGS, {.rules = {{"UID FETCH", ""}}}, "stopped"},
    {"silent-mail", ASK_MAIL, {.rules = {{"UID FETCH", ""}}}, "stopped"},
    {"silence-in-a-body",
     ASK_MAIL,
     {.rules = {{"UID FETCH", "* 1 FETCH (UID 4 BODY[] {400}\r\nhello"}}},
     "stopped"},
    {"silence-behind-a-body",
     ASK_MAIL,
     {.rules = {{"UID FETCH", "* 1 FETCH (UID 4 BODY[] \1hello\2"}}},
     "stopped"},
    {"no-leave-to-wait", ASK_IDLE, {.rules = {{"IDLE", ""}}}, "stopped"},
    {"deaf-to-done", ASK_IDLE, {.rules = {{"DONE", ""}}}, "stopped"},
    {"news-instead-of-the-end-of-idle",
     ASK_IDLE,
     {.rules = {{"DONE", "* 4 EXISTS\r\n* 5 EXISTS\r\n"}}},
     "stopped"},
    {"silent-action", ASK_ACTION, {.rules = {{"UID MOVE", ""}}}, "stopped"},
};

static bool
take_mail(const ImapDelivery *delivery, void *self)
{
    (void)delivery; /* none is whole */
    ++*(int *)self;
    return true;
}

static bool
ask(ImapSession *session, Ask what, int *n_mails, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {.uid = 4};
    bool changed;
    ImapState state;

    g_array_append_val(listings, listing);
    switch (what) {
    case ASK_EXAMINE:
        return imap_examine(session, "INBOX", &state, error);
    case ASK_LISTINGS:
        return imap_enumerate(session, 0, listings, error);
    case ASK_MAIL:
        return imap_fetch(session, listings, take_mail, n_mails, error);
    case ASK_IDLE:
        return imap_idle_begin(session, error) &&
               imap_idle_end(session, &changed, error);
    case ASK_ACTION:
        return imap_move(session, &listing.uid, 1, "Done", error);
    }
    g_assert_not_reached();
}

static void
test_deadline(gconstpointer self)
{
    const DeadlineCase *test = self;
    g_autoptr(GError) error = NULL;
    Server server = test->server;
    ImapSession *session;
    int n_mails = 0;

    server.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE MOVE";
    server_start(&server);
    session = server_log_in(&server, &(Login){.stall_timeout_ms = 60}, &error);
    g_assert_no_error(error);
    g_assert_false(ask(session, test->ask, &n_mails, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, test->says));
    g_assert_cmpint(n_mails, ==, 0);
    g_assert_false(imap_is_alive(session));
    server_end_session(&server, session);
}

/* A byte now and then is an answer, but not one to wait for. */
static void
test_trickle_is_given_up(void)
{
    Server server = {.filler_bytes = 4000,
                     .rules = {{"UID FETCH", MAIL_OF_4000}},
                     .trickle_us = 2000};
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    int n_mails = 0;

    server_start(&server);
    session = server_log_in(&server, &(Login){.stall_timeout_ms = 100}, &error);
    g_assert_no_error(error);
    g_assert_false(ask(session, ASK_MAIL, &n_mails, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "too slowly"));
    g_assert_cmpint(n_mails, ==, 0);
    server_end_session(&server, session);
}

/* A slow line is no reason: what comes steadily is worth its time. */
static void
test_slow_but_steady_is_waited_for(void)
{
    Server server = {
        .filler_bytes = 4000, .rules = {{"UID FETCH", MAIL_OF_4000}}, .trickle_us = 10};
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    int n_mails = 0;

    server_start(&server);
    session = server_log_in(&server, &(Login){.stall_timeout_ms = 2000}, &error);
    g_assert_no_error(error);
    g_assert_true(ask(session, ASK_MAIL, &n_mails, &error));
    g_assert_no_error(error);
    g_assert_cmpint(n_mails, ==, 1);
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(deadline_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/deadline/", deadline_cases[i].name, NULL);

        g_test_add_data_func(path, &deadline_cases[i], test_deadline);
    }
    g_test_add_func("/imap/deadline/trickle", test_trickle_is_given_up);
    g_test_add_func("/imap/deadline/steady", test_slow_but_steady_is_waited_for);
    return g_test_run();
}
