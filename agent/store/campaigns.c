/* What other programs sent in our name. */
#include "registrar.h"

#include "base/clock.h"

static bool
put_campaign(Database *db, const char *id, GError **error)
{
    return statement_run(db, error,
                         "INSERT INTO campaigns (id, created_at) VALUES (?, ?) "
                         "ON CONFLICT DO NOTHING",
                         "tm", id, clock_now_ms());
}

bool
store_put_campaign_mail(StoreTxn *txn, const StoreCampaignMail *mail, bool *added,
                        GError **error)
{
    if (!put_campaign(txn->db, mail->campaign, error) ||
        !statement_run(txn->db, error,
                       "INSERT INTO sent_messages (message_id, recipient, campaign, "
                       "token, sent_at) SELECT ?1, lower(?2), ?3, ?4, ?5 "
                       "WHERE NOT EXISTS (SELECT 1 FROM sent_messages WHERE "
                       "message_id IS ?1 AND recipient IS lower(?2) AND campaign IS ?3 "
                       "AND token IS ?4)",
                       "tttts", mail->message_id, mail->recipient, mail->campaign,
                       mail->token, mail->sent_s))
        return false;
    *added = sqlite3_changes(txn->db->sqlite) > 0;
    return true;
}
