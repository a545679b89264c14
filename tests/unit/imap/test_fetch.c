/* Fetching: what hostile, broken and merely odd servers send. */
#include <stdio.h>

#include "server.h"

/* "4 5/0": with a size of its own; else it is 100. */
static GArray *
listings_of(const char *uids)
{
    GArray *listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_auto(GStrv) words = g_strsplit(uids, " ", -1);

    for (char **word = words; *word; word++) {
        const char *size = strchr(*word, '/');
        ImapListing listing = {.uid = (uint32_t)g_ascii_strtoull(*word, NULL, 10),
                               .size_bytes =
                                   size ? g_ascii_strtoll(size + 1, NULL, 10) : 100};

        g_array_append_val(listings, listing);
    }
    return listings;
}

/* "4=text" for each delivery, "4!because" where there are no bytes, "/" after a cut. */
static bool
note_delivery(const ImapDelivery *delivery, void *self)
{
    GString *notes = self;

    g_string_append_printf(notes, "%s%u%s", notes->len ? " " : "", delivery->uid,
                           delivery->bytes ? "=" : "!");
    if (delivery->bytes)
        g_string_append_len(notes, g_bytes_get_data(delivery->bytes, NULL),
                            (gssize)g_bytes_get_size(delivery->bytes));
    else
        g_string_append(notes, delivery->because);
    if (delivery->is_cut)
        g_string_append_printf(notes, "/%d", (int)delivery->size_bytes);
    return true;
}

typedef struct FetchCase {
    const char *name;
    const char *uids;
    Server server;
    const char *delivers;
    bool fails;
    const char *heard;
    const char *says; /* in the fault's text */
} FetchCase;

static const FetchCase fetch_cases[] = {
    {"literal", "4", FETCH_RULE("* 1 FETCH (UID 4 BODY[] \1hello\2)\r\n" OK_LINE),
     "4=hello", .heard = "UID FETCH 4 (UID BODY.PEEK[])\n"},
    {"tag-inside-a-body", "4 5",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \1a\r\n$T OK done\r\nP4 OK x\r\n\2)\r\n"
                "* 2 FETCH (UID 5 BODY[] \1b\2)\r\n" OK_LINE),
     "4=a\r\nP5 OK done\r\nP4 OK x\r\n 5=b"},
    {"literal8", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \3hel{3}\r\nlo\2)\r\n" OK_LINE),
     "4=hel{3}\r\nlo"},
    {"quoted", "4", FETCH_RULE("* 1 FETCH (BODY[] \"a\\\"b\\\\\" UID 4)\r\n" OK_LINE),
     "4=a\"b\\"},
    {"empty-quoted-and-empty-literal", "4/0 5/0",
     FETCH_RULE(
         "* 1 FETCH (UID 4 BODY[] \"\")\r\n* 2 FETCH (UID 5 BODY[] \1\2)\r\n" OK_LINE),
     "4= 5="},
    {"empty-though-it-has-a-size", "4 5",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \"\")\r\n* 2 FETCH (UID 5 BODY[] \1\2)\r\n"
                "* 2 FETCH (UID 5 BODY[] \1x\2)\r\n" OK_LINE),
     "5=x 4!the server says that it has no content"},
    {"asked-back-and-partial", "4 5",
     FETCH_RULE("* 1 FETCH (UID 4 BODY.PEEK[] \1x\2)\r\n"
                "* 2 FETCH (UID 5 BODY[]<0> \1y\2)\r\n" OK_LINE),
     "4=x 5=y"},
    {"empty-lines", "4",
     FETCH_RULE("\r\n* 1 FETCH (UID 4 BODY[] \1x\2)\r\n\r\n\n" OK_LINE "\r\n"), "4=x"},
    {"replies-said-twice", "4",
     FETCH_RULE("P1 OK done\r\n* 1 FETCH (UID 4 BODY[] \1x\2)"
                "\r\nP2 OK done\r\n" OK_LINE),
     "4=x"},
    {"fewer-at-a-time-than-announced",
     "4 5 6",
     {.rules = {{"UID FETCH 4:6", "$T NO [MESSAGELIMIT 2] too many\r\n"},
                {"UID FETCH 4:5", "* 1 FETCH (UID 4 BODY[] \1x\2)\r\n"
                                  "* 2 FETCH (UID 5 BODY[] \1y\2)\r\n" OK_LINE},
                {"UID FETCH 6", "* 3 FETCH (UID 6 BODY[] \1z\2)\r\n" OK_LINE}}},
     "4=x 5=y 6=z"},
    {"only-a-part-answered",
     "4 5 6",
     {.rules = {{"UID FETCH 4:6", "* 3 FETCH (UID 6 BODY[] \1z\2)\r\n"
                                  "$T OK [MESSAGELIMIT 1 6] the rest later\r\n"},
                {"UID FETCH 4 ", "* 1 FETCH (UID 4 BODY[] \1x\2)\r\n" OK_LINE},
                {"UID FETCH 5 ", "* 2 FETCH (UID 5 BODY[] \1y\2)\r\n" OK_LINE}}},
     "6=z 4=x 5=y"},
    {"nil", "4", FETCH_RULE("* 1 FETCH (UID 4 BODY[] NIL)\r\n" OK_LINE),
     "4!the server says that it has no content"},
    {"nil-then-body", "4",
     FETCH_RULE(
         "* 1 FETCH (UID 4 BODY[] NIL)\r\n* 1 FETCH (UID 4 BODY[] \1x\2)\r\n" OK_LINE),
     "4=x"},
    {"uid-after-body", "4", FETCH_RULE("* 1 FETCH (BODY[] \1x\2 UID 4)\r\n" OK_LINE),
     "4=x"},
    {"lower-case-and-bare-lf", "4",
     FETCH_RULE("* 1 fetch (uid 4 body[] \1x\2)\n$T ok done\n"), "4=x"},
    {"split-uid-first", "4 5",
     FETCH_RULE("* 1 FETCH (UID 4)\r\n* 2 FETCH (UID 5)\r\n* 1 FETCH (BODY[] \1x\2)\r\n"
                "* 2 FETCH (BODY[] \1y\2)\r\n" OK_LINE),
     "4=x 5=y"},
    {"split-body-first", "4",
     FETCH_RULE("* 1 FETCH (BODY[] \1x\2)\r\n* 1 FETCH (UID 4 FLAGS ())\r\n" OK_LINE),
     "4=x"},
    {"split-across-an-expunge-is-a-hole", "4",
     FETCH_RULE(
         "* 1 FETCH (UID 4)\r\n* 1 EXPUNGE\r\n* 1 FETCH (BODY[] \1x\2)\r\n" OK_LINE),
     ""},
    {"repeated-is-delivered-once", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \1x\2)\r\n* 1 FETCH (UID 4 BODY[] "
                "\1y\2)\r\n" OK_LINE),
     "4=x"},
    {"body-twice-in-one-response", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \1x\2 BODY[] \1y\2)\r\n" OK_LINE), "4=x"},
    {"other-items-and-unsolicited-news", "4",
     FETCH_RULE("* 77 EXISTS\r\n* 9999999999 EXPUNGE\r\n* 3 FETCH (FLAGS (\\Seen))\r\n"
                "* OK [ALERT] {5}\r\n* SEARCH 1 2\r\n* XSTRANGE (\"a\" \1(\2 b)\r\n"
                "* 1 FETCH (MODSEQ (12) X \1)(\2 BODY[HEADER.FIELDS (TO CC)] \"h\" "
                "ENVELOPE ((NIL \"(\") () NIL) UID 4 BODY[] \1x\2 FLAGS (\\Seen "
                "$a))\r\n" OK_LINE),
     "4=x"},
    {"not-asked-for-is-not-delivered", "4",
     FETCH_RULE("* 1 FETCH (UID 3 BODY[] \1z\2)\r\n* 1 FETCH (UID 4 BODY[] "
                "\1x\2)\r\n" OK_LINE),
     "4=x"},
    {"missing-uid-is-a-hole", "4 5 6",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] \1x\2)\r\n* 3 FETCH (UID 6 BODY[] "
                "\1z\2)\r\n" OK_LINE),
     "4=x 6=z", .heard = "UID FETCH 4:6 ("},
    {"sets-are-ascending-and-distinct", "9 4 5 5 4294967294 4294967295 11",
     FETCH_RULE("* 9 FETCH (UID 4294967294 BODY[] \1x\2)\r\n" OK_LINE), "4294967294=x",
     .heard = "UID FETCH 4:5,9,11,4294967294:4294967295 ("},
    {"eof-in-a-body", "4", HANG_UP_RULE("* 1 FETCH (UID 4 BODY[] {100}\r\nhello"), "",
     true},
    {"eof-between-responses", "4 5", HANG_UP_RULE("* 1 FETCH (UID 4 BODY[] \1x\2)\r\n"),
     "4=x", true},
    {"eof-in-a-line", "4", HANG_UP_RULE("* 1 FETCH (UID 4 BO"), "", true},
    {"bye", "4", HANG_UP_RULE("* BYE [UNAVAILABLE] maintenance\r\n"), "", true},
    {"literal-of-2-to-64", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] {18446744073709551615}\r\n"), "", true,
     .says = "literal\'s size is not believable"},
    {"literal-beyond-64-bits", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] {99999999999999999999999}\r\n"), "", true,
     .says = "literal\'s size is not believable"},
    {"literal-of-5-gigabytes", "4",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] {5368709120}\r\n"), "", true,
     .says = "literal\'s size is not believable"},
    {"negative-literal", "4", FETCH_RULE("* 1 FETCH (UID 4 BODY[] {-1}\r\n"), "", true,
     .says = "literal\'s size is not believable"},
    {"literal-without-a-number", "4", FETCH_RULE("* 1 FETCH (UID 4 BODY[] {}\r\n"), "",
     true, .says = "literal\'s size is not believable"},
    {"announced-but-never-sent", "4",
     HANG_UP_RULE("* 1 FETCH (UID 4 BODY[] {4000000000}\r\nx"), "", true},
    {"longer-than-announced", "4 5",
     FETCH_RULE("* 1 FETCH (UID 4 BODY[] {3}\r\nhello)\r\n"
                "* 2 FETCH (UID 5 BODY[] \1b\2)\r\n" OK_LINE),
     "", true},
    {"shorter-than-announced", "4 5",
     HANG_UP_RULE("* 1 FETCH (UID 4 BODY[] {30}\r\nhello)\r\n"
                  "* 2 FETCH (UID 5 BODY[] \1b\2)\r\n" OK_LINE),
     "", true},
    {"continuation-at-any-time", "4",
     FETCH_RULE("+ go on\r\n* 1 FETCH (UID 4 BODY[] \1x\2)\r\n+\r\n" OK_LINE), "4=x"},
    {"vanished-in-between", "4 5",
     FETCH_RULE("* VANISHED 5\r\n* 1 FETCH (UID 4 BODY[] \1x\2)\r\n* VANISHED "
                "(EARLIER) 1:3\r\n" OK_LINE),
     "4=x"},
    {"uid-of-33-bits", "4", FETCH_RULE("* 1 FETCH (UID 4294967296)\r\n" OK_LINE), "",
     true},
    {"reply-to-nothing", "4", FETCH_RULE("P99999 OK what\r\n"), "", true},
    {"throttled", "4 5",
     FETCH_RULE(
         "$T NO Request is throttled. Suggested Backoff Time: 5 milliseconds\r\n"),
     "", true, .says = "throttled"},
    {"temporary-no", "4", FETCH_RULE("$T NO [UNAVAILABLE] later\r\n"), "", true},
};

static void
test_fetch(gconstpointer self)
{
    const FetchCase *test = self;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of(test->uids);
    Server server = test->server;
    ImapSession *session;
    bool ok;

    server.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN";
    server_begin_session(&server, &session, 0);
    ok = imap_fetch(session, listings, note_delivery, notes, &error);
    g_assert_cmpstr(notes->str, ==, test->delivers);
    g_assert_true(ok != test->fails);
    if (test->fails)
        g_assert_error(error, FAULT, FAULT_RETRY);
    if (test->says)
        g_assert_nonnull(strstr(error->message, test->says));
    imap_close(session);
    server_stop(&server);
    if (test->heard && !strstr(server.heard->str, test->heard))
        g_error("'%s' was not heard in: %s", test->heard, server.heard->str);
    (void)g_string_free(server.heard, TRUE);
}

/* Floods are made, not written: `unit` over and over. */
static void
assert_flood_is_refused(const char *begin, const char *unit, guint times,
                        const char *says)
{
    g_autoptr(GString) reply = g_string_new(begin);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of("4");
    Server server = {0};
    ImapSession *session;

    for (guint i = 0; i < times; i++)
        g_string_append(reply, unit);
    g_string_append(reply, "\r\n");
    server.rules[0] = (Rule){.words = "UID FETCH", .reply = reply->str};
    server_begin_session(&server, &session, 0);
    g_assert_false(imap_fetch(session, listings, note_delivery, notes, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, says));
    server_end_session(&server, session);
}

static void
test_floods(void)
{
    assert_flood_is_refused("* 1 FETCH (UID 4 X ", "(", 40000, "nested");
    assert_flood_is_refused("* 1 FETCH (UID 4 X ", "a", 200000, "a line of more");
    assert_flood_is_refused("* 1 FETCH (UID 4 BODY[] \"", "a", 200000,
                            "a line of more");
    assert_flood_is_refused("", "x", 200000, "a line of more");
    assert_flood_is_refused("* 1 FETCH (UID 4", " X {0}\r\n", 20000,
                            "too many literals");
}

/* A gigabyte that nobody asked for, then the mail. */
static void
test_flood_of_other_mails(void)
{
    Server server = {
        .filler_bytes = 1200 * 1000 * 1000,
        .rules = {{"UID FETCH",
                   "* 1 FETCH (UID 77 BODY[] {1200000000}\r\n\6)\r\n* 2 FETCH (UID 4 "
                   "BODY[] \1x\2)\r\n$T OK done\r\n"}}};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of("4");
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    if (!g_test_slow()) {
        g_test_skip("a gigabyte takes a second: -m slow");
        return;
    }
    server_begin_session(&server, &session, 0);
    g_assert_false(imap_fetch(session, listings, note_delivery, notes, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "floods"));
    server_end_session(&server, session);
}

static void
test_long_mail_is_cut(void)
{
    g_autoptr(GString) reply = g_string_new("* 1 FETCH (UID 4 BODY[] \1");
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of("4 5");
    g_autoptr(GError) error = NULL;
    Server server = {0};
    ImapSession *session;

    for (int i = 0; i < 30000; i++)
        g_string_append(reply, "0123456789");
    g_string_append(reply,
                    "\2)\r\n* 2 FETCH (UID 5 BODY[] \1next\2)\r\n$T OK done\r\n");
    server.rules[0] = (Rule){.words = "UID FETCH", .reply = reply->str};
    server_begin_session(&server, &session, 15);
    g_assert_true(imap_fetch(session, listings, note_delivery, notes, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(notes->str, ==, "4=012345678901234/300000 5=next");
    server_end_session(&server, session);
}

/* Nothing of a text that is cut anyway: half a sentence may say the opposite. */
static void
test_long_mail_keeps_its_header(void)
{
    Server server = {
        .filler_bytes = 200000,
        .rules = {{"UID FETCH",
                   "* 1 FETCH (UID 4 BODY[] {200012}\r\nTo: b\r\n\r\na\r\n\6)\r\n"
                   "$T OK done\r\n"}}};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of("4");
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 1000);
    g_assert_true(imap_fetch(session, listings, note_delivery, notes, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(notes->str, ==, "4=To: b\r\n\r\n/200012");
    server_end_session(&server, session);
}

static bool
refuse_to_go_on(const ImapDelivery *delivery, void *self)
{
    (void)note_delivery(delivery, self);
    return false;
}

static void
test_receiver_stops_and_session_lives(void)
{
    Server server = {.rules = {{"UID FETCH", "* 1 FETCH (UID 4 BODY[] \1x\2)\r\n"
                                             "* 2 FETCH (UID 5 BODY[] \1y\2)\r\n"
                                             "$T OK done\r\n"}}};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GArray) listings = listings_of("4 5");
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    ImapState state;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_fetch(session, listings, refuse_to_go_on, notes, &error));
    g_assert_cmpstr(notes->str, ==, "4=x");
    g_assert_true(imap_examine(session, "INBOX", &state, &error));
    g_assert_no_error(error);
    server_end_session(&server, session);
}

typedef struct WindowCase {
    const char *name;
    int64_t size_bytes; /* of each mail */
    uint32_t mails;
    const char *capabilities;
    const char *heard;
} WindowCase;

/* A quarter of the window a command, and no set that a server would find too long. */
static const WindowCase window_cases[] = {
    {"small", 2000, 1200, "IMAP4rev1 SASL-IR AUTH=PLAIN",
     "UID FETCH 1:500 (UID BODY.PEEK[])\nUID FETCH 501:1000 (UID BODY.PEEK[])\n"
     "UID FETCH 1001:1200 (UID BODY.PEEK[])\n"},
    {"unknown-sizes", 0, 501, "IMAP4rev1 SASL-IR AUTH=PLAIN",
     "UID FETCH 1:500 (UID BODY.PEEK[])\nUID FETCH 501 (UID BODY.PEEK[])\n"},
    {"half-a-megabyte", 500000, 5, "IMAP4rev1 SASL-IR AUTH=PLAIN",
     "UID FETCH 1:2 (UID BODY.PEEK[])\nUID FETCH 3:4 (UID BODY.PEEK[])\nUID FETCH 5 ("},
    {"huge", 3000000000, 2, "IMAP4rev1 SASL-IR AUTH=PLAIN",
     "UID FETCH 1 (UID BODY.PEEK[])\nUID FETCH 2 (UID BODY.PEEK[])\n"},
    {"messagelimit", 2000, 5, "IMAP4rev1 SASL-IR AUTH=PLAIN MESSAGELIMIT=2",
     "UID FETCH 1:2 (UID BODY.PEEK[])\nUID FETCH 3:4 (UID BODY.PEEK[])\nUID FETCH 5 ("},
};

static void
test_window(gconstpointer self)
{
    const WindowCase *test = self;
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Server server = {.capabilities = test->capabilities};
    ImapSession *session;

    for (uint32_t uid = 1; uid <= test->mails; uid++) {
        ImapListing listing = {.uid = uid, .size_bytes = test->size_bytes};

        g_array_append_val(listings, listing);
    }
    server_begin_session(&server, &session, 0);
    g_assert_true(imap_fetch(session, listings, note_delivery, notes, &error));
    g_assert_no_error(error);
    imap_close(session);
    server_stop(&server);
    if (!strstr(server.heard->str, test->heard))
        g_error("'%s' was not heard in: %s", test->heard, server.heard->str);
    (void)g_string_free(server.heard, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(fetch_cases); i++) {
        g_autofree char *path = g_strconcat("/imap/fetch/", fetch_cases[i].name, NULL);

        g_test_add_data_func(path, &fetch_cases[i], test_fetch);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(window_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/window/", window_cases[i].name, NULL);

        g_test_add_data_func(path, &window_cases[i], test_window);
    }
    g_test_add_func("/imap/fetch/floods", test_floods);
    g_test_add_func("/imap/fetch/flood-of-other-mails", test_flood_of_other_mails);
    g_test_add_func("/imap/fetch/long-mail-is-cut", test_long_mail_is_cut);
    g_test_add_func("/imap/fetch/long-mail-keeps-its-header",
                    test_long_mail_keeps_its_header);
    g_test_add_func("/imap/fetch/receiver-stops",
                    test_receiver_stops_and_session_lives);
    return g_test_run();
}
