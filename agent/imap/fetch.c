/* Fetching whole mails: several commands in flight, windows measured in bytes.
 *
 * A command that the server refuses without a reason is repeated alone and then halved,
 * until the one UID it cannot give stands by itself; all others are delivered. When one
 * half was given, the other needs no question: among n mails a broken one is found in
 * log2 n + 2 commands. */
#include "imap/fetch.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/hint.h"

enum {
    COMMANDS_IN_FLIGHT = 8,
    WINDOW_COMMANDS = 4, /* so many large ones fill the window */
    WINDOW_LEAST_BYTES = 4 * 1024 * 1024,
    WINDOW_MOST_BYTES = 16 * 1024 * 1024,
    FAST_BYTES_PER_S = 250 * 1000 * 1000,
    SLOW_BYTES_PER_S = 5 * 1000 * 1000, /* half of what a server can compress */
    SUSPECTS = 64,        /* at most, where nothing tells which mail it was */
    REFUSALS_LIMIT = 100, /* with no mail in between: the server is ill, not a mail */
};

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

/* Cut into what one command may name; the first is on top of the stack. */
static void
push_pieces(Fetch *fetch, const Batch *batch)
{
    guint size = fetch->uids_limit;
    guint n = (batch->count + size - 1) / size;

    for (guint i = n; i > 0; i--) {
        guint first = (i - 1) * size;

        push_refused(fetch, (Batch){.first = batch->first + first,
                                    .count = MIN(size, batch->count - first)});
    }
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

static void
set_aside(Fetch *fetch, const Batch *batch)
{
    for (guint i = batch->first; i < batch->first + batch->count; i++) {
        if (!wanted_at(fetch->wanted, i)->is_settled)
            g_array_append_val(fetch->doubted, i);
    }
    if (fetch->n_delivered > 0)
        delivery_resolve_doubts(fetch);
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
be_refused(Fetch *fetch, GError **error)
{
    fetch->has_given_up = true;
    g_set_error(error, FAULT, FAULT_RETRY, "the server refuses to give mails: %s",
                fetch->because);
    return false;
}

/* Answers may be under way. */
static bool
give_up(Fetch *fetch, GError **error)
{
    (void)be_refused(fetch, error); /* always false */
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

/* RFC 9738, from a server that had not announced it: it takes fewer UIDs at a time, and
 * answered for a part of them at most. True: what is open will be asked for again. */
static bool
hear_limit(Fetch *fetch, const Batch *batch, const Response *reply)
{
    guint n_open = batch_count_open(fetch->wanted, batch);
    uint64_t limit = reply->code_numbers[0];

    if (strcmp(reply->code, "MESSAGELIMIT") != 0 || n_open == 0 || n_open <= limit)
        return false;
    fetch->uids_limit = (guint)CLAMP(limit, 1, fetch->uids_limit);
    fetch->session->uids_limit = fetch->uids_limit;
    push_pieces(fetch, batch);
    return true;
}

static bool
hear_reply(Fetch *fetch, const Response *reply, GError **error)
{
    for (guint i = 0; i < fetch->flying->len; i++) {
        Batch batch = g_array_index(fetch->flying, Batch, i);

        if (strcmp(batch.tag, reply->tag) != 0)
            continue;
        g_array_remove_index(fetch->flying, i);
        delivery_settle_nils(fetch, &batch);
        measure_window(fetch);
        note_meter(fetch);
        if (hear_limit(fetch, &batch, reply))
            return true;
        if (reply->condition != CONDITION_OK)
            return hear_refusal(fetch, &batch, reply, error);
        if (batch.is_half && fetch->refused->len > 0)
            g_array_index(fetch->refused, Batch, fetch->refused->len - 1).is_guilty =
                true;
        return true;
    }
    return session_is_stale(fetch->session, reply->tag) ||
           session_fault(fetch->session, error, "a reply answers no command");
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
        return delivery_hear(fetch, response.number, error);
    if (response.kind == RESPONSE_FACT && (strcmp(response.word, "EXPUNGE") == 0 ||
                                           strcmp(response.word, "VANISHED") == 0))
        delivery_forget_sequences(fetch);
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
        return be_refused(fetch, error);
    delivery_resolve_doubts(fetch);
    return true;
}

/* Most servers answer in the order of UIDs and die where they stand. One that dies
 * before it says a word of a batch may have died of any mail in it: then it is a piece,
 * so that all others are found soon. */
static void
note_suspects(Fetch *fetch)
{
    GArray *suspects = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const Batch *batch = &g_array_index(fetch->flying, Batch, 0);
    const Wanted *heard = wanted_find(fetch->wanted, fetch->heard_uid);
    guint n_open = batch_count_open(fetch->wanted, batch);
    guint most = n_open < batch->count ? 1 : CLAMP(n_open / 2, 1, SUSPECTS);

    if (heard && !heard->is_settled) {
        g_array_append_val(suspects, heard->uid);
        most = 1;
    }
    for (guint i = batch->first; i < batch->first + batch->count; i++) {
        const Wanted *wanted = wanted_at(fetch->wanted, i);

        if (!wanted->is_settled && suspects->len < most)
            g_array_append_val(suspects, wanted->uid);
    }
    g_clear_pointer(&fetch->session->suspects, g_array_unref);
    fetch->session->suspects = suspects;
}

void
imap_suspects(const ImapSession *session, GArray *uids)
{
    if (session->suspects)
        g_array_append_vals(uids, session->suspects->data, session->suspects->len);
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
    if (!ok && !fetch.has_given_up && fetch.flying->len > 0)
        note_suspects(&fetch);
    return ok;
}
