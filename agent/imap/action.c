/* What is done to mails on the server once they are filed. */
#include <string.h>

#include "base/fault.h"
#include "imap/hint.h"
#include "imap/session.h"
#include "imap/wanted.h"

static GArray *
wanted_of(const uint32_t *uids, size_t n_uids)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));

    for (size_t i = 0; i < n_uids; i++) {
        ImapListing listing = {.uid = uids[i]};

        g_array_append_val(listings, listing);
    }
    return wanted_new(listings);
}

/* One step of an action over all its mails: "UID STORE", the set, `rest`. */
typedef struct Step {
    const char *verb;
    const char *rest;      /* behind the set; NULL: nothing */
    const char *wire_name; /* a folder behind the set; NULL: none */
} Step;

static bool
hear_outcome(const Step *step, const Response *reply, GError **error)
{
    FaultCode code = FAULT_MESSAGE;

    if (reply->condition == CONDITION_OK)
        return true;
    if (hint_is_temporary(reply))
        code = FAULT_RETRY;
    else if (strcmp(reply->code, "TRYCREATE") == 0 ||
             strcmp(reply->code, "NONEXISTENT") == 0)
        code = FAULT_CONFIG;
    g_set_error(error, FAULT, (gint)code, "the server refuses '%s'%s%s: %s", step->verb,
                step->wire_name ? " to " : "", step->wire_name ? step->wire_name : "",
                reply->text);
    return false;
}

static bool
take_step(ImapSession *session, const GArray *wanted, const Step *step, GError **error)
{
    guint limit = session_uids_limit(session);

    for (guint first = 0; first < wanted->len; first += limit) {
        Batch batch = {.first = first, .count = MIN(limit, wanted->len - first)};
        g_autoptr(GString) command = g_string_new(step->verb);
        const char *strings[] = {step->wire_name, NULL};
        Response reply;
        char tag[TAG_BYTES];

        g_string_append_c(command, ' ');
        batch_append_set(wanted, &batch, command);
        if (step->rest)
            g_string_append_printf(command, " %s", step->rest);
        if (!session_command_strings(session, command->str, strings, tag, error) ||
            !session_settle(session, tag, (Listener){0}, &reply, error) ||
            !hear_outcome(step, &reply, error))
            return false;
    }
    return true;
}

static bool
take_steps(ImapSession *session, const GArray *wanted, const Step *steps,
           size_t n_steps, GError **error)
{
    if (!session_is_usable(session, error))
        return false;
    for (size_t i = 0; i < n_steps; i++) {
        if (!take_step(session, wanted, &steps[i], error))
            return false;
    }
    return true;
}

/* UID EXPUNGE takes our mails only; the plain one takes whatever anybody has marked. */
static bool
can_expunge(const ImapSession *session, const char *action, GError **error)
{
    if (imap_has(session, "UIDPLUS") || imap_has(session, "IMAP4REV2"))
        return true;
    g_set_error(error, FAULT, FAULT_CONFIG,
                "the server cannot %s single mails (it has no UIDPLUS): use "
                "'after: keep' or 'after: seen'",
                action);
    return false;
}

bool
imap_store_seen(ImapSession *session, const uint32_t *uids, size_t n_uids,
                GError **error)
{
    static const Step seen = {.verb = "UID STORE", .rest = "+FLAGS.SILENT (\\Seen)"};
    g_autoptr(GArray) wanted = wanted_of(uids, n_uids);

    return take_steps(session, wanted, &seen, 1, error);
}

bool
imap_move(ImapSession *session, const uint32_t *uids, size_t n_uids,
          const char *wire_name, GError **error)
{
    const Step move = {.verb = "UID MOVE", .wire_name = wire_name};
    const Step copy_and_expunge[] = {
        {.verb = "UID COPY", .wire_name = wire_name},
        {.verb = "UID STORE", .rest = "+FLAGS.SILENT (\\Deleted)"},
        {.verb = "UID EXPUNGE"},
    };
    g_autoptr(GArray) wanted = wanted_of(uids, n_uids);

    if (imap_has(session, "MOVE") || imap_has(session, "IMAP4REV2"))
        return take_steps(session, wanted, &move, 1, error);
    return can_expunge(session, "move", error) &&
           take_steps(session, wanted, copy_and_expunge, G_N_ELEMENTS(copy_and_expunge),
                      error);
}

bool
imap_expunge(ImapSession *session, const uint32_t *uids, size_t n_uids, GError **error)
{
    static const Step steps[] = {
        {.verb = "UID STORE", .rest = "+FLAGS.SILENT (\\Deleted)"},
        {.verb = "UID EXPUNGE"},
    };
    g_autoptr(GArray) wanted = wanted_of(uids, n_uids);

    return can_expunge(session, "delete", error) &&
           take_steps(session, wanted, steps, G_N_ELEMENTS(steps), error);
}
