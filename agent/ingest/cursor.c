/* The cursor: what is settled of a folder, and whether it still is that folder.
 *
 * A server counts anew when it says so (UIDVALIDITY), when its next UID falls, or when
 * another mail lies under a UID we know. Then a new epoch begins: all is listed and
 * fetched again, and what was filed before is known by its bytes. */
#include "ingest/visit.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "ingest/house_event.h"

enum {
    RECOUNT_MS = 24 * 3600 * 1000,
    RECOUNT_UIDS = 1000,     /* so many of the newest are looked at again */
    RECOUNT_ALL = 20000,     /* a folder of no more mails is looked at as a whole */
    DOUBT_BYTES = 256 * 1024 /* a longer mail is not fetched only to be compared */
};

/* ---- opening ---- */

static bool
announce_reset(const Visit *visit, StoreTxn *txn, const char *because, GError **error)
{
    Origin origin = {.mailbox = visit->mailbox->name,
                     .address = visit->mailbox->address,
                     .folder = visit->folder->name,
                     .role = visit->folder->role,
                     .uidvalidity = visit->row.uidvalidity,
                     .received_at = TIME_NONE};
    g_autofree char *name = g_strdup_printf(
        "%s/%s/mailbox.reset/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, origin.mailbox,
        origin.folder, visit->row.uidvalidity, visit->row.epoch);
    g_autofree char *id = digest_uuid5(name);
    HouseEvent event = {visit->house, id, EVENT_MAILBOX_RESET, &origin, because};

    log_write(LEVEL_WARNING, "mailbox.reset", "mailbox", origin.mailbox, "folder",
              origin.folder, "because", because, NULL);
    return house_event_put(txn, &event, error);
}

static bool
uidnext_fell(const Visit *visit)
{
    int64_t seen =
        visit->row.uidnext_seen ? visit->row.uidnext_seen : visit->row.low_uid + 1;

    return visit->state.uidnext != 0 && visit->state.uidnext < seen;
}

static bool
begin_epoch(Visit *visit, StoreTxn *txn, const char *because, GError **error)
{
    return store_renumber_folder(txn, &visit->row, visit->row.uidvalidity, error) &&
           announce_reset(visit, txn, because, error);
}

static void
set_floor(Visit *visit, uint32_t recount)
{
    visit->floor = (uint32_t)visit->row.low_uid;
    if (visit->house->recounts_all)
        visit->floor = 0;
    if (visit->recounts)
        visit->floor = MIN(visit->floor, recount);
    /* A hole is tried again only if a complete listing still has it. */
    if (visit->holes->len)
        visit->floor = MIN(visit->floor, g_array_index(visit->holes, uint32_t, 0) - 1);
}

/* What the ledger says about the UIDs we shall look at. */
static bool
load_ledger(Visit *visit, StoreTxn *txn, GError **error)
{
    StoreFolder above = visit->row;
    uint32_t recount = 0;

    g_ptr_array_set_size(visit->known, 0);
    g_array_set_size(visit->settled, 0);
    g_array_set_size(visit->turns, 0);
    visit->recounts = visit->row.recounted_ms == TIME_NONE ||
                      clock_now_ms() - visit->row.recounted_ms >= RECOUNT_MS;
    if (visit->house->hastens_holes && !store_hasten_holes(txn, &visit->row, error))
        return false;
    if (!store_due_holes(txn, &visit->row, visit->turns, error) ||
        !store_recount_floor(txn, &visit->row, RECOUNT_UIDS, &recount, error))
        return false;
    visit_set_holes(visit);
    set_floor(visit, recount);
    above.low_uid = visit->floor;
    if (visit->house->takes_history)
        return store_taken_uids(txn, &visit->row, visit->settled, error);
    return store_settled_uids(txn, &above, visit->settled, error) &&
           store_known_uids(txn, &visit->row, visit->known, error);
}

static bool
open_row(StoreTxn *txn, void *self, GError **error)
{
    Visit *visit = self;
    bool reset;

    if (!store_open_folder(txn, visit->mailbox->name, visit->mailbox->address,
                           visit->folder->name, visit->folder->role,
                           visit->state.uidvalidity, &visit->row, &reset, error))
        return false;
    if (reset) {
        if (!announce_reset(visit, txn,
                            "the server renumbered the folder (UIDVALIDITY)", error))
            return false;
    } else if (uidnext_fell(visit) &&
               !begin_epoch(visit, txn, "the server's next UID fell (UIDNEXT)",
                            error)) {
        return false;
    }
    return load_ledger(visit, txn, error);
}

static bool
reopen_row(StoreTxn *txn, void *self, GError **error)
{
    Visit *visit = self;

    return begin_epoch(visit, txn, "other mails lie under the UIDs we know", error) &&
           load_ledger(visit, txn, error);
}

/* ---- is it the same folder? ---- */

static bool
take_digest(const ImapDelivery *delivery, void *self)
{
    char **sha256 = self;
    gsize size;
    const void *bytes;

    if (delivery->bytes) {
        bytes = g_bytes_get_data(delivery->bytes, &size);
        *sha256 = digest_sha256_hex(bytes, size);
    }
    return true;
}

/* Servers misjudge sizes and mails have odd headers: in doubt, the bytes decide. */
static bool
compare_bytes(Visit *visit, const StoreKnown *known, int64_t size_bytes, bool *is_same,
              GError **error)
{
    g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    ImapListing listing = {
        .uid = known->listing.uid, .size_bytes = size_bytes, .received_at = TIME_NONE};
    g_autofree char *sha256 = NULL;

    *is_same = !known->sha256 ? false : size_bytes > DOUBT_BYTES;
    if (!known->sha256 || *is_same)
        return true;
    g_array_append_val(one, listing);
    if (!imap_fetch(visit->session, one, take_digest, &sha256, error))
        return false;
    *is_same = !sha256 || g_str_equal(sha256, known->sha256);
    return true;
}

static bool
looks_the_same(const StoreKnown *known, const ImapIdentity *now)
{
    bool same_size = now->size_bytes == known->listing.size_bytes;
    bool same_time = now->received_at == known->listing.received_at ||
                     now->received_at == TIME_NONE ||
                     known->listing.received_at == TIME_NONE;
    bool same_name = !known->message_id || !now->message_id ||
                     strstr(now->message_id, known->message_id);

    return same_size && same_time && same_name;
}

static const ImapIdentity *
find_identity(const GPtrArray *identities, uint32_t uid)
{
    for (guint i = 0; i < identities->len; i++) {
        const ImapIdentity *identity = identities->pdata[i];

        if (identity->uid == uid)
            return identity;
    }
    return NULL;
}

static bool
is_same_folder(Visit *visit, bool *is_same, GError **error)
{
    g_autoptr(GArray) asked = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GPtrArray) answers =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_identity_free);

    *is_same = true;
    for (guint i = 0; i < visit->known->len; i++) {
        const StoreKnown *known = visit->known->pdata[i];
        ImapListing listing = {.uid = known->listing.uid, .received_at = TIME_NONE};

        g_array_append_val(asked, listing);
    }
    if (asked->len && !imap_identify(visit->session, asked, answers, error))
        return false;
    for (guint i = 0; i < visit->known->len && *is_same; i++) {
        const StoreKnown *known = visit->known->pdata[i];
        const ImapIdentity *now = find_identity(answers, known->listing.uid);

        if (now && !looks_the_same(known, now) &&
            !compare_bytes(visit, known, now->size_bytes, is_same, error))
            return false;
    }
    return true;
}

bool
cursor_open(Visit *visit, GError **error)
{
    bool is_same;

    if (!store_do(visit->house->store, open_row, visit, error) ||
        !is_same_folder(visit, &is_same, error))
        return false;
    return is_same || store_do(visit->house->store, reopen_row, visit, error);
}

/* ---- is there more below? ---- */

/* A mail may appear under a UID that was passed over: when a listing leaves it out,
 * when deliveries overtake each other, when a folder without UIDVALIDITY is made anew.
 */
static bool
has_more_below(StoreTxn *txn, const Visit *visit, bool *more, GError **error)
{
    const ImapCensus *census = &visit->census;
    bool is_known = true;

    if (visit->row.exists_seen >= 0 && census->below > visit->row.exists_seen) {
        *more = true;
        return true;
    }
    if (census->last_uid != 0 &&
        !store_has_uid(txn, &visit->row, census->last_uid, &is_known, error))
        return false;
    *more = !is_known;
    return true;
}

static bool
look_below(StoreTxn *txn, void *self, GError **error)
{
    Visit *visit = self;
    StoreFolder above = visit->row;
    bool more = false;

    if (!has_more_below(txn, visit, &more, error))
        return false;
    if (!more)
        return true;
    visit->recounts = true;
    visit->floor = 0;
    if (visit->census.exists > RECOUNT_ALL &&
        !store_recount_floor(txn, &visit->row, RECOUNT_UIDS, &visit->floor, error))
        return false;
    above.low_uid = visit->floor;
    g_array_set_size(visit->settled, 0);
    return store_settled_uids(txn, &above, visit->settled, error);
}

bool
cursor_look_below(Visit *visit, bool *again, GError **error)
{
    uint32_t floor = visit->floor;
    bool looks_already =
        visit->row.is_new || floor == 0 || floor < (uint32_t)visit->row.low_uid;

    visit->census = imap_census(visit->session);
    *again = false;
    if (looks_already || visit->house->takes_history)
        return true;
    if (!store_do(visit->house->store, look_below, visit, error))
        return false;
    *again = visit->floor < floor;
    return true;
}

/* ---- choosing ---- */

static char *
looks_of(int64_t size_bytes, int64_t received_at)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, size_bytes,
                           received_at);
}

/* In a new epoch the history of the old one is known by its looks: how often each. */
static GHashTable *
count_looks(const GArray *history)
{
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < history->len; i++) {
        const StoreListing *old = &g_array_index(history, StoreListing, i);
        char *looks = looks_of(old->size_bytes, old->received_at);
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, looks));

        (void)g_hash_table_insert(counts, looks, GUINT_TO_POINTER(count + 1));
    }
    return counts;
}

/* Each old one absorbs one new one; the surplus is new mail. */
static bool
absorb(GHashTable *counts, const ImapListing *listing)
{
    g_autofree char *looks = looks_of(listing->size_bytes, listing->received_at);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, looks));

    if (count > 0)
        (void)g_hash_table_insert(counts, g_steal_pointer(&looks),
                                  GUINT_TO_POINTER(count - 1));
    return count > 0;
}

/* What `start:` leaves to history: everything, nothing, or what came before a day. */
static bool
is_history(const Visit *visit, const ImapListing *listing, GHashTable *old)
{
    const MailboxConfig *mailbox = visit->mailbox;

    if (visit->house->takes_history)
        return listing->received_at != TIME_NONE &&
               listing->received_at < visit->house->history_since;
    if (mailbox->start == START_ALL || (!visit->row.is_new && visit->row.low_uid > 0))
        return false;
    if (mailbox->start == START_NOW)
        return visit->row.is_new || absorb(old, listing);
    return listing->received_at != TIME_NONE &&
           listing->received_at < mailbox->start_date;
}

/* Who fetches history leaves new mail to the daemon, which tells webhooks of it. */
static bool
is_for_others(const Visit *visit, const ImapListing *listing)
{
    return visit->house->takes_history && !visit->row.is_new &&
           listing->uid > visit->row.low_uid;
}

/* Runs whole or not at all: a folder whose history was half told apart would have the
 * other half filed as new mail. */
static bool
choose(StoreTxn *txn, void *self, GError **error)
{
    Visit *visit = self;
    g_autoptr(GArray) history = g_array_new(FALSE, FALSE, sizeof(StoreListing));
    g_autoptr(GHashTable) old = NULL;

    g_array_set_size(visit->wanted, 0);
    if (!store_old_history(txn, &visit->row, history, error))
        return false;
    old = count_looks(history);
    for (guint i = 0; i < visit->listed->len; i++) {
        const ImapListing *listing = &g_array_index(visit->listed, ImapListing, i);
        StoreListing left = {listing->uid, listing->size_bytes, listing->received_at};

        if (visit_knows(visit->settled, listing->uid) || is_for_others(visit, listing))
            continue;
        if (!is_history(visit, listing, old))
            g_array_append_val(visit->wanted, *listing);
        else if (!store_put_history(txn, &visit->row, &left, error))
            return false;
    }
    return !visit->row.is_new ||
           store_note_listing(txn, &visit->row, &(StoreCensus){.exists = -1}, error);
}

bool
cursor_choose(Visit *visit, GError **error)
{
    return store_do(visit->house->store, choose, visit, error);
}
