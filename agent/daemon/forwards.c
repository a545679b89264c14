#include "daemon/forwards.h"

#include <string.h>

#include "base/log.h"

enum {
    MOST_MAILS = 4, /* under way: a slow relay leaves the couriers free hands */
    WORD_BYTES = 45 /* of text in an encoded word */
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
    g_autoptr(GError) error = NULL;

    log_write(report->because ? LEVEL_WARNING : LEVEL_INFO,
              report->because ? "mail.not_forwarded" : "mail.forwarded", "forward", id,
              "because", report->because ? report->because : "", NULL);
    if (!store_do(forwards->house->store, finish_forward, report, &error))
        log_fault(LEVEL_ERROR, "forward.unrecorded", error, "forward", id, NULL);
}

/* RFC 5322 section 3.6.6: in front of the mail, which stays as it is, so that its DKIM
 * signatures still verify. X-Postroom-Forwarded is how a loop is known. */
static char *
resent_head(const StoreForward *forward)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%d %b %Y %H:%M:%S +0000");
    g_autofree char *id = g_uuid_string_random();

    return g_strdup_printf("Resent-Date: %s\r\nResent-From: <%s>\r\n"
                           "Resent-To: <%s>\r\nResent-Message-ID: <%s@postroom>\r\n"
                           "X-Postroom-Forwarded: <%s>\r\n",
                           date, forward->from, forward->to, id, forward->from);
}

/* A subject as encoded words where it has to be (RFC 2047 section 2): at most 75
 * characters each, none of which ends within a letter. */
static char *
encode_subject(const char *subject)
{
    GString *out = g_string_new(NULL);

    for (const char *at = subject; *at;) {
        const char *end = at;
        g_autofree char *word = NULL;

        while (*end && g_utf8_next_char(end) - at <= WORD_BYTES)
            end = g_utf8_next_char(end);
        word = g_base64_encode((const guchar *)at, (gsize)(end - at));
        g_string_append_printf(out, "%s=?UTF-8?B?%s?=", out->len ? "\r\n " : "", word);
        at = end;
    }
    return g_string_free(out, FALSE);
}

/* The mail as the only content of one of ours (RFC 2046 section 5.2.1). */
static char *
attaching_head(StoreForward *forward)
{
    const char *at = strchr(forward->from, '@');
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%d %b %Y %H:%M:%S +0000");
    g_autofree char *id = g_uuid_string_random();
    g_autofree char *shown =
        g_strdup_printf("Fwd: %s", forward->subject ? forward->subject : "");
    g_autofree char *subject = encode_subject(shown);

    g_free(forward->sent_as);
    forward->sent_as = g_strdup_printf("%s%s", id, at ? at : "@postroom");
    return g_strdup_printf(
        "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s>\r\nSubject: %s\r\n"
        "X-Postroom-Forwarded: <%s>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n",
        date, forward->from, forward->to, forward->sent_as, subject, forward->from);
}

/* Takes `forward`. */
static void
begin_forward(Forwards *forwards, StoreForward *forward)
{
    g_autofree char *head =
        forward->is_attached ? attaching_head(forward) : resent_head(forward);
    g_autofree char *from = g_strdup_printf("<%s>", forward->from);
    g_autofree char *to = g_strdup_printf("<%s>", forward->to);
    const DeliverMail mail = {from, to, head, forward->bytes};

    if (!forward->bytes) {
        ForwardReport lost = {forward, forward->fault->message, true};

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
