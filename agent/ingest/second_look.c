/* Verdicts that waited for an answer. The mail is judged again from its raw bytes, as
 * of the time it came, until a verdict is reached or two days are over. Where it went,
 * and what kind of mail it is, stays as it was filed: only the verdict changes. */
#include "ingest/ingest.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "event/event.h"

enum {
    MOST_AT_ONCE = 8,
    MINUTE_S = 60,
    HOUR_S = 3600
};

/* Counted from the filing. */
static const int64_t looks_s[] = {
    1 * MINUTE_S, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S,  4 * HOUR_S,
    8 * HOUR_S,   16 * HOUR_S,  24 * HOUR_S,   36 * HOUR_S, 48 * HOUR_S};

typedef struct Look {
    const IngestHouse *house;
    StoreDeferred *deferred;
    SortJob *job; /* NULL: nothing to look at */
    Facts *facts;
    bool is_settled;
} Look;

static void
look_free(void *self)
{
    Look *look = self;

    store_deferred_free(look->deferred);
    facts_free(look->facts);
    g_free(look);
}

static bool
list_due(StoreTxn *txn, void *self, GError **error)
{
    return store_due_verdicts(txn, clock_now_ms(), MOST_AT_ONCE, self, error);
}

/* Whose mailbox is gone has no border any more to judge by: it waits for its end. */
static Look *
begin_look(const IngestHouse *house, StoreDeferred *deferred)
{
    Look *look = g_new0(Look, 1);
    const MailboxConfig *mailbox =
        config_find_mailbox(house->config, deferred->origin.mailbox);
    g_autoptr(SortSettings) settings = config_sort_settings(house->config, mailbox);

    look->house = house;
    look->deferred = deferred;
    shape_copy(&origin_shape, &settings->origin, &deferred->origin);
    if (mailbox && deferred->bytes)
        look->job = sorters_begin(house->sorters, deferred->bytes, settings);
    return look;
}

/* TIME_NONE: that was the last look. */
static int64_t
next_look(const StoreDeferred *deferred)
{
    int64_t now = clock_now_s();

    for (size_t i = 0; i < G_N_ELEMENTS(looks_s); i++)
        if (deferred->deferred_at + looks_s[i] > now)
            return deferred->deferred_at + looks_s[i];
    return TIME_NONE;
}

/* Never `failed`: that nobody answered is not the sender's doing. */
static void
give_up(Look *look)
{
    Verdict *verdict;
    GPtrArray *because = NULL;

    if (!look->facts)
        look->facts = facts_new();
    verdict = &look->facts->verdict;
    verdict->kind = VERDICT_UNAUTHENTICATED;
    texts_append(&because, g_strdup(look->deferred->bytes
                                        ? "what had to be asked was never answered"
                                        : "the mail's bytes are no longer kept"));
    for (size_t i = 0; i < list_length(verdict->because); i++)
        texts_append(&because, g_strdup(verdict->because->pdata[i]));
    for (size_t i = 0; i < list_length(verdict->because); i++)
        g_free(verdict->because->pdata[i]);
    g_clear_pointer(&verdict->because, g_ptr_array_unref);
    verdict->because = because;
}

static bool
announce_update(StoreTxn *txn, const Look *look, const Ticket *ticket, GError **error)
{
    const Origin *origin = &look->deferred->origin;
    const char *name = event_type_name(EVENT_TICKET_UPDATED);
    g_autofree char *id = event_id(origin, EVENT_TICKET_UPDATED);
    g_autofree char *body =
        event_updated_body(clock_now_s(), origin, look->facts, ticket);
    g_autoptr(GPtrArray) endpoints = ingest_endpoints(look->house->config, name);

    return store_put_event(txn, id, name, ticket->number, look->deferred->message, body,
                           endpoints, error);
}

static bool
settle_look(StoreTxn *txn, Look *look, GError **error)
{
    StoreSettled settled = {0};
    bool done;

    shape_init(&ticket_shape, &settled.ticket);
    look->facts->message.id = look->deferred->message;
    done = store_settle_verdict(txn, look->deferred->message, &look->facts->verdict,
                                &settled, error) &&
           (!settled.is_told || announce_update(txn, look, &settled.ticket, error));
    shape_clear(&ticket_shape, &settled.ticket);
    return done;
}

static bool
conclude_look(StoreTxn *txn, void *self, GError **error)
{
    Look *look = self;
    int64_t due = next_look(look->deferred);

    if (look->facts && look->facts->verdict.kind != VERDICT_DEFERRED) {
        look->is_settled = true;
    } else if (due == TIME_NONE || !look->deferred->bytes) {
        look->is_settled = true;
        give_up(look);
    }
    return look->is_settled
               ? settle_look(txn, look, error)
               : store_postpone_verdict(txn, look->deferred->message, due, error);
}

static void
log_look(const Look *look)
{
    const Origin *origin = &look->deferred->origin;
    g_autofree char *uid = g_strdup_printf("%" G_GINT64_FORMAT, origin->uid);

    log_write(LEVEL_INFO, look->is_settled ? "verdict.settled" : "verdict.deferred",
              "mailbox", origin->mailbox, "folder", origin->folder, "uid", uid,
              "verdict",
              verdict_kind_name(look->is_settled ? look->facts->verdict.kind
                                                 : VERDICT_DEFERRED),
              NULL);
}

/* A sorter that dies over it, as it did not when the mail was filed, changes nothing.
 */
static bool
finish_look(Look *look, GError **error)
{
    g_autoptr(GError) fault = NULL;

    if (look->job)
        look->facts = sorters_finish(look->job, &fault);
    if (fault)
        log_fault(LEVEL_WARNING, "verdict.unread", fault, "mailbox",
                  look->deferred->origin.mailbox, NULL);
    if (look->facts) {
        gsize size;
        const void *bytes = g_bytes_get_data(look->deferred->bytes, &size);

        g_free(look->facts->message.sha256);
        look->facts->message.sha256 = digest_sha256_hex(bytes, size);
    }
    if (!store_do(look->house->store, conclude_look, look, error))
        return false;
    log_look(look);
    return true;
}

/* Every job that was begun is finished, whatever happens to the others. */
static bool
look_at(const IngestHouse *house, const GPtrArray *due, int64_t *settled,
        GError **error)
{
    g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(look_free);
    bool done = true;

    for (guint i = 0; i < due->len; i++)
        g_ptr_array_add(looks, begin_look(house, due->pdata[i]));
    for (guint i = 0; i < looks->len; i++) {
        Look *look = looks->pdata[i];
        g_autoptr(GError) fault = NULL;

        if (!finish_look(look, &fault) && done) {
            done = false;
            g_propagate_error(error, g_steal_pointer(&fault));
        }
        *settled += look->is_settled;
    }
    return done;
}

bool
ingest_second_looks(const IngestHouse *house, int64_t *settled, GError **error)
{
    while (!stop_is_set(house->stop)) {
        g_autoptr(GPtrArray) due = g_ptr_array_new();

        if (!store_do(house->store, list_due, due, error)) {
            for (guint i = 0; i < due->len; i++)
                store_deferred_free(due->pdata[i]);
            return false;
        }
        if (due->len == 0)
            break;
        if (!look_at(house, due, settled, error))
            return false;
    }
    return true;
}
