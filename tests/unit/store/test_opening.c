/* Opening the house: what is made, what is refused, and that what is refused stays as
 * it was. */
#include "fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static char *
database_path(const char *state)
{
    return g_build_filename(state, "postroom.db", NULL);
}

static void
expect_fault(const char *state, FaultCode fault, const char *text, const char *advice)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = store_open(state, &error);

    g_assert_null(store);
    g_assert_error(error, FAULT, (int)fault);
    if (!strstr(error->message, text) || !strstr(error->message, advice))
        g_error("'%s' says neither '%s' nor '%s'", error->message, text, advice);
}

static void
expect_refusal(const char *state, const char *text, const char *advice)
{
    expect_fault(state, FAULT_CONFIG, text, advice);
}

static void
an_empty_file_becomes_a_house(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *path = database_path(state);
    uint8_t key[32];
    Store *store;
    GStatBuf found;

    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    store = fixture_open(state);
    memcpy(key, store_token_key(store), sizeof key);
    store_close(store);
    fixture_expect(state, "PRAGMA application_id", "1349481333");
    fixture_expect(state, "SELECT user_version > 0 FROM pragma_user_version", "1");
    fixture_expect(state, "PRAGMA journal_mode", "wal");
    store = fixture_open(state);
    /* Tokens in mails that are out must stay good. */
    g_assert_cmpmem(key, sizeof key, store_token_key(store), 32);
    store_close(store);
    g_assert_cmpint(g_stat(path, &found), ==, 0);
    fixture_remove(state);
}

static void
nobody_else_reads_the_files(void)
{
    static const char *const names[] = {"postroom.db", "postroom.db-wal",
                                        "postroom.db-shm"};
    g_autofree char *above = fixture_state();
    g_autofree char *state = g_build_filename(above, "new", "house", NULL);
    g_autofree char *between = g_path_get_dirname(state);
    Store *store = fixture_open(state);
    GStatBuf found;

    g_assert_cmpint(g_stat(state, &found), ==, 0);
    g_assert_cmpint(found.st_mode & 0777, ==, 0700);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(state, names[i], NULL);

        g_assert_cmpint(g_stat(path, &found), ==, 0);
        g_assert_cmpint(found.st_mode & 0777, ==, 0600);
    }
    store_close(store);
    fixture_remove(state);
    g_assert_cmpint(g_rmdir(between), ==, 0);
    fixture_remove(above);
}

static void
expect_untouched(const char *state, const char *text, const char *advice)
{
    g_autofree char *path = database_path(state);
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    size_t size_before, size_after;

    g_assert_true(g_file_get_contents(path, &before, &size_before, NULL));
    expect_refusal(state, text, advice);
    g_assert_true(g_file_get_contents(path, &after, &size_after, NULL));
    g_assert_cmpmem(before, size_before, after, size_after);
    g_assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
}

/* Rows: as a newer postroom leaves it, and as a restored backup may be. */
static void
a_newer_database_is_left_alone(void)
{
    static const char *const journals[] = {"WAL", "DELETE"};

    for (size_t i = 0; i < G_N_ELEMENTS(journals); i++) {
        g_autofree char *state = fixture_state();
        g_autofree char *sql = g_strdup_printf(
            "PRAGMA user_version = 99; PRAGMA journal_mode = %s", journals[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreReader) reader = NULL;

        store_close(fixture_open(state));
        fixture_change(state, sql);
        expect_untouched(state, "is of version 99", "install the newer postroom");
        reader = store_reader_open(state, &error);
        g_assert_null(reader);
        g_assert_error(error, FAULT, FAULT_CONFIG);
        g_assert_nonnull(strstr(error->message, "is of version 99"));
        fixture_remove(state);
    }
}

static void
a_strangers_database_is_left_alone(void)
{
    g_autofree char *state = fixture_state();

    fixture_change(state, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    expect_untouched(state, "is not a postroom database", "move it away");
    fixture_remove(state);
}

static void
what_is_no_database_is_left_alone(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *path = database_path(state);
    g_autofree char *letters = g_strnfill(5000, 'x');

    g_assert_true(g_file_set_contents(path, letters, -1, NULL));
    expect_untouched(state, "is not a database", "restore a backup");
    fixture_remove(state);
}

/* The tables are there already, so the step that would make them fails. */
static void
a_failed_migration_changes_nothing(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *backup = g_build_filename(state, "postroom.db.before-v1", NULL);
    g_autofree char *kept = g_build_filename(state, "postroom.db", NULL);
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "1");
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) reader_error = NULL;
    GStatBuf found;

    filing_do(store, filing);
    store_close(store);
    fixture_change(state, "PRAGMA user_version = 0");
    g_assert_null(store_reader_open(state, &reader_error));
    g_assert_error(reader_error, FAULT, FAULT_CONFIG);
    g_assert_nonnull(strstr(reader_error->message, "start `postroom run` once"));
    g_assert_null(store_open(state, &error));
    g_assert_true(g_str_has_prefix(error->message, "migration 1: "));
    fixture_expect(state, "SELECT user_version FROM pragma_user_version", "0");
    fixture_expect(state, "SELECT count(*) FROM v_tickets", "1");
    g_assert_cmpint(g_stat(backup, &found), ==, 0);
    g_assert_cmpint(found.st_mode & 0777, ==, 0600);
    /* Put back, the backup is the house as it was. */
    g_assert_cmpint(g_rename(backup, kept), ==, 0);
    fixture_change(state, "PRAGMA user_version = 1");
    store_close(fixture_open(state));
    fixture_expect(state, "SELECT count(*) FROM v_tickets", "1");
    fixture_expect_sound(state);
    fixture_remove(state);
}

static void
a_second_house_is_refused(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "1");

    expect_fault(state, FAULT_RETRY, "another postroom is running", "stop it first");
    filing_do(store, filing);
    store_close(store);
    store_close(fixture_open(state));
    fixture_expect(state, "SELECT count(*) FROM messages", "1");
    fixture_remove(state);
}

static void
a_state_that_cannot_be_is_named(void)
{
    g_autofree char *folder = fixture_state();
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *state = g_build_filename(file, "state", NULL);

    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    expect_refusal(state, state, "Not a directory");
    fixture_remove(folder);
}

/* In a child, which gives up being root where it is. */
static void
refuse_as_nobody(const char *state)
{
    enum {
        NOBODY = 65534
    };
    g_autoptr(GError) error = NULL;
    Store *store;

    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
        _exit(2);
    store = store_open(state, &error);
    _exit(!store && g_error_matches(error, FAULT, FAULT_CONFIG) &&
                  strstr(error->message, state) &&
                  strstr(error->message, "a folder that this user may write")
              ? 0
              : 1);
}

static void
an_unwritable_state_is_named(void)
{
    g_autofree char *state = fixture_state();
    int outcome = -1;
    pid_t child;

    g_assert_cmpint(g_chmod(state, 0555), ==, 0);
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0)
        refuse_as_nobody(state);
    g_assert_cmpint(waitpid(child, &outcome, 0), ==, child);
    g_assert_cmpint(outcome, ==, 0);
    g_assert_cmpint(g_chmod(state, 0700), ==, 0);
    fixture_remove(state);
}

static void
a_reader_needs_a_house(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *path = database_path(state);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = store_reader_open(state, &error);

    g_assert_null(reader);
    g_assert_error(error, FAULT, FAULT_CONFIG);
    g_assert_nonnull(strstr(error->message, "start `postroom run` first"));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/an-unwritable-state-is-named",
                    an_unwritable_state_is_named);
    g_test_add_func("/store/an-empty-file-becomes-a-house",
                    an_empty_file_becomes_a_house);
    g_test_add_func("/store/nobody-else-reads-the-files", nobody_else_reads_the_files);
    g_test_add_func("/store/a-newer-database-is-left-alone",
                    a_newer_database_is_left_alone);
    g_test_add_func("/store/a-strangers-database-is-left-alone",
                    a_strangers_database_is_left_alone);
    g_test_add_func("/store/what-is-no-database-is-left-alone",
                    what_is_no_database_is_left_alone);
    g_test_add_func("/store/a-failed-migration-changes-nothing",
                    a_failed_migration_changes_nothing);
    g_test_add_func("/store/a-second-house-is-refused", a_second_house_is_refused);
    g_test_add_func("/store/a-state-that-cannot-be-is-named",
                    a_state_that_cannot_be_is_named);
    g_test_add_func("/store/a-reader-needs-a-house", a_reader_needs_a_house);
    return g_test_run();
}
