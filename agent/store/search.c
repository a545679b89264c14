/* Full text search, the best first. */
#include "reader.h"

#include <string.h>

enum {
    RANKED_MOST = 10000, /* messages of one question that are ranked */
};

/* Every word in quotes, so that none is an operator of FTS5; a star behind one stays
 * one.
 */
static char *
match_text(const char *words)
{
    g_auto(GStrv) all = g_strsplit_set(words, " \t\r\n", -1);
    GString *match = g_string_new(NULL);

    for (char **each = all; *each; each++) {
        g_autofree char *word = g_strdup(*each);
        bool is_prefix = g_str_has_suffix(word, "*");

        if (is_prefix)
            word[strlen(word) - 1] = '\0';
        if (!*word)
            continue;
        g_string_append(match, match->len ? " \"" : "\"");
        for (const char *at = word; *at; at++)
            g_string_append(match, *at == '"' ? "\"\"" : (char[]){*at, '\0'});
        g_string_append(match, is_prefix ? "\"*" : "\"");
    }
    if (!match->len) /* no word at all: what matches nothing */
        g_string_append(match, "\"\"");
    return g_string_free(match, FALSE);
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

StoreTable *
store_read_search(StoreReader *reader, const char *words, int64_t most, int64_t *lag,
                  GError **error)
{
    g_autofree char *match = match_text(words);
    g_auto(Statement) found = {0};

    if (!read_lag(reader, lag, error))
        return NULL;
    /* A word in a subject counts four times as much. A word of very many messages is
     * ranked in the newest of them; and only what is shown gets its snippet, which
     * reads the text. */
    found = statement_begin(
        &reader->db,
        "WITH newest AS MATERIALIZED (SELECT rowid AS id, bm25(message_words, 4.0, "
        "1.0) "
        "AS rank FROM message_words WHERE message_words MATCH ?1 ORDER BY rowid DESC "
        "LIMIT ?3), best AS MATERIALIZED (SELECT id, rank FROM newest ORDER BY rank, "
        "id "
        "DESC LIMIT ?2) "
        "SELECT g.id AS message, g.ticket, coalesce(g.received_at, g.filed_at) AS "
        "received_at, g.from_address AS sender, g.label, g.subject, "
        "round(-b.rank, 9) AS score, "
        "replace(replace(snippet(message_words, -1, '[', ']', '…', 16), char(13), ''), "
        "char(10), ' ') AS snippet FROM message_words w CROSS JOIN best b ON b.id = "
        "w.rowid JOIN messages g ON g.id = b.id WHERE w.message_words MATCH ?1 AND "
        "w.rowid >= (SELECT min(id) FROM best) ORDER BY b.rank, g.id DESC",
        "tii", match, most, (int64_t)RANKED_MOST);
    return reader_table(&found, error);
}
