/* Which mails there are above a UID. */
#include "imap/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/fetched.h"

/* What a house can hold in memory while it reads one list. */
enum {
    LISTINGS_LIMIT = 5 * 1000 * 1000
};

typedef struct Enumeration {
    uint32_t low;
    GArray *listings;
    uint64_t last_sequence; /* whose listing came last */
} Enumeration;

static void
add_facts(ImapListing *listing, const Fetched *fetched)
{
    if (fetched->has_size)
        listing->size_bytes = fetched->size_bytes;
    if (fetched->received_at != TIME_NONE)
        listing->received_at = fetched->received_at;
}

static bool
hear_listing(ImapSession *session, const Response *response, void *self, GError **error)
{
    Enumeration *enumeration = self;
    GArray *listings = enumeration->listings;
    ImapListing listing = {.received_at = TIME_NONE};
    g_auto(Fetched) fetched = {0};

    if (response->kind != RESPONSE_FACT || strcmp(response->word, "FETCH") != 0)
        return session_skip(session, response, error);
    if (!fetched_read(&session->parser, (FetchedKeep){0}, &fetched, error))
        return false;
    if (fetched.uid == 0) {
        /* The second half of a split answer, or somebody set a flag. */
        if (listings->len > 0 && response->number == enumeration->last_sequence)
            add_facts(&g_array_index(listings, ImapListing, listings->len - 1),
                      &fetched);
        return true;
    }
    /* "n:*" names the last mail even when it lies below n. */
    if (fetched.uid <= enumeration->low)
        return true;
    if (listings->len == LISTINGS_LIMIT)
        return parser_fault(error, "it lists more mails than there can be");
    listing.uid = fetched.uid;
    add_facts(&listing, &fetched);
    g_array_append_val(listings, listing);
    enumeration->last_sequence = response->number;
    return true;
}

static gint
by_uid(gconstpointer left, gconstpointer right)
{
    uint32_t a = ((const ImapListing *)left)->uid;
    uint32_t b = ((const ImapListing *)right)->uid;

    return a < b ? -1 : a > b;
}

/* Sorted, and the halves of one UID made one. */
static void
append_distinct(GArray *to, GArray *listings)
{
    guint begin = to->len;

    g_array_sort(listings, by_uid);
    for (guint i = 0; i < listings->len; i++) {
        const ImapListing *next = &g_array_index(listings, ImapListing, i);
        ImapListing *last =
            to->len > begin ? &g_array_index(to, ImapListing, to->len - 1) : NULL;

        if (!last || last->uid != next->uid) {
            g_array_append_vals(to, next, 1);
            continue;
        }
        last->size_bytes = MAX(last->size_bytes, next->size_bytes);
        last->received_at = MAX(last->received_at, next->received_at);
    }
}

/* An empty folder makes some servers call "1:*" a bad command; NOOP learns whether it
 * still is empty. */
static bool
is_empty(ImapSession *session, bool *empty, GError **error)
{
    Response reply;
    char tag[TAG_BYTES];

    *empty = false;
    if (session->exists != 0)
        return true;
    if (!session_command(session, "NOOP", tag, error) ||
        !session_settle(session, tag, (Listener){0}, &reply, error))
        return false;
    *empty = session->exists == 0 && reply.condition == CONDITION_OK;
    return true;
}

/* `*upper`: the highest UID still to be asked for, 0 for "*". RFC 9738: a server may
 * answer for the highest N only and name the lowest UID that it looked at. */
static bool
ask(ImapSession *session, Enumeration *enumeration, uint32_t *upper, bool *is_complete,
    GError **error)
{
    Listener listener = {.hear = hear_listing, .self = enumeration};
    g_autofree char *last = *upper ? g_strdup_printf("%u", *upper) : g_strdup("*");
    g_autofree char *command = g_strdup_printf(
        "UID FETCH %u:%s (UID RFC822.SIZE INTERNALDATE)", enumeration->low + 1, last);
    uint64_t lowest;
    Response reply;
    char tag[TAG_BYTES];

    enumeration->last_sequence = 0;
    if (!session_command(session, command, tag, error) ||
        !session_settle(session, tag, listener, &reply, error))
        return false;
    if (reply.condition != CONDITION_OK) {
        g_set_error(error, FAULT, FAULT_RETRY, "the server does not list its mails: %s",
                    reply.text);
        return false;
    }
    lowest = reply.code_numbers[1];
    *is_complete = strcmp(reply.code, "MESSAGELIMIT") != 0 ||
                   lowest <= (uint64_t)enumeration->low + 1;
    if (*is_complete)
        return true;
    if (lowest > UINT32_MAX || (*upper != 0 && lowest > *upper)) {
        (void)parser_fault(error, "its MESSAGELIMIT makes no sense"); /* false */
        return false;
    }
    *upper = (uint32_t)lowest - 1;
    return true;
}

bool
imap_enumerate(ImapSession *session, uint32_t low, GArray *listings, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    Enumeration enumeration = {.low = low, .listings = found};
    uint32_t upper = 0;
    bool is_complete = low == UINT32_MAX;
    bool empty;

    if (!session_is_usable(session, error) || !is_empty(session, &empty, error))
        return false;
    session->has_news = false;
    while (!empty && !is_complete) {
        if (!ask(session, &enumeration, &upper, &is_complete, error))
            return false;
    }
    append_distinct(listings, found);
    return true;
}
