#include "reputation.h"

#include <string.h>

/* People here answer him, it was he, and nobody called his mail spam. */
static bool
find_trust(Database *db, const char *address, bool *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT EXISTS (SELECT 1 FROM messages m JOIN tickets t ON t.number = m.ticket "
        "WHERE m.from_address = ?1 AND m.verdict = 'authenticated' AND t.answered_at "
        "IS "
        "NOT NULL) AND NOT EXISTS (SELECT 1 FROM messages m JOIN lessons l ON "
        "l.message_id = m.id WHERE m.from_address = ?1 AND l.says = 'spam')",
        "t", address);

    *out = statement_row(&found) && statement_int(&found, 0);
    return statement_done(&found, error);
}

/* A customer of ours by this name, who writes from another address; the sender himself
 * has never written. */
static bool
find_namesake(Database *db, const Address *from, char **out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT c.address FROM contacts c WHERE c.name = ?1 COLLATE NOCASE AND "
        "c.address != ?2 AND NOT EXISTS (SELECT 1 FROM contacts k WHERE k.address = "
        "?2) "
        "AND EXISTS (SELECT 1 FROM tickets t WHERE t.requester_id = c.id AND "
        "t.answered_at IS NOT NULL) LIMIT 1",
        "tt", from->name, from->address);

    *out = statement_row(&found) ? statement_dup_text(&found, 0) : NULL;
    return statement_done(&found, error);
}

/* "Ana" is anybody; "Ana Prieto" may be one we know. */
static bool
is_whole_name(const char *name)
{
    return name && strchr(name, ' ') && strlen(name) < 200;
}

bool
reputation_find(Database *db, const Facts *facts, Related *out, GError **error)
{
    const Address *from = &facts->message.from;
    VerdictKind verdict = facts->verdict.kind;

    if (!from->address || facts->message.direction != DIRECTION_IN)
        return true;
    if (verdict == VERDICT_AUTHENTICATED)
        return facts->opinion.classification.label != LABEL_SPAM ||
               find_trust(db, from->address, &out->is_trusted, error);
    return verdict == VERDICT_DEFERRED || !is_whole_name(from->name) ||
           find_namesake(db, from, &out->namesake, error);
}
