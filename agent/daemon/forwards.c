#include "daemon/forwards.h"

#include "base/log.h"
#include "daemon/letters.h"

enum {
    MOST_MAILS = 4, /* under way: a slow relay leaves the couriers free hands */
};

struct Forwards {
    const IngestHouse *house;
    Deliverer *deliverer;
    DeliverRelay relay;
    Secret *password;
    GHashTable *under_way; /* id -> StoreForward, owned */
};

Forwards *
forwards_new(const IngestHouse *house, Deliverer *deliverer, GError **error)
{
    const RelayConfig *config = &house->config->relay;
    g_autoptr(Secret) password = NULL;
    Forwards *forwards;

    if (!config->server)
        return NULL;
    if (config->password.kind != SECRET_NONE) {
        password = config_read_secret(&config->password, error);
        if (!password) {
            g_prefix_error(error, "relay: ");
            return NULL;
        }
    }
    forwards = g_new0(Forwards, 1);
    forwards->house = house;
    forwards->deliverer = deliverer;
    forwards->password = g_steal_pointer(&password);
    forwards->relay = (DeliverRelay){.url = config->server,
                                     .is_tls_required = config->tls_required,
                                     .ca_file = config->tls_ca,
                                     .user = config->user,
                                     .password = forwards->password};
    forwards->under_way = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                                (GDestroyNotify)store_forward_free);
    return forwards;
}

void
forwards_free(Forwards *forwards)
{
    if (!forwards)
        return;
    g_hash_table_destroy(forwards->under_way);
    secret_free(forwards->password);
    g_free(forwards);
}

typedef struct ForwardSearch {
    const Forwards *forwards;
    GPtrArray *found;
} ForwardSearch;

static bool
find_due_forwards(StoreTxn *txn, void *self, GError **error)
{
    ForwardSearch *search = self;

    return store_due_forwards(txn, search->forwards->under_way, MOST_MAILS,
                              search->found, error);
}

typedef struct ForwardReport {
    const StoreForward *forward;
    const char *because; /* NULL: it went out */
    bool is_final;
} ForwardReport;

static bool
finish_forward(StoreTxn *txn, void *self, GError **error)
{
    const ForwardReport *report = self;

    return store_finish_forward(txn, report->forward, report->because, report->is_final,
                                error);
}

static void
write_down_forward(const Forwards *forwards, ForwardReport *report)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, report->forward->id);
    bool answers = report->forward->is_acknowledgement;
    const char *because = report->because;
    g_autoptr(GError) error = NULL;

    if (because)
        log_write(LEVEL_WARNING,
                  answers ? "mail.not_acknowledged" : "mail.not_forwarded", "forward",
                  id, "because", because, NULL);
    else
        log_write(LEVEL_INFO, answers ? "mail.acknowledged" : "mail.forwarded",
                  "forward", id, NULL);
    if (!store_do(forwards->house->store, finish_forward, report, &error))
        log_fault(LEVEL_ERROR, "forward.unrecorded", error, "forward", id, NULL);
}

/* Owned; NULL: `*because` says why there is no such mail. */
static char *
write_head(const Forwards *forwards, StoreForward *forward, const char **because)
{
    if (forward->is_acknowledgement)
        return letter_acknowledging(forward, &forwards->house->config->acknowledge,
                                    because);
    *because = forward->bytes ? NULL : forward->fault->message;
    if (*because)
        return NULL;
    return forward->is_attached ? letter_attaching(forward) : letter_resent(forward);
}

/* Takes `forward`. */
static void
begin_forward(Forwards *forwards, StoreForward *forward)
{
    const char *because = NULL;
    g_autofree char *head = write_head(forwards, forward, &because);
    /* Nothing comes back to an acknowledgement that nobody gets (RFC 3834 section 3.3).
     */
    g_autofree char *from =
        g_strdup_printf("<%s>", forward->is_acknowledgement ? "" : forward->from);
    g_autofree char *to = g_strdup_printf("<%s>", forward->to);
    const DeliverMail mail = {from, to, head, forward->bytes};

    if (!head) {
        ForwardReport lost = {forward, because, true};

        write_down_forward(forwards, &lost);
        store_forward_free(forward);
        return;
    }
    (void)g_hash_table_insert(forwards->under_way, &forward->id, forward);
    deliver_begin_mail(forwards->deliverer, &forwards->relay, -forward->id, &mail);
}

bool
forwards_begin_due(Forwards *forwards)
{
    ForwardSearch search = {.forwards = forwards};
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autoptr(GError) error = NULL;

    if (!forwards || g_hash_table_size(forwards->under_way) >= MOST_MAILS)
        return false;
    search.found = found;
    if (!store_do(forwards->house->store, find_due_forwards, &search, &error))
        log_fault(LEVEL_ERROR, "forwards.unreadable", error, NULL);
    for (guint i = 0; i < found->len; i++)
        begin_forward(forwards, found->pdata[i]);
    return found->len > 0;
}

bool
forwards_settle(Forwards *forwards, DeliverOutcome *outcome)
{
    int64_t id = -outcome->tag;
    ForwardReport report = {.is_final = outcome->verdict == OUTCOME_GONE};

    if (outcome->tag >= 0) /* a row of the outbox */
        return false;
    report.forward = g_hash_table_lookup(forwards->under_way, &id);
    if (outcome->verdict != OUTCOME_DELIVERED)
        report.because = outcome->because;
    write_down_forward(forwards, &report);
    (void)g_hash_table_remove(forwards->under_way, &id);
    deliver_outcome_free(outcome);
    return true;
}

static bool
count_waiting(StoreTxn *txn, void *self, GError **error)
{
    return store_waiting_forwards(txn, self, error);
}

bool
forwards_waiting(Forwards *forwards, int64_t *waiting, GError **error)
{
    *waiting = 0;
    return !forwards || store_do(forwards->house->store, count_waiting, waiting, error);
}
