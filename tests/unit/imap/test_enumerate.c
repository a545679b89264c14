/* Listing: what hostile, broken and merely odd servers send. */
#include "server.h"

typedef struct ListCase {
    const char *name;
    uint32_t low;
    Server server;
    const char *lists; /* "uid:size@time ..." ; NULL: a fault */
} ListCase;

static const ListCase list_cases[] = {
    {"plain", 4,
     FETCH_RULE(
         "* 1 FETCH (UID 5 RFC822.SIZE 10 INTERNALDATE "
         "\"01-Jan-1970 01:00:01 +0100\")\r\n"
         "* 2 FETCH (INTERNALDATE \" 9-Mar-2024 00:00:00 -0130\" RFC822.SIZE 11 UID "
         "4294967294)\r\n" OK_LINE),
     "5:10@1 4294967294:11@1709947800"},
    {"n-star-names-the-last", 9,
     FETCH_RULE("* 3 FETCH (UID 9 RFC822.SIZE 3)\r\n" OK_LINE), ""},
    {"unsorted-and-repeated", 0,
     FETCH_RULE("* 3 FETCH (UID 9 RFC822.SIZE 3)\r\n* 1 FETCH (UID 2)\r\n"
                "* 1 FETCH (RFC822.SIZE 8)\r\n* 3 FETCH (UID 9 FLAGS (\\Seen))\r\n"
                "* 2 FETCH (FLAGS ())\r\n" OK_LINE),
     "2:8 9:3"},
    {"dates-that-are-none", 0,
     FETCH_RULE(
         "* 1 FETCH (UID 2 INTERNALDATE NIL RFC822.SIZE NIL)\r\n"
         "* 2 FETCH (UID 3 INTERNALDATE \"99-Foo-2024 00:00:00 +0000\")\r\n" OK_LINE),
     "2:0 3:0"},
    {"eof-is-never-empty", 0, HANG_UP_RULE("* 1 FETCH (UID 2)\r\n"), NULL},
    {"no-is-never-empty", 0, FETCH_RULE("$T NO what\r\n"), NULL},
    {"message-limit", 0,
     .server = {.rules = {{"UID FETCH 1:* ",
                           "* 3 FETCH (UID 8)\r\n* 4 FETCH (UID 9)\r\n"
                           "$T OK [MESSAGELIMIT 2 8] partial\r\n"},
                          {"UID FETCH 1:7 ", "* 1 FETCH (UID 2)\r\n" OK_LINE}}},
     "2:0 8:0 9:0"},
};

static void
test_enumerate(gconstpointer self)
{
    const ListCase *test = self;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GString) text = g_string_new(NULL);
    Server server = test->server;
    ImapSession *session;
    bool ok;

    server_begin_session(&server, &session, 0);
    ok = imap_enumerate(session, test->low, listings, &error);
    for (guint i = 0; i < listings->len; i++) {
        ImapListing *listing = &g_array_index(listings, ImapListing, i);

        g_string_append_printf(text, "%s%u:%d", i ? " " : "", listing->uid,
                               (int)listing->size_bytes);
        if (listing->received_at != TIME_NONE)
            g_string_append_printf(text, "@%d", (int)listing->received_at);
    }
    g_assert_true(ok == (test->lists != NULL));
    if (!ok)
        g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpstr(text->str, ==, test->lists ? test->lists : "");
    server_end_session(&server, session);
}

static void
test_nothing_above_the_highest_uid(void)
{
    Server server = {.rules = {{"UID FETCH", NULL}}};
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_enumerate(session, UINT32_MAX, listings, &error));
    g_assert_cmpuint(listings->len, ==, 0);
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(list_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/enumerate/", list_cases[i].name, NULL);

        g_test_add_data_func(path, &list_cases[i], test_enumerate);
    }
    g_test_add_func("/imap/enumerate/nothing-above-the-highest-uid",
                    test_nothing_above_the_highest_uid);
    return g_test_run();
}
