/* Full text search, the best first. The index finds and ranks; what is shown is copied
 * into a small database in memory, which cuts the snippets. Where the index would have
 * to read too much, the newest messages are copied and ranked there instead. */
#include "reader.h"

#include <string.h>

#include "database.h"

enum {
    RANKED_MOST = 10000, /* messages of one question that are ranked */
    SAMPLED = 1000,      /* newest messages that are copied instead */
    /* Steps of SQLite's machine up to the first row: a step reads about a page. What
     * begins a word costs more each, for all that begins like it is merged. */
    STEPS_MOST = 20000,
    PREFIX_STEPS_MOST = 2000,
};

/* What is looked for, as FTS5 asks it. */
typedef struct Wanted {
    GString *all;
    GString *whole; /* without those that end in a star */
} Wanted;

static void
wanted_clear(Wanted *wanted)
{
    (void)g_string_free(wanted->all, TRUE);
    (void)g_string_free(wanted->whole, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wanted, wanted_clear)

/* In quotes, so that it is no operator of FTS5. */
static void
append_word(GString *match, const char *word, bool is_prefix)
{
    g_string_append(match, match->len ? " \"" : "\"");
    for (const char *at = word; *at; at++)
        g_string_append(match, *at == '"' ? "\"\"" : (char[]){*at, '\0'});
    g_string_append(match, is_prefix ? "\"*" : "\"");
}

static Wanted
read_words(const char *words)
{
    g_auto(GStrv) all = g_strsplit_set(words, " \t\r\n", -1);
    Wanted wanted = {g_string_new(NULL), g_string_new(NULL)};

    for (char **each = all; *each; each++) {
        bool is_prefix = g_str_has_suffix(*each, "*");
        g_autofree char *word = g_strndup(*each, strlen(*each) - (is_prefix ? 1 : 0));

        if (!*word)
            continue;
        append_word(wanted.all, word, is_prefix);
        if (!is_prefix)
            append_word(wanted.whole, word, false);
    }
    if (!wanted.all->len) /* no word at all: what matches nothing */
        g_string_append(wanted.all, "\"\"");
    return wanted;
}

static bool
read_lag(StoreReader *reader, int64_t *lag, GError **error)
{
    g_auto(Statement) row =
        statement_begin(&reader->db,
                        "SELECT count(*) FROM messages WHERE id > "
                        "(SELECT value FROM house WHERE key = 'indexed_to')",
                        "");

    if (statement_row(&row))
        *lag = statement_int(&row, 0);
    return statement_done(&row, error);
}

/* ---- by the index ---- */

typedef struct Match {
    int64_t message;
    double rank; /* below 0; the best is the least */
} Match;

static gint
compare_matches(gconstpointer a, gconstpointer b)
{
    const Match *one = a;
    const Match *other = b;

    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    return one->message > other->message ? -1 : 1;
}

static int
stop_now(void *self)
{
    (void)self;
    return 1;
}

/* A word in a subject counts four times as much. All that can be long lies before the
 * first row. `is_too_much`: it was not waited for. */
static bool
rank_matches(Database *db, const Wanted *wanted, GArray *matches, bool *is_too_much,
             GError **error)
{
    bool has_prefix = wanted->all->len != wanted->whole->len;
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT rowid, bm25(message_words, 4.0, 1.0) FROM message_words "
        "WHERE message_words MATCH ? ORDER BY rowid DESC LIMIT ?",
        "ti", wanted->all->str, (int64_t)RANKED_MOST);

    sqlite3_progress_handler(db->sqlite, has_prefix ? PREFIX_STEPS_MOST : STEPS_MOST,
                             stop_now, NULL);
    while (statement_row(&found)) {
        const Match match = {statement_int(&found, 0),
                             sqlite3_column_double(found.prepared, 1)};

        sqlite3_progress_handler(db->sqlite, 0, NULL, NULL);
        g_array_append_val(matches, match);
    }
    sqlite3_progress_handler(db->sqlite, 0, NULL, NULL);
    *is_too_much = found.outcome == SQLITE_INTERRUPT;
    g_array_sort(matches, compare_matches);
    return *is_too_much || statement_done(&found, error);
}

/* Without a rank: the copy will give one. */
static bool
sample_matches(Database *db, const Wanted *wanted, GArray *matches, GError **error)
{
    static const char with_others[] = "SELECT rowid FROM message_words WHERE "
                                      "message_words MATCH ? ORDER BY rowid DESC "
                                      "LIMIT ?";
    static const char newest[] =
        "SELECT id FROM messages WHERE ? = '' ORDER BY id DESC LIMIT ?";
    g_auto(Statement) found =
        statement_begin(db, wanted->whole->len ? with_others : newest, "ti",
                        wanted->whole->str, (int64_t)SAMPLED);

    while (statement_row(&found)) {
        const Match match = {statement_int(&found, 0), 0};

        g_array_append_val(matches, match);
    }
    return statement_done(&found, error);
}

/* ---- the copy ---- */

/* With the same index, so that words are the same there. */
static bool
copy_schema(Database *db, Database *copy, GError **error)
{
    g_auto(Statement) index = statement_begin(
        db, "SELECT sql FROM sqlite_schema WHERE name = 'message_words'", "");

    return statement_row(&index) &&
           database_execute(copy,
                            "CREATE TABLE messages (id INTEGER PRIMARY KEY, rank REAL, "
                            "ticket INTEGER, received_at TEXT, sender TEXT, label "
                            "TEXT, subject TEXT, reply_text TEXT)",
                            error) &&
           database_execute(copy, statement_text(&index, 0), error) &&
           statement_done(&index, error);
}

static bool
copy_message(Database *db, Database *copy, const Match *match, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT ticket, coalesce(received_at, filed_at), from_address, label, subject, "
        "reply_text FROM messages WHERE id = ?",
        "i", match->message);

    if (statement_row(&row) &&
        !statement_run(copy, error,
                       "INSERT INTO messages (id, rank, ticket, received_at, sender, "
                       "label, subject, reply_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       "irzttttt", match->message, match->rank, statement_int(&row, 0),
                       statement_text(&row, 1), statement_text(&row, 2),
                       statement_text(&row, 3), statement_text(&row, 4),
                       statement_text(&row, 5)))
        return false;
    return statement_done(&row, error);
}

static bool
copy_matches(Database *db, Database *copy, const GArray *matches, GError **error)
{
    if (!copy_schema(db, copy, error) || !database_execute(copy, "BEGIN", error))
        return false;
    for (guint i = 0; i < matches->len; i++)
        if (!copy_message(db, copy, &g_array_index(matches, Match, i), error))
            return false;
    return database_execute(
        copy, "INSERT INTO message_words (message_words) VALUES ('rebuild'); COMMIT",
        error);
}

/* Only what is shown gets its snippet, which reads the text. */
static StoreTable *
read_copy(Database *copy, const Wanted *wanted, int64_t most, GError **error)
{
    g_auto(Statement) found = statement_begin(
        copy,
        "WITH best AS MATERIALIZED (SELECT w.rowid AS id, iif(g.rank < 0, g.rank, "
        "bm25(message_words, 4.0, 1.0)) AS rank FROM message_words w "
        "JOIN messages g ON g.id = w.rowid WHERE w.message_words MATCH ?1 "
        "ORDER BY 2, 1 DESC LIMIT ?2) "
        "SELECT g.id AS message, g.ticket, g.received_at, g.sender, g.label, "
        "g.subject, round(-b.rank, 9) AS score, "
        "replace(replace(snippet(message_words, -1, '[', ']', '…', 16), char(13), ''), "
        "char(10), ' ') AS snippet FROM message_words w CROSS JOIN best b ON b.id = "
        "w.rowid JOIN messages g ON g.id = b.id WHERE w.message_words MATCH ?1 "
        "ORDER BY b.rank, g.id DESC",
        "ti", wanted->all->str, most);

    return reader_table(&found, error);
}

static StoreTable *
show_matches(StoreReader *reader, const Wanted *wanted, const GArray *matches,
             int64_t most, GError **error)
{
    Database copy = {0};
    StoreTable *table = NULL;

    if (database_open_memory(&copy, error) &&
        copy_matches(&reader->db, &copy, matches, error))
        table = read_copy(&copy, wanted, most, error);
    database_clear(&copy);
    return table;
}

StoreTable *
store_read_search(StoreReader *reader, const char *words, int64_t most,
                  StoreSearched *out, GError **error)
{
    g_auto(Wanted) wanted = read_words(words);
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(Match));
    bool is_too_much = false;

    *out = (StoreSearched){0};
    if (!read_lag(reader, &out->lag, error) ||
        !rank_matches(&reader->db, &wanted, matches, &is_too_much, error) ||
        (is_too_much && !sample_matches(&reader->db, &wanted, matches, error)))
        return NULL;
    if (is_too_much ? matches->len == SAMPLED : matches->len == RANKED_MOST)
        out->newest = matches->len;
    if (!is_too_much && matches->len > most)
        g_array_set_size(matches, (guint)most);
    return show_matches(reader, &wanted, matches, most, error);
}
