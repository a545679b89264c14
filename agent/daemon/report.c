#include "daemon/report.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "event/event.h"

enum {
    LONGEST_FAILING_S = 120 * 60 * 60, /* then nobody is listening there */
};

DeliveryFate
report_fate(const DeliverOutcome *outcome, double delay_s)
{
    if (outcome->verdict == OUTCOME_DELIVERED)
        return DELIVERED;
    return delay_s < 0 ? DELIVERY_DEAD : DELIVERY_LATER;
}

void
report_log(const Report *report, const DeliverOutcome *outcome)
{
    g_autofree char *status =
        g_strdup_printf("%" G_GINT64_FORMAT, outcome->http_status);

    log_write(outcome->verdict == OUTCOME_DELIVERED ? LEVEL_INFO : LEVEL_WARNING,
              outcome->verdict == OUTCOME_DELIVERED ? "webhook.delivered"
                                                    : "webhook.failed",
              "webhook", report->endpoint, "id", report->event_id, "status", status,
              "because", outcome->because, NULL);
}

/* Tells the other webhooks; the one that is off would never hear it. */
static bool
announce_disabled(StoreTxn *txn, const Report *report, const char *because,
                  GError **error)
{
    const char *type = event_type_name(EVENT_WEBHOOK_DISABLED);
    int64_t now_ms = clock_now_ms();
    g_autoptr(GPtrArray) others = ingest_endpoints(report->config, type);
    g_autofree char *body = event_webhook_body(EVENT_WEBHOOK_DISABLED, now_ms / 1000,
                                               report->endpoint, because);
    g_autofree char *name =
        g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, report->endpoint, type, now_ms);
    g_autofree char *id = digest_uuid5(name);

    for (guint i = others->len; i > 0; i--)
        if (g_str_equal(others->pdata[i - 1], report->endpoint))
            g_ptr_array_remove_index(others, i - 1);
    return store_put_event(txn, id, type, 0, 0, body, others, error);
}

static bool
disable(StoreTxn *txn, Report *report, const char *because, GError **error)
{
    /* Others may have been under way, too; it is said once. */
    return store_disable_endpoint(txn, report->endpoint, because, &report->disables,
                                  error) &&
           (!report->disables || announce_disabled(txn, report, because, error));
}

bool
report_write_down(StoreTxn *txn, void *self, GError **error)
{
    Report *report = self;
    g_autofree char *because = NULL;
    int64_t failing_s = 0;

    if (!store_put_attempt(txn, &report->attempt, error))
        return false;
    if (report->attempt.fate == DELIVERED)
        return true;
    if (report->is_gone)
        return disable(txn, report, report->attempt.because, error);
    if (!store_endpoint_failing(txn, report->endpoint, &failing_s, error))
        return false;
    if (failing_s < LONGEST_FAILING_S)
        return true;
    because = g_strdup_printf("nothing but failures for %d hours; the last one: %s",
                              (int)(failing_s / 3600), report->attempt.because);
    return disable(txn, report, because, error);
}
