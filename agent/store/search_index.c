#include "search_index.h"

#include "base/clock.h"
#include "database.h"

enum {
    STEP_MESSAGES = 1000,
    OVERDUE_US = 10 * 1000000,
};

void
search_index_expect(SearchIndex *index)
{
    if (!index->is_behind)
        index->last_us = clock_monotonic_us();
    index->is_behind = true;
}

bool
search_index_is_behind(const SearchIndex *index)
{
    return index->is_behind;
}

bool
search_index_is_overdue(const SearchIndex *index)
{
    return index->is_behind && clock_monotonic_us() - index->last_us > OVERDUE_US;
}

void
search_index_give_up(SearchIndex *index)
{
    index->is_behind = false;
}

static bool
next_group(Database *db, int64_t *up_to, int64_t *messages, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT coalesce(max(id), 0), count(*) FROM (SELECT id FROM messages WHERE id "
        "> "
        "(SELECT value FROM house WHERE key = 'indexed_to') ORDER BY id LIMIT ?)",
        "i", (int64_t)STEP_MESSAGES);

    if (statement_row(&found)) {
        *up_to = statement_int(&found, 0);
        *messages = statement_int(&found, 1);
    }
    return statement_done(&found, error);
}

static bool
index_group(Database *db, int64_t up_to, GError **error)
{
    return statement_run(
               db, error,
               "INSERT INTO message_words (rowid, subject, reply_text) "
               "SELECT id, subject, reply_text FROM messages WHERE id > "
               "(SELECT value FROM house WHERE key = 'indexed_to') AND id <= ?",
               "i", up_to) &&
           statement_run(db, error,
                         "UPDATE house SET value = ? WHERE key = 'indexed_to'", "i",
                         up_to);
}

bool
search_index_step(SearchIndex *index, Database *db, GError **error)
{
    int64_t up_to = 0;
    int64_t messages = 0;

    index->last_us = clock_monotonic_us();
    if (!next_group(db, &up_to, &messages, error))
        return false;
    index->is_behind = messages == STEP_MESSAGES;
    if (messages == 0)
        return true;
    if (!database_execute(db, "BEGIN IMMEDIATE", error))
        return false;
    if (index_group(db, up_to, error) && database_execute(db, "COMMIT", error))
        return true;
    if (!sqlite3_get_autocommit(db->sqlite))
        /* The fault is reported already. */
        (void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return false;
}
