/* The long half of the corridor: one folder, from what the server lists to what the
 * registrar has committed. */
#include "ingest/actions.h"

enum {
    MOST_APART =
        100 /* where more than that did not come, it is no matter of one mail */
};

/* ---- fetching ---- */

static bool
receive(const ImapDelivery *delivery, void *self)
{
    Visit *visit = self;
    const ImapListing *listing = visit_find(visit->wanted, delivery->uid);
    Origin origin;

    if (stop_is_set(visit->house->stop))
        return false;
    if (!delivery->bytes) { /* never marked as seen: it becomes a hole */
        (void)g_hash_table_insert(visit->refusals, GUINT_TO_POINTER(delivery->uid),
                                  g_strdup(delivery->because));
        return true;
    }
    (void)g_hash_table_add(visit->seen, GUINT_TO_POINTER(delivery->uid));
    visit_origin(visit, delivery->uid, &origin);
    if (visit->house->progress)
        visit->house->progress(visit->folder->name, g_hash_table_size(visit->seen),
                               visit->wanted->len, visit->house->progress_self);
    return pipeline_add(
        visit->pipeline, mail_new(&origin, g_bytes_ref(delivery->bytes)),
        delivery->size_bytes, listing ? listing->size_bytes : 0, &visit->fault);
}

/* The server may have died of a mail: it must not die of it for ever. */
static bool
note_break(Visit *visit, GError **error)
{
    g_autoptr(GArray) suspects = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GError) late = NULL;

    imap_suspects(visit->session, suspects);
    for (guint i = 0; i < suspects->len; i++) {
        uint32_t uid = g_array_index(suspects, uint32_t, i);

        (void)g_hash_table_insert(visit->refusals, GUINT_TO_POINTER(uid),
                                  g_strdup((*error)->message));
    }
    if (suspects->len && !cursor_suspect(visit, suspects, &late)) {
        g_clear_error(error); /* ours weighs more */
        g_propagate_error(error, g_steal_pointer(&late));
    }
    return false;
}

static void
note_refusal(Visit *visit, const GArray *listings, const GError *refusal)
{
    for (guint i = 0; i < listings->len; i++)
        (void)g_hash_table_insert(
            visit->refusals,
            GUINT_TO_POINTER(g_array_index(listings, ImapListing, i).uid),
            g_strdup(refusal->message));
}

/* `is_alone`: a refusal is about this mail, not about the server's health. */
static bool
fetch(Visit *visit, const GArray *listings, bool is_alone, GError **error)
{
    bool done = listings->len == 0 ||
                imap_fetch(visit->session, listings, receive, visit, error);
    g_autoptr(GError) late = NULL;

    /* What arrived before a broken connection is filed all the same. */
    if (!visit->fault && !pipeline_finish(visit->pipeline, &late))
        visit->fault = g_steal_pointer(&late);
    if (visit->fault) {
        g_clear_error(error); /* ours is the cause, the fetch only stopped for it */
        g_propagate_error(error, g_steal_pointer(&visit->fault));
        return false;
    }
    if (!done && is_alone && imap_is_alive(visit->session)) {
        note_refusal(visit, listings, *error);
        g_clear_error(error); /* it is a hole, and told as one */
        return true;
    }
    /* A connection that we cut ourselves says nothing against a mail. */
    return done || (!stop_is_set(visit->house->stop) && note_break(visit, error));
}

/* What did not come before or may have broken the connection comes last, one by one, so
 * that it stands in nobody's way. */
static bool
fetch_apart(Visit *visit, GError **error)
{
    for (guint i = 0; i < visit->turns->len && !stop_is_set(visit->house->stop); i++) {
        const ImapListing *listing =
            visit_find(visit->wanted, g_array_index(visit->turns, uint32_t, i));
        g_autoptr(GArray) alone = g_array_new(FALSE, FALSE, sizeof(ImapListing));

        if (listing)
            g_array_append_vals(alone, listing, 1);
        if (!fetch(visit, alone, true, error))
            return false;
    }
    return true;
}

static bool
fetch_wanted(Visit *visit, GError **error)
{
    g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    bool all_at_once = visit->turns->len > MOST_APART;

    for (guint i = 0; i < visit->wanted->len; i++) {
        const ImapListing *listing = &g_array_index(visit->wanted, ImapListing, i);

        if (all_at_once || !visit_knows(visit->holes, listing->uid))
            g_array_append_vals(fresh, listing, 1);
    }
    return fetch(visit, fresh, false, error) &&
           (all_at_once || fetch_apart(visit, error));
}

/* ---- what did not come ---- */

static uint32_t
first_missing(const Visit *visit)
{
    for (guint i = 0; i < visit->wanted->len; i++) {
        uint32_t uid = g_array_index(visit->wanted, ImapListing, i).uid;

        if (!g_hash_table_contains(visit->seen, GUINT_TO_POINTER(uid)))
            return uid;
    }
    return 0;
}

/* Was it expunged meanwhile, or does the server keep it from us? Only a further
 * complete listing tells. */
static bool
list_missing(Visit *visit, GError **error)
{
    g_autoptr(GArray) listed = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    uint32_t first = first_missing(visit);

    if (first == 0)
        return true;
    if (!imap_enumerate(visit->session, first - 1, listed, error))
        return false;
    visit->listed_last = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < listed->len; i++)
        (void)g_hash_table_add(
            visit->listed_last,
            GUINT_TO_POINTER(g_array_index(listed, ImapListing, i).uid));
    return true;
}

/* A server that says OK and leaves mails out may be in haste only. */
static bool
ask_again(Visit *visit, GError **error)
{
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(ImapListing));

    for (guint i = 0; visit->listed_last && i < visit->wanted->len; i++) {
        const ImapListing *listing = &g_array_index(visit->wanted, ImapListing, i);
        gpointer key = GUINT_TO_POINTER(listing->uid);

        if (!g_hash_table_contains(visit->seen, key) &&
            !g_hash_table_contains(visit->refusals, key) &&
            g_hash_table_contains(visit->listed_last, key))
            g_array_append_vals(missing, listing, 1);
    }
    return fetch(visit, missing, false, error);
}

/* ---- the walk ---- */

static bool
list(Visit *visit, GError **error)
{
    bool again;

    if (!imap_enumerate(visit->session, visit->floor, visit->listed, error) ||
        !cursor_look_below(visit, &again, error))
        return false;
    if (again) {
        g_array_set_size(visit->listed, 0);
        if (!imap_enumerate(visit->session, visit->floor, visit->listed, error))
            return false;
        visit->census = imap_census(visit->session);
    }
    if (!visit->census.is_whole)
        log_write(LEVEL_WARNING, "folder.listing_doubted", "mailbox",
                  visit->mailbox->name, "folder", visit->folder->name, NULL);
    return true;
}

static bool
walk(Visit *visit, GError **error)
{
    if (!imap_examine(visit->session, visit->folder->wire_name, &visit->state, error) ||
        !cursor_open(visit, error) || !list(visit, error) ||
        !cursor_choose(visit, error))
        return false;
    visit->pipeline =
        pipeline_new(visit->house, visit->mailbox, &visit->row, visit->counts);
    if (!fetch_wanted(visit, error))
        return false;
    if (stop_is_set(visit->house->stop))
        return true;
    if (!list_missing(visit, error) || !ask_again(visit, error))
        return false;
    return stop_is_set(visit->house->stop) ||
           (cursor_close(visit, error) && actions_run(visit, error));
}

bool
ingest_folder(const IngestHouse *house, const MailboxConfig *mailbox,
              ImapSession *session, const ImapFolder *folder, IngestCounts *counts,
              GError **error)
{
    Visit visit = {.house = house,
                   .mailbox = mailbox,
                   .session = session,
                   .folder = folder,
                   .counts = counts};
    bool done;

    visit_init(&visit);
    done = walk(&visit, error);
    visit_clear(&visit);
    if (!done)
        g_prefix_error(error, "folder '%s': ", folder->name);
    return done;
}
