/* Tables about senders and campaigns, and the numbers of the house. */
#include "reader.h"

#include "base/clock.h"

StoreTable *
store_read_sender_rules(StoreReader *reader, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT pattern, standing, iif(until_at <= ?1, 'expired', iif(id < (SELECT "
        "max(id) FROM sender_rules n WHERE n.pattern = r.pattern AND (n.until_at IS "
        "NULL OR n.until_at > ?1)), 'overruled', 'valid')) AS state, created_at, "
        "until_at, actor FROM sender_rules r ORDER BY id",
        "m", clock_now_ms());

    return reader_table(&found, error);
}

StoreTable *
store_read_campaigns(StoreReader *reader, const char *id, GError **error)
{
    g_auto(Statement) found = statement_begin(
        &reader->db,
        "SELECT c.id, c.created_at, "
        "(SELECT count(*) FROM sent_messages s WHERE s.campaign = c.id) AS sent, "
        "(SELECT min(s.sent_at) FROM sent_messages s WHERE s.campaign = c.id) AS "
        "first_sent_at, "
        "(SELECT count(*) FROM messages g WHERE g.campaign = c.id AND g.direction = "
        "'in' AND g.label = 'campaign_reply') AS replies, "
        "(SELECT count(*) FROM messages g WHERE g.campaign = c.id AND "
        "g.campaign_intent = 'interested') AS interested, "
        "(SELECT count(*) FROM messages g WHERE g.campaign = c.id AND g.label = "
        "'unsubscribe') AS unsubscribes, "
        "(SELECT count(*) FROM complaints p WHERE p.campaign = c.id) AS complaints, "
        "(SELECT count(*) FROM v_delivery_problems p WHERE p.campaign = c.id AND "
        "p.is_verified) AS bounces "
        "FROM (SELECT id, created_at FROM campaigns UNION SELECT campaign, "
        "min(sent_at) FROM sent_messages WHERE campaign IS NOT NULL AND campaign NOT "
        "IN "
        "(SELECT id FROM campaigns) GROUP BY campaign) c "
        "WHERE ?1 IS NULL OR c.id = ?1 ORDER BY c.created_at, c.id",
        "t", id);

    return reader_table(&found, error);
}

StoreTable *
store_read_stats(StoreReader *reader, int64_t days, GError **error)
{
    int64_t since = clock_now_s() - days * 86400;
    g_auto(Statement) found = statement_begin(
        &reader->db,
        /* Else SQLite takes the index that sorts, and reads all there ever was. */
        "WITH came AS MATERIALIZED (SELECT label, received_at, from_address FROM "
        "messages INDEXED BY messages_received WHERE received_at >= ?1 AND direction = "
        "'in'), answered AS (SELECT coalesce(department, '-') AS department, "
        "first_response_seconds AS s FROM tickets INDEXED BY tickets_created WHERE "
        "created_at >= ?1 AND first_response_seconds IS NOT NULL) "
        "SELECT 'messages by label' AS figure, label AS name, count(*) AS value "
        "FROM came GROUP BY label "
        "UNION ALL SELECT 'messages by day', substr(received_at, 1, 10), count(*) "
        "FROM came GROUP BY 2 "
        "UNION ALL SELECT 'tickets by status', status, count(*) FROM tickets "
        "INDEXED BY tickets_created WHERE created_at >= ?1 GROUP BY status "
        "UNION ALL SELECT 'first response, average seconds', department, "
        "CAST(avg(s) AS INTEGER) FROM answered GROUP BY department "
        "UNION ALL SELECT 'first response, median seconds', department, s FROM (SELECT "
        "department, s, row_number() OVER (PARTITION BY department ORDER BY s) AS at, "
        "count(*) OVER (PARTITION BY department) AS n FROM answered) "
        "WHERE at = (n + 1) / 2 "
        "UNION ALL SELECT * FROM (SELECT 'top senders', from_address, count(*) AS n "
        "FROM came WHERE from_address IS NOT NULL AND label NOT IN ('spam', "
        "'phishing') GROUP BY from_address ORDER BY n DESC, from_address LIMIT 10)",
        "s", since);

    return reader_table(&found, error);
}
