/* How far a search goes in a large house: it answers soon, and says when it left the
 * older messages out. */
#include "fixture.h"

enum {
    MESSAGES = 2500,
    SAMPLE = 1000,
    SHOWN = 20
};

/* Each message has 100 words of its own that begin with w; the first ones are old. */
static const char crowd[] =
    "PRAGMA synchronous = OFF; PRAGMA recursive_triggers = OFF;"
    "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2500), "
    "w (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM w WHERE k < 100) "
    "INSERT INTO messages (id, mailbox_id, folder_id, direction, size_bytes, "
    "received_at, filed_at, from_address, subject, is_truncated, is_signed, "
    "is_encrypted, attachment_count, links_json, calendar_json, defects_json, verdict, "
    "verdict_because_json, auth_json, label, confidence, review, reasons_json, "
    "scores_json, spam_score, spam_tokens_json, phishing_score, "
    "phishing_signals_json, is_automatic, thread_method, thread_confidence, "
    "rules_json, actions_json, reply_text) SELECT n, 1, 1, 'in', 1, "
    "'2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 'ana@cliente.example', "
    "iif(n <= 3, 'signature', 'lamp'), 0, 0, 0, 0, '[]', '[]', '[]', 'authenticated', "
    "'[]', '{}', 'support', 1, 0, '[]', '{}', 0, '[]', 0, '[]', 0, 'none', 0, '[]', "
    "'[]', (SELECT group_concat('w' || (n * 1000 + k), ' ') FROM w) FROM s;"
    "INSERT INTO message_words (message_words) VALUES ('rebuild');"
    "INSERT INTO house VALUES ('indexed_to', 2500) ON CONFLICT DO UPDATE SET value = "
    "excluded.value;";

static char *
crowded_house(void)
{
    char *state = fixture_state();

    store_close(fixture_open(state));
    fixture_change(state, crowd);
    return state;
}

static StoreTable *
search(const char *state, const char *words, int64_t newest)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = store_reader_open(state, &error);
    StoreSearched searched;
    StoreTable *found;

    g_assert_no_error(error);
    found = store_read_search(reader, words, SHOWN, &searched, &error);
    g_assert_no_error(error);
    g_assert_cmpint(searched.lag, ==, 0);
    g_assert_cmpint(searched.newest, ==, newest);
    return found;
}

static int64_t
message_at(const StoreTable *found, guint row)
{
    const GPtrArray *values = found->rows->pdata[row];

    g_assert_cmpstr(found->columns->pdata[0], ==, "message");
    return g_ascii_strtoll(values->pdata[0], NULL, 10);
}

static void
expect_messages(const char *state, const char *words, const int64_t *messages)
{
    g_autoptr(StoreTable) found = search(state, words, 0);
    guint rows = 0;

    for (; messages[rows]; rows++) {
        g_assert_cmpuint(found->rows->len, >, rows);
        g_assert_cmpint(message_at(found, rows), ==, messages[rows]);
    }
    g_assert_cmpuint(found->rows->len, ==, rows);
}

static void
a_word_finds_the_oldest_message(void)
{
    g_autofree char *state = crowded_house();

    expect_messages(state, "signature", (const int64_t[]){3, 2, 1, 0});
    expect_messages(state, "signa* w2001", (const int64_t[]){2, 0});
    expect_messages(state, "w2500100*", (const int64_t[]){2500, 0});
    expect_messages(state, "nothing*", (const int64_t[]){0});
    fixture_remove(state);
}

static void
what_begins_too_many_words_is_looked_for_in_the_newest(void)
{
    g_autofree char *state = crowded_house();
    g_autoptr(StoreTable) found = search(state, "w*", SAMPLE);

    g_assert_cmpuint(found->rows->len, ==, SHOWN);
    for (guint row = 0; row < found->rows->len; row++)
        g_assert_cmpint(message_at(found, row), >, MESSAGES - SAMPLE);
    fixture_remove(state);
}

/* The other words choose which are the newest. */
static void
other_words_find_older_ones(void)
{
    g_autofree char *state = crowded_house();

    expect_messages(state, "w* signature", (const int64_t[]){3, 2, 1, 0});
    fixture_remove(state);
}

/* Thirty people and a program, two tickets each. */
static const char askers[] =
    "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 30) "
    "INSERT INTO contacts (id, address, first_seen_at, last_seen_at) SELECT n, "
    "printf('person%02d@%s.example', n, iif(n % 3, 'firm', 'a_b')), '', '' FROM s;"
    "INSERT INTO mailboxes (id, name, created_at) VALUES (1, 'support', '');"
    "WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 61) "
    "INSERT INTO tickets (number, kind, mailbox_id, requester_id, requester_address, "
    "label, created_at, opened_at, updated_at) SELECT n + 1, 'support', 1, c.id, "
    "coalesce(replace(c.address, 'p', 'P'), 'NoReply@firm.example'), 'support', '', "
    "'', '' FROM s LEFT JOIN contacts c ON c.id = n / 2;";

static void
expect_tickets(const char *state, const char *sender, guint many, int64_t last)
{
    const TicketFilter filter = {.sender = sender, .since = TIME_NONE};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreReader) reader = store_reader_open(state, &error);
    g_autoptr(StoreTable) found = store_read_tickets(reader, &filter, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(found->rows->len, ==, many);
    if (many)
        g_assert_cmpint(
            g_ascii_strtoll(((GPtrArray *)found->rows->pdata[many - 1])->pdata[0], NULL,
                            10),
            ==, last);
}

static void
a_part_of_an_address_finds_few_and_many(void)
{
    g_autofree char *state = fixture_state();

    store_close(fixture_open(state));
    fixture_change(state, askers);
    expect_tickets(state, "person07", 2, 16);
    expect_tickets(state, "PERSON07@", 2, 16);
    expect_tickets(state, "person", 60, 62);
    expect_tickets(state, "firm", 42, 60);
    expect_tickets(state, "noreply", 2, 2);
    expect_tickets(state, "a_b", 20, 62);
    expect_tickets(state, "n_7", 0, 0);
    expect_tickets(state, "%", 0, 0);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/a-word-finds-the-oldest-message",
                    a_word_finds_the_oldest_message);
    g_test_add_func("/store/what-begins-too-many-words-is-looked-for-in-the-newest",
                    what_begins_too_many_words_is_looked_for_in_the_newest);
    g_test_add_func("/store/other-words-find-older-ones", other_words_find_older_ones);
    g_test_add_func("/store/a-part-of-an-address-finds-few-and-many",
                    a_part_of_an_address_finds_few_and_many);
    return g_test_run();
}
