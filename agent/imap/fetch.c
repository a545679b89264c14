/* Fetching whole mails: several commands in flight, windows measured in bytes.
 *
 * A command that the server refuses without a reason is repeated alone and then halved,
 * until the one UID it cannot give stands by itself; all others are delivered. When one
 * half was given, the other needs no question: among n mails a broken one is found in
 * log2 n + 2 commands. */
#include "imap/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/fetched.h"
#include "imap/hint.h"
#include "imap/wanted.h"

enum {
    COMMANDS_IN_FLIGHT = 8,
    WINDOW_COMMANDS = 4, /* so many large ones fill the window */
    WINDOW_LEAST_BYTES = 4 * 1024 * 1024,
    WINDOW_MOST_BYTES = 16 * 1024 * 1024,
    FAST_BYTES_PER_S = 250 * 1000 * 1000,
    SLOW_BYTES_PER_S = 5 * 1000 * 1000, /* half of what a server can compress */
    REFUSALS_LIMIT = 100, /* with no mail in between: the server is ill, not a mail */
};

typedef struct Fetch {
    ImapSession *session;
    ImapReceive receive;
    void *self;
    GArray *wanted;               /* Wanted, ascending, distinct */
    guint next;                   /* the first that was never asked for */
    GArray *flying;               /* Batch */
    GArray *refused;              /* Batch, a stack */
    GHashTable *uids_by_sequence; /* of answers split in two */
    Text orphan;                  /* a body whose UID has not come yet */
    uint64_t orphan_sequence;
    GArray *doubted;       /* guint in wanted: refused alone, nobody was told yet */
    bool doubts_all_of_it; /* a refusal said that it is temporary */
    guint n_delivered;     /* with bytes */
    guint n_refusals;      /* since the last mail */
    char because[RESPONSE_TEXT_BYTES]; /* the last refusal */
    int64_t window_bytes;
    Meter metered; /* up to here it is in the session's own sum */
    int64_t begun_us;
    uint64_t begun_bytes;
    guint uids_limit;
    bool is_stopped;
} Fetch;

static void
fetch_clear(Fetch *fetch)
{
    g_clear_pointer(&fetch->wanted, g_array_unref);
    g_clear_pointer(&fetch->flying, g_array_unref);
    g_clear_pointer(&fetch->refused, g_array_unref);
    g_clear_pointer(&fetch->uids_by_sequence, g_hash_table_unref);
    g_clear_pointer(&fetch->doubted, g_array_unref);
    text_clear(&fetch->orphan);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fetch, fetch_clear)

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

    /* NIL may be followed by the mail itself: told only when the command has ended. */
    if (body->is_nil) {
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

static bool
hear_fetch(Fetch *fetch, uint64_t sequence, GError **error)
{
    /* What nobody will read is not kept. */
    FetchedKeep keep = {.body =
                            fetch->is_stopped ? (Keep){0} : fetch->session->keep_body};
    g_auto(Fetched) fetched = {0};
    Wanted *wanted;

    if (!fetched_read(&fetch->session->parser, keep, &fetched, error))
        return session_break(fetch->session);
    wanted = whose(fetch, &fetched, sequence);
    if (fetched.has_body && wanted)
        deliver_body(fetch, wanted, &fetched.body);
    else if (fetched.has_body && fetched.uid == 0)
        keep_orphan(fetch, &fetched.body, sequence);
    else if (wanted && fetch->orphan_sequence == sequence)
        deliver_body(fetch, wanted, &fetch->orphan);
    return true;
}

/* Sequence numbers have moved: no half of an answer can be matched by them any more. */
static void
forget_sequences(Fetch *fetch)
{
    g_hash_table_remove_all(fetch->uids_by_sequence);
    text_clear(&fetch->orphan);
}

static bool
send_batch(Fetch *fetch, Batch *batch, GError **error)
{
    g_autoptr(GString) command = NULL;

    if (batch_count_open(fetch->wanted, batch) == 0)
        return true;
    command = g_string_new("UID FETCH ");
    batch_append_set(fetch->wanted, batch, command);
    g_string_append(command, " (UID BODY.PEEK[])");
    if (!session_command(fetch->session, command->str, batch->tag, error))
        return false;
    /* A slow link may need any time for a window; only a stalled one is given up. */
    connection_limit(fetch->session->connection, 0);
    g_array_append_vals(fetch->flying, batch, 1);
    return true;
}

static Batch
next_batch(Fetch *fetch)
{
    Batch batch = {.first = fetch->next};
    int64_t most_bytes = fetch->window_bytes / WINDOW_COMMANDS;

    while (fetch->next < fetch->wanted->len && batch.count < fetch->uids_limit &&
           (batch.count == 0 ||
            batch.hint_bytes + wanted_at(fetch->wanted, fetch->next)->hint_bytes <=
                most_bytes)) {
        batch.hint_bytes += wanted_at(fetch->wanted, fetch->next)->hint_bytes;
        batch.count++;
        fetch->next++;
    }
    return batch;
}

static int64_t
flying_bytes(const Fetch *fetch)
{
    int64_t sum = 0;

    for (guint i = 0; i < fetch->flying->len; i++)
        sum += g_array_index(fetch->flying, Batch, i).hint_bytes;
    return sum;
}

static void
push_refused(Fetch *fetch, Batch batch)
{
    batch.is_alone = true;
    if (batch.count > 0)
        g_array_append_val(fetch->refused, batch);
}

/* Halved by what is still open; the first half is on top of the stack. */
static void
halve(Fetch *fetch, const Batch *batch)
{
    guint n_first = batch_count_open(fetch->wanted, batch) / 2;
    guint i = batch->first;

    for (guint seen = 0; seen < n_first; i++)
        seen += !wanted_at(fetch->wanted, i)->is_settled;
    push_refused(fetch, (Batch){.first = i, .count = batch->first + batch->count - i});
    push_refused(
        fetch,
        (Batch){.first = batch->first, .count = i - batch->first, .is_half = true});
}

/* Tells of the mails that were refused alone. Not before another was given: a server
 * that gives none is ill itself. */
static void
resolve_doubts(Fetch *fetch)
{
    for (guint i = 0; i < fetch->doubted->len; i++)
        deliver(fetch,
                wanted_at(fetch->wanted, g_array_index(fetch->doubted, guint, i)), NULL,
                0, fetch->because[0] ? fetch->because : "the server refuses it");
    g_array_set_size(fetch->doubted, 0);
}

static void
set_aside(Fetch *fetch, const Batch *batch)
{
    for (guint i = batch->first; i < batch->first + batch->count; i++) {
        if (!wanted_at(fetch->wanted, i)->is_settled)
            g_array_append_val(fetch->doubted, i);
    }
    if (fetch->n_delivered > 0)
        resolve_doubts(fetch);
}

/* The next refused batch that must be asked for; `batch->count` is 0: there is none. */
static void
pop_refused(Fetch *fetch, Batch *batch)
{
    *batch = (Batch){0};
    while (fetch->refused->len > 0) {
        *batch = g_array_index(fetch->refused, Batch, fetch->refused->len - 1);
        g_array_set_size(fetch->refused, fetch->refused->len - 1);
        if (!batch->is_guilty)
            return;
        if (batch_count_open(fetch->wanted, batch) > 1)
            halve(fetch, batch);
        else
            set_aside(fetch, batch);
        batch->count = 0;
    }
}

static void
note_meter(Fetch *fetch)
{
    Meter now = connection_meter(fetch->session->connection);

    fetch->session->fetched.bytes += now.bytes - fetch->metered.bytes;
    fetch->session->fetched.waited_us += now.waited_us - fetch->metered.waited_us;
    fetch->metered = now;
}

/* A slow link is seen while the first mails come, and pays for the rest of them. */
static bool
should_compress(const ImapSession *session)
{
    int64_t bytes_per_s = imap_bytes_per_s(session);

    return !session->was_compress_asked && bytes_per_s > 0 &&
           bytes_per_s < SLOW_BYTES_PER_S && imap_has(session, "COMPRESS=DEFLATE");
}

/* Puts into flight what may be. A refused batch flies alone, so that a refusal can only
 * be about it. */
static bool
send_more(Fetch *fetch, GError **error)
{
    Batch batch;

    if (fetch->is_stopped || (fetch->refused->len > 0 && fetch->flying->len > 0))
        return true;
    if (fetch->next < fetch->wanted->len && should_compress(fetch->session)) {
        /* Nothing else may be under way while the streams change. */
        if (fetch->flying->len > 0)
            return true;
        if (!imap_compress(fetch->session, error))
            return false;
    }
    while (fetch->flying->len == 0 && fetch->refused->len > 0) {
        pop_refused(fetch, &batch);
        if (!send_batch(fetch, &batch, error))
            return false;
        if (fetch->flying->len > 0)
            return true;
    }
    while (fetch->next < fetch->wanted->len &&
           fetch->flying->len < COMMANDS_IN_FLIGHT &&
           (fetch->flying->len == 0 || flying_bytes(fetch) < fetch->window_bytes)) {
        batch = next_batch(fetch);
        if (!send_batch(fetch, &batch, error))
            return false;
    }
    return true;
}

static bool
give_up(Fetch *fetch, GError **error)
{
    g_set_error(error, FAULT, FAULT_RETRY, "the server refuses to give mails: %s",
                fetch->because);
    return session_break(fetch->session);
}

static bool
hear_refusal(Fetch *fetch, const Batch *batch, const Response *reply, GError **error)
{
    guint n_open = batch_count_open(fetch->wanted, batch);

    (void)g_strlcpy(fetch->because, reply->text, sizeof fetch->because); /* as long */
    if (hint_is_throttle(reply) || ++fetch->n_refusals > REFUSALS_LIMIT)
        return give_up(fetch, error);
    fetch->doubts_all_of_it |= hint_is_temporary(reply);
    if (!batch->is_alone)
        push_refused(fetch, (Batch){.first = batch->first, .count = batch->count});
    else if (n_open > 1)
        halve(fetch, batch);
    else
        set_aside(fetch, batch);
    return true;
}

/* The server has answered all it will: what is NIL now stays so. */
static void
settle_nils(Fetch *fetch, const Batch *batch)
{
    for (guint i = batch->first; i < batch->first + batch->count; i++) {
        Wanted *wanted = wanted_at(fetch->wanted, i);

        if (wanted->is_nil)
            deliver(fetch, wanted, NULL, 0, "the server says that it has no content");
    }
}

/* Two round trips' worth of bytes, so that the link is never empty. A fast one is
 * assumed until a second has shown what it gives. */
static void
measure_window(Fetch *fetch)
{
    double trip_s = (double)fetch->session->round_trip_us / 1e6;
    double elapsed_s = (double)(clock_monotonic_us() - fetch->begun_us) / 1e6;
    uint64_t bytes = connection_meter(fetch->session->connection).bytes;
    double bytes_per_s = elapsed_s < 1
                             ? FAST_BYTES_PER_S
                             : (double)(bytes - fetch->begun_bytes) / elapsed_s;

    fetch->window_bytes =
        (int64_t)CLAMP(2 * trip_s * bytes_per_s, WINDOW_LEAST_BYTES, WINDOW_MOST_BYTES);
}

static bool
hear_reply(Fetch *fetch, const Response *reply, GError **error)
{
    for (guint i = 0; i < fetch->flying->len; i++) {
        Batch batch = g_array_index(fetch->flying, Batch, i);

        if (strcmp(batch.tag, reply->tag) != 0)
            continue;
        g_array_remove_index(fetch->flying, i);
        settle_nils(fetch, &batch);
        measure_window(fetch);
        note_meter(fetch);
        if (reply->condition != CONDITION_OK)
            return hear_refusal(fetch, &batch, reply, error);
        if (batch.is_half && fetch->refused->len > 0)
            g_array_index(fetch->refused, Batch, fetch->refused->len - 1).is_guilty =
                true;
        return true;
    }
    return session_fault(fetch->session, error, "a reply answers no command");
}

static bool
hear_one(Fetch *fetch, GError **error)
{
    Response response;

    if (!session_next(fetch->session, &response, error))
        return false;
    if (response.kind == RESPONSE_REPLY)
        return hear_reply(fetch, &response, error);
    if (response.kind == RESPONSE_FACT && strcmp(response.word, "FETCH") == 0)
        return hear_fetch(fetch, response.number, error);
    if (response.kind == RESPONSE_FACT && (strcmp(response.word, "EXPUNGE") == 0 ||
                                           strcmp(response.word, "VANISHED") == 0))
        forget_sequences(fetch);
    return session_skip(fetch->session, &response, error);
}

static void
fetch_begin(Fetch *fetch, const GArray *listings)
{
    fetch->wanted = wanted_new(listings);
    fetch->flying = g_array_new(FALSE, FALSE, sizeof(Batch));
    fetch->refused = g_array_new(FALSE, FALSE, sizeof(Batch));
    fetch->doubted = g_array_new(FALSE, FALSE, sizeof(guint));
    fetch->uids_by_sequence = g_hash_table_new(NULL, NULL);
    fetch->uids_limit = session_uids_limit(fetch->session);
    fetch->begun_us = clock_monotonic_us();
    fetch->metered = connection_meter(fetch->session->connection);
    fetch->begun_bytes = fetch->metered.bytes;
    measure_window(fetch);
}

static bool
fetch_all(Fetch *fetch, GError **error)
{
    for (;;) {
        if (!send_more(fetch, error))
            return false;
        if (fetch->flying->len == 0)
            break;
        if (!hear_one(fetch, error))
            return false;
    }
    if (fetch->doubted->len > 0 && fetch->n_delivered == 0 && fetch->doubts_all_of_it)
        return give_up(fetch, error);
    resolve_doubts(fetch);
    return true;
}

bool
imap_fetch(ImapSession *session, const GArray *listings, ImapReceive receive,
           void *self, GError **error)
{
    g_auto(Fetch) fetch = {.session = session, .receive = receive, .self = self};
    bool ok;

    if (!session_is_usable(session, error))
        return false;
    fetch_begin(&fetch, listings);
    ok = fetch_all(&fetch, error);
    note_meter(&fetch);
    return ok;
}
