/* Held mail: sorted once more, filed as it is, or dropped. */
#include "ingest/orders.h"

#include "base/digest.h"
#include "base/fault.h"
#include "ingest/filing.h"

typedef struct HeldLook {
    const Order *order;
    int64_t id;
    StoreHeld *held;
    Filing *filing;
} HeldLook;

static bool
find(StoreTxn *txn, void *self, GError **error)
{
    HeldLook *look = self;

    return store_find_held(txn, look->id, &look->held, error);
}

static const MailboxConfig *
find_mailbox(const Config *config, const StoreHeld *held, GError **error)
{
    const MailboxConfig *mailbox = config_find_mailbox(config, held->origin.mailbox);

    if (mailbox)
        return mailbox;
    g_set_error(error, FAULT, FAULT_CONFIG,
                "held mail %" G_GINT64_FORMAT
                " came to the mailbox '%s', which is no longer configured",
                held->id, held->origin.mailbox);
    return NULL;
}

static Filing *
make_filing(const IngestHouse *house, const StoreHeld *held, GError **error)
{
    const MailboxConfig *mailbox = find_mailbox(house->config, held, error);
    Filing *filing;
    gsize size;
    const void *bytes;

    if (!mailbox)
        return NULL;
    if (!held->bytes) {
        g_set_error(error, FAULT, FAULT_MESSAGE,
                    "the bytes of held mail %" G_GINT64_FORMAT
                    " are not here: its server never gave them, or they were kept "
                    "their time",
                    held->id);
        return NULL;
    }
    bytes = g_bytes_get_data(held->bytes, &size);
    filing = g_new0(Filing, 1);
    filing->house = house;
    filing->mailbox = mailbox;
    filing->folder = held->folder;
    filing->mail = mail_new(&held->origin, g_bytes_ref(held->bytes));
    filing->sha256 = digest_sha256_hex(bytes, size);
    filing->whole_bytes = (int64_t)size;
    filing->is_released = true;
    return filing;
}

static Facts *
sort_again(const Filing *filing, GError **error)
{
    g_autoptr(SortSettings) settings =
        config_sort_settings(filing->house->config, filing->mailbox);

    shape_copy(&origin_shape, &settings->origin, &filing->mail->origin);
    return sorters_finish(
        sorters_begin(filing->house->sorters, filing->mail->bytes, settings), error);
}

/* All that can be said of a mail no sorter survives: a person has to look at it. */
static Facts *
unreadable_facts(const StoreHeld *held)
{
    Facts *facts = facts_new();
    Message *message = &facts->message;

    message->direction =
        held->origin.role == FOLDER_SENT ? DIRECTION_OUT : DIRECTION_IN;
    message->received_at = held->origin.received_at;
    message->size_bytes = (int64_t)g_bytes_get_size(held->bytes);
    message->subject =
        g_strdup_printf("(unreadable mail, held as %" G_GINT64_FORMAT ")", held->id);
    message->text =
        g_strdup_printf("This mail could not be read: %s. Its bytes as "
                        "they came: 'postroom held raw %" G_GINT64_FORMAT "'.",
                        held->because, held->id);
    message->is_truncated = true;
    texts_append(&message->defects, g_strdup("unreadable"));
    facts->verdict.kind = VERDICT_UNAUTHENTICATED;
    facts->opinion.classification.label = LABEL_OTHER;
    facts->opinion.classification.review = true;
    return facts;
}

static bool
file_held(StoreTxn *txn, void *self, GError **error)
{
    const HeldLook *look = self;

    return filing_work(txn, look->filing, error) &&
           store_settle_held(txn, look->id, look->filing->facts->message.id,
                             look->order->actor, error);
}

static bool
sort_and_file(HeldLook *look, bool must_be_read, GError **error)
{
    const IngestHouse *house = look->order->house;
    g_autoptr(GError) fault = NULL;

    if (!store_do(house->store, find, look, error))
        return false;
    look->filing = make_filing(house, look->held, error);
    if (!look->filing)
        return false;
    look->filing->facts = sort_again(look->filing, &fault);
    if (!look->filing->facts &&
        (must_be_read || !g_error_matches(fault, FAULT, FAULT_MESSAGE))) {
        g_propagate_prefixed_error(error, g_steal_pointer(&fault),
                                   "held mail %" G_GINT64_FORMAT ": ", look->id);
        return false;
    }
    if (!look->filing->facts)
        look->filing->facts = unreadable_facts(look->held);
    g_free(look->filing->facts->message.sha256);
    look->filing->facts->message.sha256 = g_strdup(look->filing->sha256);
    if (!store_do(house->store, file_held, look, error))
        return false;
    g_string_printf(look->order->answer, "%" G_GINT64_FORMAT,
                    look->filing->facts->message.id);
    return true;
}

/* ID. Answers with the message it became. */
static bool
release(const Order *order, bool must_be_read, GError **error)
{
    HeldLook look = {.order = order, .id = g_ascii_strtoll(order->words[0], NULL, 10)};
    bool done = sort_and_file(&look, must_be_read, error);

    store_held_free(look.held);
    filing_free(look.filing);
    return done;
}

bool
obey_held_retry(Order *order, GError **error)
{
    return release(order, true, error);
}

bool
obey_held_release(Order *order, GError **error)
{
    return release(order, false, error);
}

bool
obey_held_drop(StoreTxn *txn, void *self, GError **error)
{
    const Order *order = self;
    int64_t id = g_ascii_strtoll(order->words[0], NULL, 10);
    StoreHeld *held = NULL;
    bool done = store_find_held(txn, id, &held, error) &&
                store_settle_held(txn, id, 0, order->actor, error);

    store_held_free(held);
    return done;
}
