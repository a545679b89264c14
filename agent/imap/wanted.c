#include "imap/wanted.h"

#include <stdlib.h>

/* A hint of 0 must not fill a window with any number of mails. */
enum {
    LEAST_MAIL_BYTES = 1024
};

Wanted *
wanted_at(const GArray *wanted, guint index)
{
    return &g_array_index(wanted, Wanted, index);
}

static int
compare_uids(const void *left, const void *right)
{
    uint32_t a = ((const Wanted *)left)->uid;
    uint32_t b = ((const Wanted *)right)->uid;

    return a < b ? -1 : a > b;
}

Wanted *
wanted_find(const GArray *wanted, uint32_t uid)
{
    Wanted key = {.uid = uid};

    return bsearch(&key, wanted->data, wanted->len, sizeof key, compare_uids);
}

GArray *
wanted_new(const GArray *listings)
{
    GArray *wanted = g_array_sized_new(FALSE, FALSE, sizeof(Wanted), listings->len);
    guint kept = 0;

    for (guint i = 0; i < listings->len; i++) {
        const ImapListing *listing = &g_array_index(listings, ImapListing, i);
        Wanted one = {.uid = listing->uid,
                      .hint_bytes = MAX(listing->size_bytes, LEAST_MAIL_BYTES),
                      .has_bytes = listing->size_bytes > 0};

        if (listing->uid > 0)
            g_array_append_val(wanted, one);
    }
    g_array_sort(wanted, compare_uids);
    for (guint i = 0; i < wanted->len; i++) {
        Wanted one = *wanted_at(wanted, i);

        if (kept == 0 || wanted_at(wanted, kept - 1)->uid != one.uid)
            *wanted_at(wanted, kept++) = one;
    }
    g_array_set_size(wanted, kept);
    return wanted;
}

guint
batch_count_open(const GArray *wanted, const Batch *batch)
{
    guint count = 0;

    for (guint i = batch->first; i < batch->first + batch->count; i++)
        count += !wanted_at(wanted, i)->is_settled;
    return count;
}

void
batch_append_set(const GArray *wanted, const Batch *batch, GString *command)
{
    guint end = batch->first + batch->count;
    const char *separator = "";

    for (guint i = batch->first; i < end;) {
        uint32_t from = wanted_at(wanted, i)->uid, to = from;

        if (wanted_at(wanted, i++)->is_settled)
            continue;
        while (i < end && !wanted_at(wanted, i)->is_settled &&
               wanted_at(wanted, i)->uid == to + 1)
            to = wanted_at(wanted, i++)->uid;
        g_string_append_printf(command, "%s%u", separator, from);
        if (to > from)
            g_string_append_printf(command, ":%u", to);
        separator = ",";
    }
}
