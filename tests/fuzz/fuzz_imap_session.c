/* Plays a whole session with a server that says whatever it likes behind the log-in.
 *
 * The connection is ours: it hands out the input. Byte 0 chooses what is asked of the
 * session, byte 1 how small the pieces are in which the answer arrives. */
#include <stdint.h>
#include <string.h>

#include "base/fault.h"
#include "imap/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

enum {
    MAILS = 8,
    MAIL_LIMIT_BYTES = 48,
};

static const char opening[] =
    "* CAPABILITY IMAP4rev1\r\nP1 OK\r\nP2 OK\r\n* CAPABILITY IMAP4rev1 IDLE OBJECTID "
    "X-GM-EXT-1 SPECIAL-USE LIST-EXTENDED COMPRESS=DEFLATE MESSAGELIMIT=5 UIDPLUS\r\n"
    "P3 OK\r\n";

struct Connection {
    const uint8_t *at;
    size_t left;
    const uint8_t *input; /* behind the opening */
    size_t input_size;
    size_t piece;
};

/* Lent by the fuzzer for one input at a time. */
static const uint8_t *the_input;
static size_t the_size;

Connection *
connection_open(const ImapAccount *account, GError **error)
{
    Connection *connection = g_new0(Connection, 1);

    (void)account; /* goes nowhere */
    (void)error;   /* never fails */
    connection->at = (const uint8_t *)opening;
    connection->left = strlen(opening);
    connection->input = the_input + 2;
    connection->input_size = the_size - 2;
    connection->piece = (size_t)the_input[1] + 1;
    return connection;
}

void
connection_free(Connection *connection)
{
    g_free(connection);
}

bool
connection_send(Connection *connection, const char *bytes, size_t size, GError **error)
{
    (void)connection; /* nobody listens */
    (void)error;
    return size == 0 || bytes != NULL;
}

static ssize_t
take_input(void *self, uint8_t *bytes, size_t size, bool may_wait, GError **error)
{
    Connection *connection = self;
    size_t some;

    if (connection->left == 0) {
        connection->at = connection->input;
        connection->left = connection->input_size;
        connection->input_size = 0;
    }
    some = MIN(MIN(size, connection->piece), connection->left);
    if (some == 0 && !may_wait)
        return 0;
    if (some == 0) {
        g_set_error_literal(error, FAULT, FAULT_RETRY, "the input has ended");
        return -1;
    }
    memcpy(bytes, connection->at, some);
    connection->at += some;
    connection->left -= some;
    return (ssize_t)some;
}

Source
connection_source(Connection *connection)
{
    return (Source){.take = take_input, .self = connection};
}

void
connection_limit(Connection *connection, int64_t limit_ms)
{
    (void)connection; /* time does not pass here */
    (void)limit_ms;
}

Meter
connection_meter(const Connection *connection)
{
    (void)connection;
    return (Meter){0};
}

const char *
connection_greeting(const Connection *connection)
{
    (void)connection;
    return "* OK hi";
}

int
connection_socket(const Connection *connection)
{
    (void)connection;
    return -1;
}

typedef struct Received {
    unsigned seen;
    size_t sum; /* so that every byte is read */
} Received;

static bool
receive(const ImapDelivery *delivery, void *self)
{
    Received *received = self;

    g_assert(delivery->uid >= 1 && delivery->uid <= MAILS);
    g_assert(!(received->seen & 1U << delivery->uid));
    received->seen |= 1U << delivery->uid;
    g_assert((delivery->bytes != NULL) == (delivery->because == NULL));
    if (delivery->bytes) {
        gsize size;
        const uint8_t *bytes = g_bytes_get_data(delivery->bytes, &size);

        g_assert(size <= MAIL_LIMIT_BYTES);
        g_assert(delivery->is_cut == ((int64_t)size < delivery->size_bytes));
        for (gsize i = 0; i < size; i++)
            received->sum += bytes[i];
    }
    return true;
}

static bool
fetch(ImapSession *session, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    Received received = {0};

    for (uint32_t uid = 1; uid <= MAILS; uid++) {
        ImapListing listing = {.uid = uid};

        g_array_append_val(listings, listing);
    }
    return imap_fetch(session, listings, receive, &received, error);
}

static bool
identify(ImapSession *session, GError **error)
{
    g_autoptr(GPtrArray) identities =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_identity_free);
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    bool ok;

    for (uint32_t uid = 1; uid <= MAILS; uid++) {
        ImapListing listing = {.uid = uid};

        g_array_append_val(listings, listing);
    }
    ok = imap_identify(session, listings, identities, error);
    g_assert(identities->len <= MAILS);
    return ok;
}

static bool
enumerate(ImapSession *session, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    bool ok = imap_enumerate(session, 3, listings, error);
    uint32_t last = 3;

    for (guint i = 0; i < listings->len; i++) {
        const ImapListing *listing = &g_array_index(listings, ImapListing, i);

        g_assert(listing->uid > last && listing->size_bytes >= 0);
        last = listing->uid;
    }
    return ok;
}

static bool
list(ImapSession *session, GError **error)
{
    g_autoptr(GPtrArray) folders = imap_list(session, error);

    for (guint i = 0; folders && i < folders->len; i++) {
        const ImapFolder *folder = folders->pdata[i];

        g_assert(folder->wire_name && g_utf8_validate(folder->name, -1, NULL));
    }
    return folders != NULL;
}

static bool
wait_for_news(ImapSession *session, GError **error)
{
    bool changed;

    return imap_idle_begin(session, error) &&
           imap_idle_read(session, &changed, error) &&
           imap_idle_end(session, &changed, error);
}

static bool
open_and_act(ImapSession *session, GError **error)
{
    static const uint32_t uids[] = {3, 4, 9};
    ImapState state;

    return imap_select(session, "INBOX", &state, error) &&
           imap_store_seen(session, uids, G_N_ELEMENTS(uids), error) &&
           imap_move(session, uids, G_N_ELEMENTS(uids), "Done", error) &&
           imap_expunge(session, uids, G_N_ELEMENTS(uids), error);
}

static bool
compress_and_fetch(ImapSession *session, GError **error)
{
    return imap_compress(session, error) && fetch(session, error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static bool (*const acts[])(ImapSession *, GError **) = {
        fetch,         identify,     enumerate,          list,
        wait_for_news, open_and_act, compress_and_fetch,
    };
    g_autoptr(Secret) secret = NULL;
    g_autoptr(GError) error = NULL;
    ImapAccount account = {
        .url = "imap://127.0.0.1", .user = "ann", .max_mail_bytes = MAIL_LIMIT_BYTES};
    ImapSession *session;

    if (size < 2)
        return 0;
    the_input = input;
    the_size = size;
    secret = secret_new("secret-word", strlen("secret-word"));
    account.secret = secret;
    session = imap_open(&account, &error);
    g_assert(session);
    while (acts[input[0] % G_N_ELEMENTS(acts)](session, &error))
        continue;
    g_assert(error);
    imap_close(session);
    return 0;
}
