/* The cursor and the ledger: what of a folder is settled, what is missing, and what
 * stays known when the server counts anew. */
#include "fixture.h"

typedef struct Step {
    int64_t uidvalidity; /* of open */
    const char *address;
    StoreFolder folder;
    bool reset;
    uint32_t uid;
    UidState state;
    int64_t message;
    GArray *uids;
    const char *sha256;
} Step;

static bool
open_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_open_folder(txn, "support", step->address, "INBOX", FOLDER_INBOX,
                             step->uidvalidity, &step->folder, &step->reset, error);
}

static bool
settle_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_settle_uid(txn, &step->folder, step->uid, step->state, step->message,
                            error);
}

static bool
raise_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_raise_low(txn, &step->folder, step->uid, error);
}

static bool
settled_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_settled_uids(txn, &step->folder, step->uids, error);
}

static bool
holes_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_due_holes(txn, &step->folder, step->uids, error);
}

static void
run(Store *store, StoreWork work, Step *step)
{
    g_autoptr(GError) error = NULL;
    bool done = store_do(store, work, step, &error);

    g_assert_no_error(error);
    g_assert_true(done);
}

static void
settle(Store *store, Step *step, uint32_t uid, UidState state)
{
    step->uid = uid;
    step->state = state;
    run(store, settle_work, step);
}

static void
expect_uids(Store *store, StoreWork work, Step *step, const char *expected)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GString) got = g_string_new(NULL);

    step->uids = uids;
    run(store, work, step);
    for (guint i = 0; i < uids->len; i++)
        g_string_append_printf(got, "%s%u", i ? " " : "",
                               g_array_index(uids, uint32_t, i));
    g_assert_cmpstr(got->str, ==, expected);
}

static void
the_cursor_only_rises(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Step step = {.uidvalidity = 7, .address = "support@example.com"};

    run(store, open_work, &step);
    g_assert_true(step.folder.is_new);
    g_assert_false(step.reset);
    g_assert_cmpint(step.folder.epoch, ==, 1);
    g_assert_cmpint(step.folder.low_uid, ==, 0);
    settle(store, &step, 12, UID_HELD);
    settle(store, &step, 11, UID_HELD);
    settle(store, &step, 4294967295U, UID_HELD);
    settle(store, &step, 9, UID_HELD);
    /* Should it be listed again, it is not settled at all. */
    settle(store, &step, 13, UID_ABSENT);
    expect_uids(store, settled_work, &step, "9 11 12 4294967295");
    step.uid = 11;
    run(store, raise_work, &step);
    step.uid = 10; /* a slower visit comes in late */
    run(store, raise_work, &step);
    store_close(store);
    store = fixture_open(state);
    run(store, open_work, &step);
    g_assert_false(step.folder.is_new);
    g_assert_cmpint(step.folder.low_uid, ==, 11);
    expect_uids(store, settled_work, &step, "12 4294967295");
    store_close(store);
    fixture_remove(state);
}

static void
make_holes_due(const char *state)
{
    fixture_change(state, "UPDATE uid_ledger SET due_at = '2020-01-01T00:00:00.000Z' "
                          "WHERE due_at IS NOT NULL");
}

static void
a_hole_is_tried_again_later_and_later(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    Step step = {.uidvalidity = 7};

    run(store, open_work, &step);
    for (int i = 1; i <= 12; i++) {
        g_autofree char *due = NULL;
        g_autofree char *attempts = NULL;
        int64_t wait_s;

        settle(store, &step, 5, UID_HOLE);
        expect_uids(store, holes_work, &step, "");
        due = fixture_ask(state, "SELECT unixepoch(due_at) - unixepoch(settled_at) "
                                 "FROM uid_ledger");
        attempts = fixture_ask(state, "SELECT attempts FROM uid_ledger");
        wait_s = g_ascii_strtoll(due, NULL, 10);
        g_assert_cmpint(g_ascii_strtoll(attempts, NULL, 10), ==, i);
        g_assert_cmpint(wait_s, ==, MIN(30LL << (i - 1), 21600));
        make_holes_due(state);
        expect_uids(store, holes_work, &step, "5");
    }
    store_close(store);
    fixture_remove(state);
}

/* The cursor may pass a hole; the hole stays until its mail came or is gone. */
static void
a_hole_is_never_passed_over(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) late = filing_new(5, "late@x", "Late", "late");
    Step step = {.uidvalidity = 7};

    run(store, open_work, &step);
    settle(store, &step, 5, UID_HOLE);
    settle(store, &step, 6, UID_HOLE);
    expect_uids(store, settled_work, &step, "5 6"); /* not due */
    step.uid = 20;
    run(store, raise_work, &step);
    make_holes_due(state);
    expect_uids(store, holes_work, &step, "5 6");
    fixture_expect(state, "SELECT holes FROM v_mailbox_health", "2");
    filing_do(store, late);
    settle(store, &step, 6, UID_ABSENT);
    expect_uids(store, holes_work, &step, "");
    fixture_expect(state, "SELECT holes FROM v_mailbox_health", "0");
    /* Late news of the same UID do not undo what is filed. */
    settle(store, &step, 5, UID_HOLE);
    fixture_expect(state, "SELECT state FROM uid_ledger WHERE uid = 5", "filed");
    store_close(store);
    fixture_expect_sound(state);
    fixture_remove(state);
}

static bool
absorb_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_absorb_copy(txn, &step->folder, step->sha256, &step->message, error);
}

static bool
find_work(StoreTxn *txn, void *self, GError **error)
{
    Step *step = self;

    return store_find_bytes(txn, step->sha256, &step->message, error);
}

typedef struct Copy {
    Filing *filing;
    int64_t message;
} Copy;

static bool
copy_work(StoreTxn *txn, void *self, GError **error)
{
    const Copy *copy = self;

    return store_put_copy(txn, copy->filing->mail, copy->message, error);
}

static void
put_copy(Store *store, Filing *filing, int64_t message)
{
    g_autoptr(GError) error = NULL;
    Copy copy = {filing, message};
    bool done = store_do(store, copy_work, &copy, &error);

    g_assert_no_error(error);
    g_assert_true(done);
}

static void
a_renumbered_folder_starts_anew(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(5, "a@x", "Help", "Help");
    g_autoptr(Filing) twin = filing_new(6, "a@x", "Help", "Help");
    g_autoptr(Filing) stale = filing_new(9, "b@x", "Stale", "stale");
    g_autoptr(GError) error = NULL;
    Step step = {.uidvalidity = 7};

    filing_do(store, filing);
    put_copy(store, twin, 1);
    run(store, open_work, &step);
    settle(store, &step, 8, UID_HOLE);
    step.uid = 8;
    run(store, raise_work, &step);
    step.uidvalidity = 70;
    run(store, open_work, &step);
    g_assert_true(step.reset);
    g_assert_false(step.folder.is_new);
    g_assert_cmpint(step.folder.epoch, ==, 2);
    g_assert_cmpint(step.folder.low_uid, ==, 0);
    expect_uids(store, settled_work, &step, "");
    fixture_expect(state, "SELECT holes FROM v_mailbox_health", "0");
    /* Two mails with these bytes lay there; a third one is a new one. */
    step.sha256 = filing->facts->message.sha256;
    for (int i = 0; i < 3; i++) {
        run(store, absorb_work, &step);
        g_assert_cmpint(step.message, ==, i < 2 ? 1 : 0);
    }
    step.sha256 = stale->facts->message.sha256;
    run(store, absorb_work, &step);
    g_assert_cmpint(step.message, ==, 0);
    run(store, open_work, &step);
    g_assert_false(step.reset);
    /* A mail of the old numbering that was still under way must not take the place of
     * a new one with its UID. */
    g_assert_false(filing_try(store, stale, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    store_close(store);
    fixture_expect(state, "SELECT count(*) FROM messages", "1");
    fixture_expect_sound(state);
    fixture_remove(state);
}

/* One message, two deliveries, one raw mail: what each mailbox has is known. */
static void
a_copy_in_another_mailbox_is_the_same_message(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(5, "a@x", "Help", "Help");
    g_autoptr(Filing) copy = filing_new(5, "a@x", "Help", "Help");
    g_autoptr(Filing) namesake = filing_new(6, "a@x", "Forged", "other bytes");
    Step step = {.sha256 = first->facts->message.sha256, .message = -1};

    run(store, find_work, &step);
    g_assert_cmpint(step.message, ==, 0);
    filing_do(store, first);
    run(store, find_work, &step);
    g_assert_cmpint(step.message, ==, 1);
    g_free(copy->mail->origin.mailbox);
    copy->mail->origin.mailbox = g_strdup("sales");
    put_copy(store, copy, step.message);
    /* The same Message-ID on other bytes is another mail: ids are easily forged. */
    filing_do(store, namesake);
    store_close(store);
    fixture_expect(state, "SELECT count(*) FROM messages", "2");
    fixture_expect(state, "SELECT count(*) FROM raw_mail", "2");
    fixture_expect(state,
                   "SELECT group_concat(m.name) FROM deliveries d JOIN folders f ON "
                   "f.id = d.folder_id JOIN mailboxes m ON m.id = f.mailbox_id WHERE "
                   "d.message_id = 1",
                   "support,sales");
    fixture_expect_sound(state);
    fixture_remove(state);
}

typedef struct Holding {
    Mail *mail;
    const char *because;
    int64_t held;
} Holding;

static bool
hold_work(StoreTxn *txn, void *self, GError **error)
{
    Holding *holding = self;

    return store_put_held(txn, holding->mail, "sorter", holding->because,
                          &holding->held, error);
}

static void
a_held_mail_keeps_its_bytes(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(5, "a@x", "Bomb", "Subject: boom\r\n");
    Holding holding = {filing->mail, "the sorter died twice", 0};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = NULL;
    g_autoptr(StoreTable) table = NULL;
    g_autoptr(GBytes) raw = NULL;

    g_assert_true(store_do(store, hold_work, &holding, &error));
    g_assert_cmpint(holding.held, ==, 1);
    holding.because = "it took too long";
    g_assert_true(store_do(store, hold_work, &holding, &error));
    g_assert_no_error(error);
    g_assert_cmpint(holding.held, ==, 1);
    reader = store_reader_open(state, &error);
    g_assert_no_error(error);
    table = store_read_held(reader, &error);
    g_assert_cmpuint(table->rows->len, ==, 1);
    raw = store_read_raw(reader, 1, true, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(raw, filing->mail->bytes));
    store_close(store);
    fixture_expect(state, "SELECT because FROM held_mail", "it took too long");
    fixture_expect(state, "SELECT held FROM v_mailbox_health", "1");
    fixture_remove(state);
}

typedef struct Health {
    const char *because;
    bool stopped;
} Health;

static bool
health_work(StoreTxn *txn, void *self, GError **error)
{
    const Health *health = self;

    return health->because ? store_mailbox_failed(txn, "support", health->because,
                                                  health->stopped, error)
                           : store_mailbox_worked(txn, "support", NULL, error);
}

static void
a_mailbox_tells_how_it_is(void)
{
    static const struct {
        Health health;
        const char *told;
    } rows[] = {{{"no route to host", false}, "failing 1 no route to host"},
                {{"wrong password", true}, "stopped 2 wrong password"},
                {{NULL, false}, "working 0 -"},
                {{"no route to host", false}, "failing 1 no route to host"}};
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Health health = rows[i].health;
        g_autoptr(GError) error = NULL;

        g_assert_true(store_do(store, health_work, &health, &error));
        g_assert_no_error(error);
        fixture_expect(state,
                       "SELECT state || ' ' || failures || ' ' || coalesce(last_error, "
                       "'-') FROM v_mailbox_health",
                       rows[i].told);
    }
    store_close(store);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/the-cursor-only-rises", the_cursor_only_rises);
    g_test_add_func("/store/a-hole-is-tried-again-later-and-later",
                    a_hole_is_tried_again_later_and_later);
    g_test_add_func("/store/a-hole-is-never-passed-over", a_hole_is_never_passed_over);
    g_test_add_func("/store/a-renumbered-folder-starts-anew",
                    a_renumbered_folder_starts_anew);
    g_test_add_func("/store/a-copy-in-another-mailbox-is-the-same-message",
                    a_copy_in_another_mailbox_is_the_same_message);
    g_test_add_func("/store/a-held-mail-keeps-its-bytes", a_held_mail_keeps_its_bytes);
    g_test_add_func("/store/a-mailbox-tells-how-it-is", a_mailbox_tells_how_it_is);
    return g_test_run();
}
