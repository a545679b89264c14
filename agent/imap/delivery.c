/* From answers to mails: whose it is, what of it is kept, and when it is handed out. */
#include <string.h>

#include "imap/fetch.h"
#include "imap/fetched.h"

static void
deliver(Fetch *fetch, Wanted *wanted, GBytes *bytes, int64_t size_bytes,
        const char *because)
{
    ImapDelivery delivery = {
        .uid = wanted->uid,
        .bytes = bytes,
        .is_cut = bytes && (int64_t)g_bytes_get_size(bytes) < size_bytes,
        .size_bytes = size_bytes,
        .because = because,
    };

    if (wanted->is_settled || fetch->is_stopped)
        return;
    wanted->is_settled = true;
    session_note_progress(fetch->session);
    fetch->is_stopped = !fetch->receive(&delivery, fetch->self);
}

/* Of a mail that is too long, what stands before its text. */
static void
keep_header(Text *body)
{
    static const char *const ends[] = {"\r\n\r\n", "\n\n"};

    for (size_t i = 0; body->bytes && i < G_N_ELEMENTS(ends); i++) {
        const uint8_t *end =
            memmem(body->bytes, body->kept_bytes, ends[i], strlen(ends[i]));

        if (end)
            body->kept_bytes = (size_t)(end - body->bytes) + strlen(ends[i]);
    }
}

/* Takes the content of `body`. */
static void
deliver_body(Fetch *fetch, Wanted *wanted, Text *body)
{
    g_autoptr(GBytes) bytes = NULL;
    int64_t size_bytes = (int64_t)body->size_bytes;

    /* NIL may be followed by the mail itself: told only when the command has ended. So
     * may an empty text for a mail that has a size: servers have it while they move a
     * mailbox. */
    if (body->is_nil || (body->size_bytes == 0 && wanted->has_bytes)) {
        wanted->is_nil = true;
        return;
    }
    if (body->kept_bytes < body->size_bytes)
        keep_header(body);
    bytes = text_take(body);
    fetch->n_refusals = 0;
    fetch->n_delivered++;
    deliver(fetch, wanted, bytes, size_bytes, NULL);
}

/* Whom an answer is about: it says so, or an earlier half of it did. */
static Wanted *
whose(Fetch *fetch, const Fetched *fetched, uint64_t sequence)
{
    gpointer key = GSIZE_TO_POINTER((gsize)sequence);
    Wanted *wanted;

    if (fetched->uid == 0)
        return wanted_find(fetch->wanted, GPOINTER_TO_UINT(g_hash_table_lookup(
                                              fetch->uids_by_sequence, key)));
    wanted = wanted_find(fetch->wanted, fetched->uid);
    /* Bounded by what we asked for. A mail with its body in hand needs no memory. */
    if (wanted && !fetched->has_body &&
        g_hash_table_size(fetch->uids_by_sequence) <= fetch->wanted->len)
        g_hash_table_insert(fetch->uids_by_sequence, key,
                            GUINT_TO_POINTER(fetched->uid));
    return wanted;
}

static void
keep_orphan(Fetch *fetch, Text *body, uint64_t sequence)
{
    text_clear(&fetch->orphan);
    fetch->orphan = *body;
    fetch->orphan_sequence = sequence;
    *body = (Text){0};
}

bool
delivery_hear(Fetch *fetch, uint64_t sequence, GError **error)
{
    /* What nobody will read is not kept. */
    FetchedKeep keep = {.body =
                            fetch->is_stopped ? (Keep){0} : fetch->session->keep_body};
    g_auto(Fetched) fetched = {0};
    Wanted *wanted;

    if (!fetched_read(&fetch->session->parser, keep, &fetched, error)) {
        fetch->heard_uid = fetched.uid;
        return session_break(fetch->session);
    }
    wanted = whose(fetch, &fetched, sequence);
    if (fetched.has_body && wanted)
        deliver_body(fetch, wanted, &fetched.body);
    else if (fetched.has_body && fetched.uid == 0)
        keep_orphan(fetch, &fetched.body, sequence);
    else if (wanted && fetch->orphan_sequence == sequence)
        deliver_body(fetch, wanted, &fetch->orphan);
    return true;
}

void
delivery_forget_sequences(Fetch *fetch)
{
    g_hash_table_remove_all(fetch->uids_by_sequence);
    text_clear(&fetch->orphan);
}

void
delivery_settle_nils(Fetch *fetch, const Batch *batch)
{
    for (guint i = batch->first; i < batch->first + batch->count; i++) {
        Wanted *wanted = wanted_at(fetch->wanted, i);

        if (wanted->is_nil)
            deliver(fetch, wanted, NULL, 0, "the server says that it has no content");
    }
}

void
delivery_resolve_doubts(Fetch *fetch)
{
    for (guint i = 0; i < fetch->doubted->len; i++)
        deliver(fetch,
                wanted_at(fetch->wanted, g_array_index(fetch->doubted, guint, i)), NULL,
                0, fetch->because[0] ? fetch->because : "the server refuses it");
    g_array_set_size(fetch->doubted, 0);
}
