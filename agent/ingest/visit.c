#include "ingest/visit.h"

#include <stdlib.h>

#include "base/clock.h"

void
visit_init(Visit *visit)
{
    visit->known = g_ptr_array_new_with_free_func((GDestroyNotify)store_known_free);
    visit->settled = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    visit->holes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    visit->turns = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    visit->listed = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    visit->wanted = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    visit->seen = g_hash_table_new(NULL, NULL);
    visit->refusals = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

void
visit_clear(Visit *visit)
{
    g_clear_pointer(&visit->pipeline, pipeline_free);
    g_clear_pointer(&visit->known, g_ptr_array_unref);
    g_clear_pointer(&visit->settled, g_array_unref);
    g_clear_pointer(&visit->holes, g_array_unref);
    g_clear_pointer(&visit->turns, g_array_unref);
    g_clear_pointer(&visit->listed, g_array_unref);
    g_clear_pointer(&visit->wanted, g_array_unref);
    g_clear_pointer(&visit->seen, g_hash_table_unref);
    g_clear_pointer(&visit->refusals, g_hash_table_unref);
    g_clear_pointer(&visit->listed_last, g_hash_table_unref);
    g_clear_error(&visit->fault); /* told already, or overtaken by the first one */
}

/* For UIDs, and for listings, which begin with theirs. */
static int
by_uid(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

void
visit_set_holes(Visit *visit)
{
    g_array_set_size(visit->holes, 0);
    g_array_append_vals(visit->holes, visit->turns->data, visit->turns->len);
    g_array_sort(visit->holes, by_uid);
}

bool
visit_knows(const GArray *uids, uint32_t uid)
{
    return uids->len &&
           bsearch(&uid, uids->data, uids->len, sizeof uid, by_uid) != NULL;
}

const ImapListing *
visit_find(const GArray *listings, uint32_t uid)
{
    if (listings->len == 0)
        return NULL;
    return bsearch(&uid, listings->data, listings->len, sizeof(ImapListing), by_uid);
}

void
visit_origin(const Visit *visit, uint32_t uid, Origin *origin)
{
    const ImapListing *listing = visit_find(visit->wanted, uid);

    *origin = (Origin){.mailbox = visit->mailbox->name,
                       .address = visit->mailbox->address,
                       .folder = visit->folder->name,
                       .role = visit->folder->role,
                       .uidvalidity = visit->row.uidvalidity,
                       .uid = uid,
                       .received_at = listing ? listing->received_at : TIME_NONE};
}
