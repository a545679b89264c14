/* How fast a mailbox is read into the database, every mail durable: the whole of
 * collecting, with a sorter that passes each mail through unread.
 *
 *     bench_ingest_collect URL USER PASSWORD FOLDER
 *
 * Prints one JSON line. FOLDER is emptied of nothing and gets a new database; plain
 * text; tests/bench/ingest/collect.py runs it beside other programs. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <glib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "imap/imap.h"
#include "store/store.h"

enum {
    MOST_UNDER_WAY = 512
};

typedef struct Parcel {
    const StoreFolder *folder;
    Mail *mail;
    Facts *facts;
    Placement *placement;
    StoreTicket *claim;
} Parcel;

typedef struct Collection {
    Store *store;
    StorePacker *packer; /* as the house's collectors have it */
    StoreFolder folder;
    ImapState state;
    GQueue under_way; /* Parcel */
    guint mails;
    GError *fault;
} Collection;

static bool
open_folder(StoreTxn *txn, void *self, GError **error)
{
    Collection *collection = self;
    bool reset;

    return store_open_folder(txn, "bench", "box@demo.example", "INBOX", FOLDER_INBOX,
                             collection->state.uidvalidity, &collection->folder, &reset,
                             error);
}

static bool
file(StoreTxn *txn, void *self, GError **error)
{
    Parcel *parcel = self;
    const Origin *origin = &parcel->mail->origin;
    StoreSettling to = {.listing = {(uint32_t)origin->uid,
                                    parcel->facts->message.size_bytes,
                                    origin->received_at},
                        .state = UID_FILED};
    Ticket ticket;
    bool done;

    shape_init(&ticket_shape, &ticket);
    done = store_put_message(txn, parcel->mail, parcel->facts, parcel->placement,
                             &ticket, error);
    to.message = parcel->facts->message.id;
    done = done && store_settle_listed(txn, parcel->folder, &to, error);
    shape_clear(&ticket_shape, &ticket);
    return done;
}

static bool
settle_oldest(Collection *collection)
{
    Parcel *parcel = g_queue_pop_head(&collection->under_way);
    bool done =
        store_wait(parcel->claim, collection->fault ? NULL : &collection->fault);

    mail_free(parcel->mail);
    facts_free(parcel->facts);
    placement_free(parcel->placement);
    g_free(parcel);
    return done;
}

static bool
receive(const ImapDelivery *delivery, void *self)
{
    Collection *collection = self;
    Parcel *parcel = g_new0(Parcel, 1);
    Origin origin = {.mailbox = (char *)(uintptr_t) "bench",
                     .address = (char *)(uintptr_t) "box@demo.example",
                     .folder = (char *)(uintptr_t) "INBOX",
                     .uidvalidity = collection->state.uidvalidity,
                     .uid = delivery->uid,
                     .received_at = clock_now_s()};
    gsize size;
    const void *bytes = g_bytes_get_data(delivery->bytes, &size);

    parcel->folder = &collection->folder;
    parcel->mail = mail_new(&origin, g_bytes_ref(delivery->bytes));
    parcel->facts = facts_new();
    parcel->placement = placement_new();
    parcel->facts->message.sha256 = digest_sha256_hex(bytes, size);
    parcel->facts->message.size_bytes = (int64_t)size;
    parcel->facts->message.received_at = origin.received_at;
    store_pack(collection->packer, parcel->mail);
    parcel->claim = store_submit_repeatable(collection->store, file, parcel);
    g_queue_push_tail(&collection->under_way, parcel);
    collection->mails++;
    return g_queue_get_length(&collection->under_way) < MOST_UNDER_WAY ||
           settle_oldest(collection);
}

static double
processor_s(void)
{
    struct rusage used;

    (void)getrusage(RUSAGE_SELF, &used); /* cannot fail for oneself */
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static bool
collect(ImapSession *session, Collection *collection, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    bool done;

    if (!imap_examine(session, "INBOX", &collection->state, error) ||
        !store_do(collection->store, open_folder, collection, error) ||
        !imap_enumerate(session, 0, listings, error))
        return false;
    done = imap_fetch(session, listings, receive, collection, error);
    while (!g_queue_is_empty(&collection->under_way))
        done = settle_oldest(collection) && done;
    return done;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = NULL;
    g_autoptr(ImapSession) session = NULL;
    ImapAccount account = {.tls_optional = true};
    Collection collection = {0};
    int64_t begun_us;

    if (argc < 5) {
        (void)fputs("usage: bench_ingest_collect URL USER PASSWORD FOLDER\n", stderr);
        return 64;
    }
    imap_init();
    secret = secret_new(argv[3], strlen(argv[3]));
    account.url = argv[1];
    account.user = argv[2];
    account.secret = secret;
    collection.store = store_open(argv[4], &error);
    collection.packer = store_packer_new();
    begun_us = clock_monotonic_us();
    session = collection.store ? imap_open(&account, &error) : NULL;
    if (session && collect(session, &collection, &error)) {
        (void)printf("{\"mails\": %u, \"fetch_s\": %.3f, \"processor_s\": %.3f}\n",
                     collection.mails, (double)(clock_monotonic_us() - begun_us) / 1e6,
                     processor_s());
        store_close(collection.store);
        store_packer_free(collection.packer);
        return 0;
    }
    (void)fprintf(stderr, "bench_ingest_collect: %s\n",
                  collection.fault ? collection.fault->message : error->message);
    return 1;
}
