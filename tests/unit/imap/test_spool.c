/* Long mails cost a file, not memory; mails that are too long cost neither. */
#include <sys/resource.h>

#include "server.h"

enum {
    MEGABYTE = 1024 * 1024,
    SPOOL_KB = 256,
    MARGIN_KB = 4 * 1024,
};

typedef struct Weighed {
    int64_t bytes;
    int64_t size_bytes;
    bool is_cut;
    bool is_exact; /* every byte is the filler's */
    int64_t anonymous_kb;
} Weighed;

/* What we hold that no file backs. */
static int64_t
anonymous_kb(void)
{
    g_autofree char *status = NULL;
    const char *line;

    g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    line = strstr(status, "RssAnon:");
    g_assert_nonnull(line);
    return (int64_t)g_ascii_strtoull(line + strlen("RssAnon:"), NULL, 10);
}

static bool
weigh(const ImapDelivery *delivery, void *self)
{
    Weighed *weighed = self;
    gsize size;
    const char *bytes = g_bytes_get_data(delivery->bytes, &size);

    weighed->anonymous_kb = anonymous_kb();
    weighed->bytes = (int64_t)size;
    weighed->size_bytes = delivery->size_bytes;
    weighed->is_cut = delivery->is_cut;
    weighed->is_exact = true;
    for (gsize i = 0; i < size; i++)
        weighed->is_exact = weighed->is_exact && bytes[i] == 'x';
    return true;
}

static void
fetch_one(int64_t size, int64_t max_mail_bytes, Weighed *weighed)
{
    g_autofree char *reply = g_strdup_printf(
        "* 1 FETCH (UID 4 BODY[] {%" G_GINT64_FORMAT "}\r\n\6)\r\n$T OK done\r\n",
        size);
    Server server = {.filler_bytes = size, .rules = {{"UID FETCH", reply}}};
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {.uid = 4};
    g_autoptr(GError) error = NULL;
    ImapSession *session;

    g_array_append_val(listings, listing);
    server_begin_session(&server, &session, max_mail_bytes);
    g_assert_true(imap_fetch(session, listings, weigh, weighed, &error));
    g_assert_no_error(error);
    server_end_session(&server, session);
}

static void
test_sizes_around_the_threshold(void)
{
    static const int64_t sizes[] = {
        0,       1,           SPOOL_KB * 1024 - 1, SPOOL_KB * 1024, SPOOL_KB * 1024 + 1,
        1000000, 5 * MEGABYTE};

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Weighed weighed = {0};

        fetch_one(sizes[i], 64 * MEGABYTE, &weighed);
        g_assert_cmpint(weighed.bytes, ==, sizes[i]);
        g_assert_false(weighed.is_cut);
        g_assert_true(weighed.is_exact);
    }
}

static void
test_long_mail_costs_no_memory(void)
{
    Weighed weighed = {0};
    int64_t before_kb = anonymous_kb();

    fetch_one(40 * MEGABYTE, 64 * MEGABYTE, &weighed);
    g_assert_cmpint(weighed.bytes, ==, 40 * MEGABYTE);
    g_assert_true(weighed.is_exact);
    g_assert_cmpint(weighed.anonymous_kb - before_kb, <=, SPOOL_KB + MARGIN_KB);
}

static void
test_too_long_mail_is_drained(void)
{
    struct rusage before, after;
    Weighed weighed = {0};

    g_assert_cmpint(getrusage(RUSAGE_SELF, &before), ==, 0);
    fetch_one(200 * MEGABYTE, 64 * MEGABYTE, &weighed);
    g_assert_cmpint(getrusage(RUSAGE_SELF, &after), ==, 0);
    g_assert_cmpint(weighed.size_bytes, ==, 200 * MEGABYTE);
    g_assert_cmpint(weighed.bytes, <=, SPOOL_KB * 1024);
    g_assert_true(weighed.is_cut);
    g_assert_cmpint(after.ru_maxrss - before.ru_maxrss, <=, SPOOL_KB + MARGIN_KB);
}

static void
test_no_place_for_it_is_a_fault(void)
{
    Server server = {
        .filler_bytes = MEGABYTE,
        .rules = {{"UID FETCH", "* 1 FETCH (UID 4 BODY[] {1048576}\r\n\6)\r\n"
                                "$T OK done\r\n"}}};
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {.uid = 4};
    g_autoptr(GError) error = NULL;
    ImapSession *session;
    Weighed weighed;

    g_array_append_val(listings, listing);
    server_start(&server);
    session = server_log_in(
        &server,
        &(Login){.max_mail_bytes = 64 * MEGABYTE, .spool_dir = "/nowhere/at/all"},
        &error);
    g_assert_no_error(error);
    g_assert_false(imap_fetch(session, listings, weigh, &weighed, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    /* First, while the process is small: the peak of memory only grows. */
    g_test_add_func("/imap/spool/too-long", test_too_long_mail_is_drained);
    g_test_add_func("/imap/spool/long", test_long_mail_costs_no_memory);
    g_test_add_func("/imap/spool/sizes", test_sizes_around_the_threshold);
    g_test_add_func("/imap/spool/no-place", test_no_place_for_it_is_a_fault);
    return g_test_run();
}
