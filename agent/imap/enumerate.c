/* Which mails there are above a UID. */
#include "imap/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/fetched.h"
#include "imap/hint.h"

/* What a house can hold in memory while it reads one list. */
enum {
    LISTINGS_LIMIT = 5 * 1000 * 1000,
    LISTING_TRIES = 2,
};

typedef struct Enumeration {
    uint32_t low;
    GArray *listings;
    uint64_t last_sequence; /* whose listing came last */
    uint32_t echo_uid;      /* the last mail, which "n:*" names though it is below n */
    uint64_t echo_sequence;
    bool has_moved; /* something was expunged meanwhile: numbers tell nothing */
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

    if (response->kind != RESPONSE_FACT || strcmp(response->word, "FETCH") != 0) {
        enumeration->has_moved |= response->kind == RESPONSE_FACT &&
                                  (strcmp(response->word, "EXPUNGE") == 0 ||
                                   strcmp(response->word, "VANISHED") == 0);
        return session_skip(session, response, error);
    }
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
    if (fetched.uid <= enumeration->low) {
        enumeration->echo_uid = fetched.uid;
        enumeration->echo_sequence = response->number;
        return true;
    }
    if (listings->len == LISTINGS_LIMIT)
        return parser_fault(error, "it lists more mails than there can be");
    listing.uid = fetched.uid;
    listing.sequence = (uint32_t)MIN(response->number, UINT32_MAX);
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
        last->sequence = MAX(last->sequence, next->sequence);
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

/* Mails are numbered without gaps up to EXISTS: what is left out leaves a gap. */
static bool
is_gapless(const GArray *listings, guint begin, int64_t exists)
{
    int64_t next = exists - (int64_t)(listings->len - begin) + 1;

    for (guint i = begin; i < listings->len; i++, next++) {
        if (g_array_index(listings, ImapListing, i).sequence != next)
            return false;
    }
    return true;
}

/* What the numbers of a listing tell that begins at `begin`. */
static ImapCensus
take_census(const ImapSession *session, const Enumeration *enumeration,
            const GArray *listings, guint begin)
{
    ImapCensus census = {.is_whole = true, .below = -1, .exists = session->exists};

    if (session->exists < 0 || enumeration->has_moved)
        return census;
    census.is_whole = is_gapless(listings, begin, session->exists);
    census.below = session->exists - (int64_t)(listings->len - begin);
    if (enumeration->low == 0 && census.below != 0)
        census.is_whole = false;
    if (enumeration->echo_sequence == (uint64_t)session->exists)
        census.last_uid = enumeration->echo_uid;
    return census;
}

ImapCensus
imap_census(const ImapSession *session)
{
    return session->census;
}

/* True: the reply is final. Servers with one broken mail, or few abilities, refuse to
 * tell sizes and dates; without these it goes, too. */
static bool
hear_reply(ImapSession *session, const Response *reply, bool *again, GError **error)
{
    *again = false;
    if (reply->condition == CONDITION_OK ||
        (strcmp(reply->code, "MESSAGELIMIT") == 0 && reply->code_numbers[1] > 0))
        return true;
    if (!session->lists_bare && !hint_is_temporary(reply)) {
        *again = session->lists_bare = true;
        return true;
    }
    g_set_error(error, FAULT, FAULT_RETRY, "the server does not list its mails: %s",
                reply->text);
    return false;
}

/* 0: none was listed. */
static uint32_t
lowest_uid(const GArray *listings)
{
    uint32_t lowest = 0;

    for (guint i = 0; i < listings->len; i++) {
        uint32_t uid = g_array_index(listings, ImapListing, i).uid;

        lowest = lowest == 0 ? uid : MIN(lowest, uid);
    }
    return lowest;
}

/* `*upper`: the highest UID still to be asked for, 0 for "*". RFC 9738: a server may
 * answer for the highest N only and name the lowest UID that it looked at. */
static bool
ask(ImapSession *session, Enumeration *enumeration, uint32_t *upper, bool *is_complete,
    GError **error)
{
    Listener listener = {.hear = hear_listing, .self = enumeration};
    g_autofree char *last = *upper ? g_strdup_printf("%u", *upper) : g_strdup("*");
    g_autofree char *command =
        g_strdup_printf("UID FETCH %u:%s (UID%s)", enumeration->low + 1, last,
                        session->lists_bare ? "" : " RFC822.SIZE INTERNALDATE");
    uint64_t lowest;
    bool again;
    Response reply;
    char tag[TAG_BYTES];

    enumeration->last_sequence = 0;
    if (!session_command(session, command, tag, error) ||
        !session_settle(session, tag, listener, &reply, error))
        return false;
    if (!hear_reply(session, &reply, &again, error))
        return false;
    if (again)
        return true;
    lowest = reply.code_numbers[1] ? reply.code_numbers[1]
                                   : lowest_uid(enumeration->listings);
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

static bool
list_all(ImapSession *session, Enumeration *enumeration, GError **error)
{
    bool is_complete = enumeration->low == UINT32_MAX;
    uint32_t upper = 0;

    while (!is_complete) {
        if (!ask(session, enumeration, &upper, &is_complete, error))
            return false;
    }
    return true;
}

bool
imap_enumerate(ImapSession *session, uint32_t low, GArray *listings, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    Enumeration enumeration = {.low = low, .listings = found};
    guint begin = listings->len;
    bool empty;

    session->census = (ImapCensus){.is_whole = true, .below = 0, .exists = 0};
    if (!session_is_usable(session, error) || !is_empty(session, &empty, error))
        return false;
    session->has_news = false;
    if (empty)
        return true;
    for (int tries = 0; tries < LISTING_TRIES; tries++) {
        if (!list_all(session, &enumeration, error))
            return false;
        g_array_set_size(listings, begin);
        append_distinct(listings, found);
        session->census = take_census(session, &enumeration, listings, begin);
        if (session->census.is_whole || session->listing_is_odd)
            return true;
        /* A mail may just have come; or the server has left one out. */
    }
    session->listing_is_odd = true;
    return true;
}
