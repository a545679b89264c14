/* Which mail is which, told without UIDs: after a UIDVALIDITY change the old ones must
 * be known again from their headers, sizes and the server's own identifiers. */
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "imap/fetched.h"
#include "imap/hint.h"
#include "imap/session.h"
#include "imap/wanted.h"

enum {
    HEADER_LIMIT_BYTES = 64 * 1024,
    REFUSED_COMMANDS_LIMIT = 100,
};

typedef struct Identification {
    ImapSession *session;
    GArray *wanted; /* Wanted; settled: described */
    GPtrArray *identities;
    ImapIdentity *last;     /* lent: the one described last */
    uint64_t last_sequence; /* by which a second half of it is known */
    guint n_refused;
} Identification;

void
imap_identity_free(ImapIdentity *identity)
{
    if (!identity)
        return;
    g_free(identity->email_id);
    g_free(identity->message_id);
    g_free(identity->date);
    g_free(identity);
}

/* The value of the first field of that name, unfolded and trimmed; NULL: none. */
static char *
field_value(const char *header, const char *name)
{
    size_t length = strlen(name);
    const char *at = header;

    while (*at) {
        const char *end = at + strcspn(at, "\n");

        while (end[0] == '\n' && (end[1] == ' ' || end[1] == '\t'))
            end += 1 + strcspn(end + 1, "\n");
        if (g_ascii_strncasecmp(at, name, length) == 0) {
            const char *colon = at + length + strspn(at + length, " \t");
            g_autofree char *value = NULL;

            if (*colon == ':') {
                value = g_strndup(colon + 1, (gsize)(end - colon - 1));
                g_strdelimit(value, "\r\n\t", ' ');
                return g_strdup(g_strstrip(value));
            }
        }
        at = *end ? end + 1 : end;
    }
    return NULL;
}

/* Adds what this half of an answer tells. */
static void
learn(ImapIdentity *identity, Fetched *fetched)
{
    if (fetched->has_size)
        identity->size_bytes = fetched->size_bytes;
    if (fetched->received_at != TIME_NONE)
        identity->received_at = fetched->received_at;
    if (fetched->gmail_id)
        identity->gmail_id = fetched->gmail_id;
    if (fetched->email_id) {
        g_free(identity->email_id);
        identity->email_id = g_steal_pointer(&fetched->email_id);
    }
    if (fetched->header.kept_bytes > 0) {
        g_autofree char *header =
            g_strndup((const char *)fetched->header.bytes, fetched->header.kept_bytes);

        g_free(identity->message_id);
        g_free(identity->date);
        identity->message_id = field_value(header, "Message-ID");
        identity->date = field_value(header, "Date");
    }
}

/* Whom the answer is about; NULL: nobody we asked for, or described already. */
static ImapIdentity *
subject_of(Identification *identification, const Fetched *fetched, uint64_t sequence)
{
    ImapIdentity *identity;
    Wanted *wanted;

    if (fetched->uid == 0)
        return identification->last_sequence == sequence ? identification->last : NULL;
    if (identification->last && identification->last->uid == fetched->uid)
        return identification->last;
    wanted = wanted_find(identification->wanted, fetched->uid);
    if (!wanted || wanted->is_settled)
        return NULL;
    wanted->is_settled = true;
    identity = g_new0(ImapIdentity, 1);
    identity->uid = fetched->uid;
    identity->received_at = TIME_NONE;
    g_ptr_array_add(identification->identities, identity);
    identification->last = identity;
    identification->last_sequence = sequence;
    return identity;
}

static bool
hear_identity(ImapSession *session, const Response *response, void *self,
              GError **error)
{
    static const FetchedKeep keep = {
        .header = {.whole = HEADER_LIMIT_BYTES, .head = HEADER_LIMIT_BYTES}};
    Identification *identification = self;
    g_auto(Fetched) fetched = {0};
    ImapIdentity *identity;

    if (response->kind == RESPONSE_FACT && strcmp(response->word, "EXPUNGE") == 0)
        identification->last = NULL; /* the numbers have moved */
    if (response->kind != RESPONSE_FACT || strcmp(response->word, "FETCH") != 0)
        return session_skip(session, response, error);
    if (!fetched_read(&session->parser, keep, &fetched, error))
        return false;
    identity = subject_of(identification, &fetched, response->number);
    if (identity)
        learn(identity, &fetched);
    return true;
}

static bool
ask_who(Identification *identification, const Batch *batch, Response *reply,
        GError **error)
{
    ImapSession *session = identification->session;
    Listener listener = {.hear = hear_identity, .self = identification};
    g_autoptr(GString) command = g_string_new("UID FETCH ");
    char tag[TAG_BYTES];

    batch_append_set(identification->wanted, batch, command);
    g_string_append_printf(command,
                           " (UID RFC822.SIZE INTERNALDATE%s%s "
                           "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])",
                           imap_has(session, "X-GM-EXT-1") ? " X-GM-MSGID" : "",
                           imap_has(session, "OBJECTID") ? " EMAILID" : "");
    identification->last = NULL;
    identification->last_sequence = 0;
    return session_command(session, command->str, tag, error) &&
           session_settle(session, tag, listener, reply, error);
}

/* A batch that is refused is halved; a mail refused alone stays without identity. */
static bool
describe_batch(Identification *identification, const Batch *batch, GArray *batches,
               GError **error)
{
    guint half = batch->count / 2;
    Batch halves[] = {
        {.first = batch->first + half, .count = batch->count - half},
        {.first = batch->first, .count = half},
    };
    Response reply;

    if (batch_count_open(identification->wanted, batch) == 0)
        return true;
    if (!ask_who(identification, batch, &reply, error))
        return false;
    if (reply.condition == CONDITION_OK)
        return true;
    if (hint_is_temporary(&reply) ||
        ++identification->n_refused > REFUSED_COMMANDS_LIMIT) {
        g_set_error(error, FAULT, FAULT_RETRY,
                    "the server refuses to describe its mails: %s", reply.text);
        return false;
    }
    if (half > 0)
        g_array_append_vals(batches, halves, G_N_ELEMENTS(halves));
    return true;
}

bool
imap_identify(ImapSession *session, const GArray *listings, GPtrArray *identities,
              GError **error)
{
    g_autoptr(GArray) wanted = wanted_new(listings);
    g_autoptr(GArray) batches = g_array_new(FALSE, FALSE, sizeof(Batch));
    Identification identification = {
        .session = session, .wanted = wanted, .identities = identities};
    guint limit = session_uids_limit(session);

    if (!session_is_usable(session, error))
        return false;
    for (guint first = 0; first < wanted->len; first += limit) {
        Batch batch = {.first = first, .count = MIN(limit, wanted->len - first)};

        g_array_append_val(batches, batch);
        while (batches->len > 0) {
            batch = g_array_index(batches, Batch, batches->len - 1);
            g_array_set_size(batches, batches->len - 1);
            if (!describe_batch(&identification, &batch, batches, error))
                return false;
        }
    }
    return true;
}
