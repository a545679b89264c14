/* The long half of the corridor: one folder, from what the server lists to what the
 * registrar has committed. */
#include "ingest/actions.h"

/* ---- fetching ---- */

static bool
receive(const ImapDelivery *delivery, void *self)
{
    Visit *visit = self;
    const ImapListing *listing = visit_find(visit->wanted, delivery->uid);
    Origin origin;

    if (atomic_load(visit->house->stopping))
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

static bool
fetch(Visit *visit, GError **error)
{
    bool done = imap_fetch(visit->session, visit->wanted, receive, visit, error);
    g_autoptr(GError) late = NULL;

    /* What arrived before a broken connection is filed all the same. */
    if (!visit->fault && !pipeline_finish(visit->pipeline, &late))
        visit->fault = g_steal_pointer(&late);
    if (visit->fault) {
        g_clear_error(error); /* ours is the cause, the fetch only stopped for it */
        g_propagate_error(error, g_steal_pointer(&visit->fault));
        return false;
    }
    return done;
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

/* ---- the walk ---- */

static bool
walk(Visit *visit, GError **error)
{
    if (!imap_examine(visit->session, visit->folder->wire_name, &visit->state, error) ||
        !cursor_open(visit, error) ||
        !imap_enumerate(visit->session, visit->floor, visit->listed, error) ||
        !cursor_choose(visit, error))
        return false;
    visit->pipeline =
        pipeline_new(visit->house, visit->mailbox, &visit->row, visit->counts);
    if (visit->wanted->len && !fetch(visit, error))
        return false;
    if (atomic_load(visit->house->stopping))
        return true;
    return list_missing(visit, error) && cursor_close(visit, error) &&
           actions_run(visit, error);
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
