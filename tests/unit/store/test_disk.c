/* A full disk: whoever files is told, nothing is half there, and filing goes on when
 * there is room again. The disk is a limit on the size of files. */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>

enum {
    MAILS = 24,
    RAW_BYTES = 64 * 1024,
};

static void
limit_files(rlim_t bytes)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = MIN(bytes, limit.rlim_max);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static off_t
file_bytes(const char *state, const char *name)
{
    g_autofree char *path = g_build_filename(state, name, NULL);
    GStatBuf found;

    return g_stat(path, &found) == 0 ? found.st_size : 0;
}

/* What does not compress. */
static Filing *
large_mail(int64_t uid)
{
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "@x", uid);
    char *raw = g_malloc(RAW_BYTES + 1);
    Filing *filing;

    for (int i = 0; i < RAW_BYTES; i++)
        raw[i] = (char)g_test_rand_int_range(1, 128);
    raw[RAW_BYTES] = '\0';
    filing = filing_new(uid, name, name, raw);
    g_free(raw);
    return filing;
}

static void
expect_filed(const char *state, int64_t uid, bool is_filed)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT format('%%d %%d %%d', (SELECT count(*) FROM messages WHERE message_id "
        "= "
        "n || '@x'), (SELECT count(*) FROM tickets WHERE subject = n || '@x'), "
        "(SELECT count(*) FROM uid_ledger WHERE uid = n)) "
        "FROM (SELECT %" G_GINT64_FORMAT " AS n)",
        uid);

    fixture_expect(state, sql, is_filed ? "1 1 1" : "0 0 0");
}

/* One at a time, until one does not fit; then that one again. */
static void
a_full_disk_loses_nothing(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(GError) error = NULL;
    int64_t uid = 1;
    g_autoptr(Filing) unlucky = NULL;

    limit_files((rlim_t)file_bytes(state, "postroom.db-wal") + 8 * RAW_BYTES);
    while (!error && uid < 100) {
        g_clear_pointer(&unlucky, filing_free);
        unlucky = large_mail(uid++);
        (void)filing_try(store, unlucky, &error); /* the error tells */
    }
    uid--;
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_nonnull(strstr(error->message, "whether the disk is full"));
    g_assert_cmpint(uid, >, 2);
    for (int64_t each = 1; each <= uid; each++)
        expect_filed(state, each, each < uid);
    g_clear_error(&error);
    g_assert_false(filing_try(store, unlucky, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    limit_files(RLIM_INFINITY);
    filing_do(store, unlucky);
    expect_filed(state, uid, true);
    store_close(store);
    fixture_expect_sound(state);
    fixture_remove(state);
}

/* A whole group at once: each mail's word is kept, whichever way it went. */
static void
a_group_on_a_full_disk_is_told_the_truth(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Filing *filings[MAILS];
    StoreTicket *claims[MAILS];
    bool filed[MAILS];
    int refused = 0;

    limit_files((rlim_t)file_bytes(state, "postroom.db-wal") + 8 * RAW_BYTES);
    for (int i = 0; i < MAILS; i++) {
        filings[i] = large_mail(i + 1);
        claims[i] = store_submit(store, filing_work, filings[i]);
    }
    for (int i = 0; i < MAILS; i++) {
        g_autoptr(GError) error = NULL;

        filed[i] = store_wait(claims[i], &error);
        if (!filed[i])
            g_assert_error(error, FAULT, FAULT_RETRY);
        refused += !filed[i];
    }
    g_assert_cmpint(refused, >, 0);
    for (int i = 0; i < MAILS; i++)
        expect_filed(state, i + 1, filed[i]);
    limit_files(RLIM_INFINITY);
    for (int i = 0; i < MAILS; i++) {
        if (!filed[i])
            filing_do(store, filings[i]);
        filing_free(filings[i]);
    }
    store_close(store);
    for (int i = 0; i < MAILS; i++)
        expect_filed(state, i + 1, true);
    fixture_expect_sound(state);
    fixture_remove(state);
}

/* A house that cannot be made says so, and can be made later. */
static void
no_room_for_a_house(void)
{
    g_autofree char *state = fixture_state();
    g_autoptr(GError) error = NULL;
    Store *store;

    limit_files(64 * 1024);
    store = store_open(state, &error);
    limit_files(RLIM_INFINITY);
    g_assert_null(store);
    g_assert_error(error, FAULT, FAULT_RETRY);
    store_close(fixture_open(state));
    fixture_expect(state, "SELECT count(*) FROM v_tickets", "0");
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* then a write beyond the limit fails, no more */
    g_test_add_func("/store/a-full-disk-loses-nothing", a_full_disk_loses_nothing);
    g_test_add_func("/store/a-group-on-a-full-disk-is-told-the-truth",
                    a_group_on_a_full_disk_is_told_the_truth);
    g_test_add_func("/store/no-room-for-a-house", no_room_for_a_house);
    return g_test_run();
}
