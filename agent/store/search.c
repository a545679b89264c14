/* Full text search, the best first. */
#include "reader.h"

#include <string.h>

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
    /* A word in a subject counts four times as much. */
    found = statement_begin(
        &reader->db,
        "SELECT g.id AS message, g.ticket, coalesce(g.received_at, g.filed_at) AS "
        "received_at, g.from_address AS sender, g.label, g.subject, "
        "round(-r.rank, 9) AS score, r.snippet FROM (SELECT rowid AS id, "
        "bm25(message_words, 4.0, 1.0) AS rank, "
        "snippet(message_words, -1, '[', ']', '…', 16) AS snippet FROM message_words "
        "WHERE message_words MATCH ?1 ORDER BY bm25(message_words, 4.0, 1.0) LIMIT ?2) "
        "r JOIN messages g ON g.id = r.id ORDER BY r.rank, g.id DESC",
        "ti", match, most);
    return reader_table(&found, error);
}
