/* Whom people trust, and whom not. */
#include "registrar.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"

enum {
    PATTERN_MOST = 254, /* bytes of an address (RFC 5321 section 4.5.3.1.3) */
};

/* Lower case; "@x.example" is the domain. NULL: an address, a domain, or one with * and
 * ? it is not. A bracket would begin a class in GLOB, and no address has one. */
static char *
normal_pattern(const char *pattern, GError **error)
{
    g_autofree char *lower =
        g_utf8_strdown(*pattern == '@' ? pattern + 1 : pattern, -1);

    if (*lower && strlen(lower) <= PATTERN_MOST && !strpbrk(lower, "[] \t\r\n<>,;\"") &&
        strpbrk(lower, "@.*") && strspn(lower, "*?@.") < strlen(lower))
        return g_steal_pointer(&lower);
    g_set_error(error, FAULT, FAULT_MESSAGE,
                "'%s' is no address, no domain and no pattern of one, such as "
                "'*@shop.example'",
                pattern);
    return NULL;
}

bool
store_put_sender_rule(StoreTxn *txn, const StoreSenderRule *rule, GError **error)
{
    g_autofree char *pattern = normal_pattern(rule->pattern, error);

    return pattern &&
           statement_run(txn->db, error,
                         "INSERT INTO sender_rules (pattern, standing, created_at, "
                         "until_at, actor) VALUES (?, ?, ?, ?, ?)",
                         "ttmst", pattern, rule->is_allowed ? "allowed" : "blocked",
                         clock_now_ms(), rule->until_s, rule->actor);
}

bool
store_forget_sender(StoreTxn *txn, const char *pattern, GError **error)
{
    g_autofree char *normal = normal_pattern(pattern, error);

    if (!normal ||
        !statement_run(txn->db, error, "DELETE FROM sender_rules WHERE pattern = ?",
                       "t", normal))
        return false;
    if (sqlite3_changes(txn->db->sqlite) > 0)
        return true;
    g_set_error(error, FAULT, FAULT_MESSAGE, "there is no rule for '%s'", normal);
    return false;
}
