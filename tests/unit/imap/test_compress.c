/* A session over a slow link: compressed, with the same mails and the same limits. */
#include "server.h"

#define SQUEEZER "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE COMPRESS=DEFLATE"
#define SWITCHES "COMPRESS DEFLATE", "$T OK now\r\n\5"
/* In one packet with the OK there is something compressed already. */
#define SWITCHES_AT_ONCE "COMPRESS DEFLATE", "$T OK now\r\n\5* OK [ALERT] squeezed\r\n"

enum {
    MAILS = 4
};

static GArray *
listing_of(uint32_t uid)
{
    GArray *listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {.uid = uid};

    g_array_append_val(listings, listing);
    return listings;
}

static bool
keep_bytes(const ImapDelivery *delivery, void *self)
{
    GString *kept = self;
    gsize size;
    const char *bytes = g_bytes_get_data(delivery->bytes, &size);

    g_string_append_printf(kept, "%u=", delivery->uid);
    g_string_append_len(kept, bytes, (gssize)size);
    return true;
}

static void
assert_fetches(Server server)
{
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GArray) listings = listing_of(4);
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    bool changed = false;

    server.capabilities = SQUEEZER;
    server.rules[1] =
        (Rule){"UID FETCH", "* 1 FETCH (UID 4 BODY[] \1hello\2)\r\n$T OK done\r\n"};
    server.rules[2] = (Rule){"IDLE", "+ idling\r\n* 9 EXISTS\r\n"};
    server_begin_session(&server, &session, 0);
    g_assert_true(imap_compress(session, &error));
    g_assert_no_error(error);
    g_assert_true(imap_compress(session, &error)); /* a second time is nothing new */
    g_assert_true(imap_fetch(session, listings, keep_bytes, kept, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(kept->str, ==, "4=hello");
    g_assert_true(imap_idle_begin(session, &error));
    while (!changed)
        g_assert_true(imap_idle_read(session, &changed, &error));
    imap_close(session);
    server_stop(&server);
    g_assert_null(strstr(strstr(server.heard->str, "COMPRESS") + 1, "COMPRESS"));
    g_assert_nonnull(strstr(server.heard->str, "LOGOUT"));
    (void)g_string_free(server.heard, TRUE);
}

static void
test_everything_goes_on(void)
{
    assert_fetches((Server){.rules = {{SWITCHES}}});
    assert_fetches((Server){.rules = {{SWITCHES_AT_ONCE}}});
}

static void
test_refused_or_absent_is_no_fault(void)
{
    assert_fetches(
        (Server){.rules = {{"COMPRESS", "$T NO [COMPRESSIONACTIVE] x\r\n"}, {NULL}}});
}

static void
test_not_offered_is_not_asked_for(void)
{
    Server server = {0};
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_compress(session, &error));
    imap_close(session);
    server_stop(&server);
    g_assert_null(strstr(server.heard->str, "COMPRESS"));
    (void)g_string_free(server.heard, TRUE);
}

/* 64 MB come as 64 kB; only the beginning is kept. */
static void
test_bomb_is_drained(void)
{
    Server server = {
        .capabilities = SQUEEZER,
        .filler_bytes = 64 * 1024 * 1024,
        .rules = {{SWITCHES},
                  {"UID FETCH",
                   "* 1 FETCH (UID 4 BODY[] {67108864}\r\n\6)\r\n$T OK done\r\n"}}};
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GArray) listings = listing_of(4);
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 1000);
    g_assert_true(imap_compress(session, &error));
    g_assert_true(imap_fetch(session, listings, keep_bytes, kept, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(kept->len, ==, 1000 + strlen("4="));
    server_end_session(&server, session);
}

static void
test_bomb_in_a_line_is_refused(void)
{
    Server server = {.capabilities = SQUEEZER,
                     .filler_bytes = 64 * 1024 * 1024,
                     .rules = {{SWITCHES}, {"UID FETCH", "* OK \6"}}};
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GArray) listings = listing_of(4);
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 1000);
    g_assert_true(imap_compress(session, &error));
    g_assert_false(imap_fetch(session, listings, keep_bytes, kept, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "a line of more"));
    server_end_session(&server, session);
}

static void
test_broken_stream_is_a_fault(void)
{
    /* What follows the OK is not deflated at all. */
    Server server = {
        .capabilities = SQUEEZER,
        .rules = {{"COMPRESS", "$T OK now\r\n* OK this is no deflate\r\n* x\r\n"}}};
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GArray) listings = listing_of(4);
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 1000);
    g_assert_true(imap_compress(session, &error));
    g_assert_false(imap_fetch(session, listings, keep_bytes, kept, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpuint(kept->len, ==, 0);
    server_end_session(&server, session);
}

static void
test_speed_is_told_after_a_megabyte(void)
{
    Server server = {
        .filler_bytes = 2 * 1024 * 1024,
        .rules = {{"UID FETCH 4", "* 1 FETCH (UID 4 BODY[] \1x\2)\r\n$T OK done\r\n"},
                  {"UID FETCH 5",
                   "* 1 FETCH (UID 5 BODY[] {2097152}\r\n\6)\r\n$T OK done\r\n"}}};
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GArray) small = listing_of(4);
    g_autoptr(GArray) large = listing_of(5);
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_fetch(session, small, keep_bytes, kept, &error));
    g_assert_cmpint(imap_bytes_per_s(session), ==, 0);
    g_assert_true(imap_fetch(session, large, keep_bytes, kept, &error));
    g_assert_cmpint(imap_bytes_per_s(session), >, 0);
    server_end_session(&server, session);
}

static bool
count_mail(const ImapDelivery *delivery, void *self)
{
    int *n_mails = self;

    g_assert_cmpint(delivery->size_bytes, ==, 600000);
    ++*n_mails;
    return true;
}

/* Mails of 600 kB, announced as of 4 MB, so that one or two are under way at once. */
static void
test_fetch_turns_to_it_on_a_slow_link(void)
{
    Server server = {.capabilities = SQUEEZER,
                     .filler_bytes = 600000,
                     .trickle_us = 5000, /* for 16 kB: little more than 3 MB/s */
                     .trickle_bytes = 16 * 1024,
                     .rules = {{"COMPRESS DEFLATE", "$T OK now\r\n\5"}}};
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GError) error = NULL;
    char words[MAILS][40];
    char replies[MAILS][80];
    ImapSession *session;
    int n_mails = 0;

    for (uint32_t uid = 1; uid <= MAILS; uid++) {
        ImapListing listing = {.uid = uid, .size_bytes = 6000000};

        g_array_append_val(listings, listing);
        (void)g_snprintf(words[uid - 1], sizeof words[0], "UID FETCH %u ", uid);
        (void)g_snprintf(replies[uid - 1], sizeof replies[0],
                         "* %u FETCH (UID %u BODY[] {600000}\r\n\6)\r\n$T OK done\r\n",
                         uid, uid);
        server.rules[uid] = (Rule){words[uid - 1], replies[uid - 1]};
    }
    server_begin_session(&server, &session, 1000000);
    g_assert_true(imap_fetch(session, listings, count_mail, &n_mails, &error));
    g_assert_no_error(error);
    g_assert_cmpint(n_mails, ==, MAILS);
    imap_close(session);
    server_stop(&server);
    g_assert_nonnull(strstr(server.heard->str, "COMPRESS"));
    (void)g_string_free(server.heard, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    g_test_add_func("/imap/compress/goes-on", test_everything_goes_on);
    g_test_add_func("/imap/compress/refused", test_refused_or_absent_is_no_fault);
    g_test_add_func("/imap/compress/absent", test_not_offered_is_not_asked_for);
    g_test_add_func("/imap/compress/bomb", test_bomb_is_drained);
    g_test_add_func("/imap/compress/bomb-in-a-line", test_bomb_in_a_line_is_refused);
    g_test_add_func("/imap/compress/broken", test_broken_stream_is_a_fault);
    g_test_add_func("/imap/compress/speed", test_speed_is_told_after_a_megabyte);
    g_test_add_func("/imap/compress/slow-link", test_fetch_turns_to_it_on_a_slow_link);
    return g_test_run();
}
