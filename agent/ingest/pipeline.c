#include "ingest/pipeline.h"

#include "base/digest.h"
#include "base/fault.h"
#include "base/log.h"

enum {
    MOST_SORTING = 32,
    MOST_FILING = 192,
    MOST_BYTES = 32 << 20
};

/* One mail: first with the sorters, then with the registrar. */
typedef struct Parcel {
    Filing *filing;
    SortJob *job;
    StoreTicket *claim;
} Parcel;

struct Pipeline {
    const IngestHouse *house;
    const MailboxConfig *mailbox;
    const StoreFolder *folder;
    IngestCounts *counts;
    SortSettings *settings;
    StorePacker *packer;
    GQueue sorting;           /* Parcel, oldest first */
    GQueue filing;            /* Parcel, oldest first */
    gsize bytes;              /* of all mails under way */
    uint32_t first_postponed; /* lowest UID; 0: none */
};

Pipeline *
pipeline_new(const IngestHouse *house, const MailboxConfig *mailbox,
             const StoreFolder *folder, IngestCounts *counts)
{
    Pipeline *pipeline = g_new0(Pipeline, 1);

    pipeline->house = house;
    pipeline->mailbox = mailbox;
    pipeline->folder = folder;
    pipeline->counts = counts;
    pipeline->settings = config_sort_settings(house->config, mailbox);
    pipeline->packer = store_packer_new();
    return pipeline;
}

static void
log_filing(const Filing *filing)
{
    const Origin *origin = &filing->mail->origin;
    g_autofree char *uid = g_strdup_printf("%" G_GINT64_FORMAT, origin->uid);

    if (!filing->facts)
        log_write(LEVEL_WARNING, "mail.held", "mailbox", origin->mailbox, "folder",
                  origin->folder, "uid", uid, "because", filing->held_because, NULL);
    else
        log_write(LEVEL_INFO, filing->is_copy ? "mail.copy" : "mail.filed", "mailbox",
                  origin->mailbox, "folder", origin->folder, "uid", uid, "verdict",
                  verdict_kind_name(filing->facts->verdict.kind), "label",
                  label_name(filing->label), NULL);
}

static void
count_postponed(Pipeline *pipeline, const Filing *filing)
{
    uint32_t uid = (uint32_t)filing->mail->origin.uid;

    pipeline->counts->postponed++;
    if (pipeline->first_postponed == 0 || uid < pipeline->first_postponed)
        pipeline->first_postponed = uid;
}

static void
count_filing(IngestCounts *counts, const Filing *filing)
{
    if (!filing->facts)
        counts->held++;
    else if (filing->is_copy)
        counts->copies++;
    else
        counts->filed++;
}

/* The database refuses what this one mail would write: it is set aside with its bytes,
 * or it would stand in the way of all behind it for ever. */
static bool
hold_instead(const Pipeline *pipeline, Filing *filing, const GError *refusal,
             GError **error)
{
    facts_free(filing->facts);
    filing->facts = NULL;
    filing->stage = "store";
    filing->held_because = g_strdup(refusal->message);
    return store_do(pipeline->house->store, filing_work, filing, error);
}

static bool
settle_oldest(Pipeline *pipeline, GError **error)
{
    Parcel *parcel = g_queue_pop_head(&pipeline->filing);
    Filing *filing = parcel->filing;
    GError *fault = NULL;
    bool done = store_wait(parcel->claim, &fault);

    if (!done && filing->facts && g_error_matches(fault, FAULT, FAULT_MESSAGE)) {
        done = hold_instead(pipeline, filing, fault, error);
        g_error_free(fault);
    } else if (!done) {
        g_propagate_error(error, fault);
    }
    if (done && filing->is_postponed) {
        count_postponed(pipeline, filing);
    } else if (done) {
        log_filing(filing);
        count_filing(pipeline->counts, filing);
    } else {
        g_prefix_error(error, "uid %" G_GINT64_FORMAT ": ", filing->mail->origin.uid);
    }
    pipeline->bytes -= g_bytes_get_size(filing->mail->bytes);
    filing_free(filing);
    g_free(parcel);
    return done;
}

/* What is known of a mail we only hold the beginning of. */
static void
mark_stub(Filing *filing)
{
    if (filing->whole_bytes <= (int64_t)g_bytes_get_size(filing->mail->bytes))
        return;
    filing->facts->message.size_bytes = filing->whole_bytes;
    filing->facts->message.is_truncated = true;
    texts_append(&filing->facts->message.defects, g_strdup("mail_too_large"));
}

/* Moves the oldest sorted mail to the registrar. A fault of the house, not of the mail,
 * stops the pipeline: that mail must not be held for it. */
static bool
file_oldest(Pipeline *pipeline, GError **error)
{
    Parcel *parcel = g_queue_pop_head(&pipeline->sorting);
    Filing *filing = parcel->filing;
    g_autoptr(GError) fault = NULL;

    filing->facts = sorters_finish(parcel->job, &fault);
    parcel->job = NULL;
    if (!filing->facts && !g_error_matches(fault, FAULT, FAULT_MESSAGE)) {
        g_propagate_error(error, g_steal_pointer(&fault));
        pipeline->bytes -= g_bytes_get_size(filing->mail->bytes);
        filing_free(filing);
        g_free(parcel);
        return false;
    }
    if (filing->facts) {
        g_free(filing->facts->message.sha256);
        filing->facts->message.sha256 = g_strdup(filing->sha256);
        mark_stub(filing);
    } else {
        filing->stage = "sorter";
        filing->held_because = g_strdup(fault->message);
    }
    parcel->claim =
        store_submit_repeatable(pipeline->house->store, filing_work, filing);
    g_queue_push_tail(&pipeline->filing, parcel);
    if (g_queue_get_length(&pipeline->filing) > MOST_FILING)
        return settle_oldest(pipeline, error);
    return true;
}

bool
pipeline_add(Pipeline *pipeline, Mail *mail, int64_t whole_bytes, int64_t listed_bytes,
             GError **error)
{
    Parcel *parcel = g_new0(Parcel, 1);
    gsize size;
    const void *bytes = g_bytes_get_data(mail->bytes, &size);

    parcel->filing = g_new0(Filing, 1);
    parcel->filing->house = pipeline->house;
    parcel->filing->mailbox = pipeline->mailbox;
    parcel->filing->folder = *pipeline->folder;
    parcel->filing->mail = mail;
    parcel->filing->whole_bytes = whole_bytes;
    parcel->filing->listed_bytes = listed_bytes;
    parcel->filing->sha256 = digest_sha256_hex(bytes, size);
    shape_copy(&origin_shape, &pipeline->settings->origin, &mail->origin);
    parcel->job =
        sorters_begin(pipeline->house->sorters, mail->bytes, pipeline->settings);
    store_pack(pipeline->packer, mail); /* while it is read */
    g_queue_push_tail(&pipeline->sorting, parcel);
    pipeline->bytes += size;
    while (g_queue_get_length(&pipeline->sorting) > MOST_SORTING ||
           (pipeline->bytes > MOST_BYTES && !g_queue_is_empty(&pipeline->sorting)))
        if (!file_oldest(pipeline, error))
            return false;
    while (pipeline->bytes > MOST_BYTES && !g_queue_is_empty(&pipeline->filing))
        if (!settle_oldest(pipeline, error))
            return false;
    return true;
}

uint32_t
pipeline_first_postponed(const Pipeline *pipeline)
{
    return pipeline->first_postponed;
}

bool
pipeline_finish(Pipeline *pipeline, GError **error)
{
    while (!g_queue_is_empty(&pipeline->sorting))
        if (!file_oldest(pipeline, error))
            return false;
    while (!g_queue_is_empty(&pipeline->filing))
        if (!settle_oldest(pipeline, error))
            return false;
    return true;
}

void
pipeline_free(Pipeline *pipeline)
{
    if (!pipeline)
        return;
    while (!g_queue_is_empty(&pipeline->sorting) ||
           !g_queue_is_empty(&pipeline->filing)) {
        g_autoptr(GError) repeated = NULL;

        /* The first fault was reported; these mails stay unsettled in the ledger. */
        (void)pipeline_finish(pipeline, &repeated);
    }
    sort_settings_free(pipeline->settings);
    store_packer_free(pipeline->packer);
    g_free(pipeline);
}
