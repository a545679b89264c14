#include "daemon/metrics.h"

#include "base/clock.h"
#include "base/log.h"

static void
head(GString *text, const char *name, const char *type, const char *says)
{
    g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, says, name,
                           type);
}

static void
add(GString *text, const char *name, const char *type, const char *says, int64_t value)
{
    head(text, name, type, says);
    g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", name, value);
}

static void
append_escaped(GString *text, const char *value)
{
    for (const char *c = value; *c; c++) {
        if (*c == '\n')
            g_string_append(text, "\\n");
        else if (*c == '\\' || *c == '"')
            g_string_append_printf(text, "\\%c", *c);
        else
            g_string_append_c(text, *c);
    }
}

/* A sample of the labels name, value, name, value; the second name may be NULL. */
static void
add_labelled(GString *text, const char *name, const char *const labels[4],
             int64_t value)
{
    g_string_append_printf(text, "%s{%s=\"", name, labels[0]);
    append_escaped(text, labels[1]);
    if (labels[2]) {
        g_string_append_printf(text, "\",%s=\"", labels[2]);
        append_escaped(text, labels[3]);
    }
    g_string_append_printf(text, "\"} %" G_GINT64_FORMAT "\n", value);
}

/* ---- mailboxes ---- */

static void
add_timestamp(const MailboxConfig *mailbox, const PostState *state, void *text)
{
    const char *const labels[4] = {"mailbox", mailbox->name};

    if (state->last_success_s)
        add_labelled(text, "postroom_mailbox_last_success_timestamp_seconds", labels,
                     state->last_success_s);
}

/* For how long mail may have come in without our knowledge. A server that would tell us
 * in IDLE leaves no such time. */
static void
add_lag(const MailboxConfig *mailbox, const PostState *state, void *text)
{
    const char *const labels[4] = {"mailbox", mailbox->name};
    int64_t lag = state->is_listening || state->last_success_s == 0
                      ? 0
                      : MAX(0, clock_now_s() - state->last_success_s);

    if (state->last_success_s)
        add_labelled(text, "postroom_mailbox_lag_seconds", labels, lag);
}

static void
add_mailboxes(GString *text, Schedule *schedule)
{
    ScheduleCounts counts;

    schedule_counts(schedule, &counts);
    add(text, "postroom_mailboxes", "gauge", "Mailboxes of the configuration.",
        counts.mailboxes);
    add(text, "postroom_mailboxes_failing", "gauge",
        "Mailboxes that fail and are tried again.", counts.failing);
    add(text, "postroom_mailboxes_stopped", "gauge",
        "Mailboxes that wait for an operator.", counts.stopped);
    head(text, "postroom_mailbox_last_success_timestamp_seconds", "gauge",
         "When all folders of the mailbox were last read.");
    schedule_look(schedule, add_timestamp, text);
    head(text, "postroom_mailbox_lag_seconds", "gauge",
         "How long mail may have come in without our knowledge; 0 while in IDLE.");
    schedule_look(schedule, add_lag, text);
}

/* ---- sorters and DNS ---- */

static void
add_sorters(GString *text, Sorters *sorters)
{
    SorterTimes times;

    sorters_times(sorters, &times);
    head(text, "postroom_sorter_seconds", "histogram",
         "How long a mail stays with a sorter, its DNS questions included.");
    for (int i = 0; i < SORTER_BOUNDS; i++) {
        char bound[G_ASCII_DTOSTR_BUF_SIZE];

        (void)g_ascii_formatd(bound, sizeof bound, "%g",
                              (double)sorter_bounds_us[i] / 1e6);
        g_string_append_printf(
            text, "postroom_sorter_seconds_bucket{le=\"%s\"} %" G_GINT64_FORMAT "\n",
            bound, times.at_most[i]);
    }
    g_string_append_printf(
        text,
        "postroom_sorter_seconds_bucket{le=\"+Inf\"} %" G_GINT64_FORMAT "\n"
        "postroom_sorter_seconds_sum %" G_GINT64_FORMAT ".%06d\n"
        "postroom_sorter_seconds_count %" G_GINT64_FORMAT "\n",
        times.at_most[SORTER_BOUNDS], times.sum_us / 1000000,
        (int)(times.sum_us % 1000000), times.at_most[SORTER_BOUNDS]);
    add(text, "postroom_sorter_deaths_total", "counter",
        "Sorters that died of a mail, or had to be ended.", sorters_deaths(sorters));
}

static void
add_lookups(GString *text, Resolver *resolver)
{
    ResolverCounts counts;

    resolver_counts(resolver, &counts);
    head(text, "postroom_dns_lookups_total", "counter",
         "Questions to DNS by their outcome.");
    g_string_append_printf(
        text,
        "postroom_dns_lookups_total{outcome=\"found\"} %" G_GINT64_FORMAT "\n"
        "postroom_dns_lookups_total{outcome=\"nodata\"} %" G_GINT64_FORMAT "\n"
        "postroom_dns_lookups_total{outcome=\"nxdomain\"} %" G_GINT64_FORMAT "\n"
        "postroom_dns_lookups_total{outcome=\"temporary\"} %" G_GINT64_FORMAT "\n",
        counts.found, counts.nodata, counts.nxdomain, counts.temporary);
}

/* ---- the database ---- */

/* Each label of each mailbox from the start: a counter that appears with its first
 * event hides that event from rate(). */
static void
add_filed(GString *text, const GPtrArray *mailboxes, StoreVitals *vitals)
{
    head(text, "postroom_messages_filed_total", "counter",
         "Messages filed since the start, by their label.");
    for (guint i = 0; mailboxes && i < mailboxes->len; i++) {
        const MailboxConfig *mailbox = mailboxes->pdata[i];

        for (Label label = LABEL_SUPPORT; label < (Label)LABEL_COUNT; label++) {
            const char *const labels[4] = {"mailbox", mailbox->name, "label",
                                           label_name(label)};

            add_labelled(
                text, "postroom_messages_filed_total", labels,
                store_vitals_count(vitals, STORE_FILED, mailbox->name, labels[3]));
        }
    }
}

static void
add_deliveries(GString *text, const GPtrArray *webhooks, StoreVitals *vitals)
{
    static const char *const outcomes[] = {"delivered", "later", "dead"};

    head(text, "postroom_webhook_deliveries_total", "counter",
         "Attempts since the start: delivered, failed until later, or given up.");
    for (guint i = 0; webhooks && i < webhooks->len; i++) {
        const WebhookConfig *webhook = webhooks->pdata[i];

        for (size_t j = 0; j < G_N_ELEMENTS(outcomes); j++) {
            const char *const labels[4] = {"endpoint", webhook->name, "outcome",
                                           outcomes[j]};

            add_labelled(
                text, "postroom_webhook_deliveries_total", labels,
                store_vitals_count(vitals, STORE_ATTEMPTS, webhook->name, outcomes[j]));
        }
    }
}

static void
add_store(GString *text, const Config *config, StoreVitals *vitals)
{
    g_autoptr(GError) error = NULL;
    StoreSigns signs;

    if (!store_vitals_read(vitals, &signs, &error)) {
        log_fault(LEVEL_ERROR, "metrics.unreadable", error, NULL);
        return;
    }
    add_filed(text, config->mailboxes, vitals);
    add_deliveries(text, config->webhooks, vitals);
    add(text, "postroom_outbox_oldest_seconds", "gauge",
        "Age of the oldest event that a webhook has not taken yet; 0: none waits.",
        signs.outbox_oldest_s);
    add(text, "postroom_webhooks_disabled", "gauge",
        "Webhooks of the configuration that get nothing until somebody enables them.",
        signs.disabled_webhooks);
    add(text, "postroom_held_mails", "gauge",
        "Mails that no sorter could read, and that wait for a person.",
        signs.held_mails);
    add(text, "postroom_wal_bytes", "gauge", "Size of the write-ahead log.",
        signs.wal_bytes);
    if (signs.disk_free_bytes >= 0)
        add(text, "postroom_disk_free_bytes", "gauge",
            "Space left on the disk of the state folder.", signs.disk_free_bytes);
}

char *
metrics_text(const HealthSources *sources, StoreVitals *vitals)
{
    GString *text = g_string_new(NULL);

    add_mailboxes(text, sources->schedule);
    add_sorters(text, sources->sorters);
    add_lookups(text, sources->resolver);
    if (vitals)
        add_store(text, sources->config, vitals);
    return g_string_free(text, FALSE);
}
