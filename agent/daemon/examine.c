/* One mailbox as doctor sees it. */
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/login.h"

enum {
    MOST_MAILS = 50,
    UIDS_BACK = 2000, /* among so many UIDs there are enough mails, or few at all */
    LONG_MAIL_BYTES = 1 << 20,
};

void
daemon_examination_clear(DaemonExamination *examination)
{
    g_clear_pointer(&examination->folders, g_ptr_array_unref);
    g_clear_pointer(&examination->mails, g_ptr_array_unref);
}

static bool
keep(const ImapDelivery *delivery, void *self)
{
    GPtrArray *mails = self;

    if (delivery->bytes)
        g_ptr_array_add(mails, g_bytes_ref(delivery->bytes));
    return true;
}

/* The newest mails of the folder that is open. */
static bool
fetch_newest(ImapSession *session, const ImapState *state, GPtrArray *mails,
             GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    uint32_t low =
        state->uidnext > UIDS_BACK ? (uint32_t)(state->uidnext - UIDS_BACK) : 0;

    if (!imap_enumerate(session, low, listings, error))
        return false;
    for (guint i = listings->len; i > 0; i--)
        if (g_array_index(listings, ImapListing, i - 1).size_bytes > LONG_MAIL_BYTES)
            g_array_remove_index(listings, i - 1);
    if (listings->len > MOST_MAILS)
        g_array_remove_range(listings, 0, listings->len - MOST_MAILS);
    return listings->len == 0 || imap_fetch(session, listings, keep, mails, error);
}

static bool
look_into(ImapSession *session, const ImapFolder *folder, DaemonExamination *out,
          GError **error)
{
    ImapState state = {0};

    if (!imap_examine(session, folder->wire_name, &state, error))
        return false;
    g_ptr_array_add(out->folders, g_strdup_printf("%s (%" G_GINT64_FORMAT ")",
                                                  folder->name, state.exists));
    return folder->role != FOLDER_INBOX ||
           fetch_newest(session, &state, out->mails, error);
}

bool
daemon_examine_mailbox(const Config *config, const MailboxConfig *mailbox,
                       DaemonExamination *out, GError **error)
{
    g_autoptr(ImapSession) session = NULL;
    g_autoptr(GPtrArray) folders = NULL;
    g_auto(Login) login = {0};
    int64_t begun_us = clock_monotonic_us();

    imap_init();
    out->folders = g_ptr_array_new_with_free_func(g_free);
    out->mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    session = login_open(config, mailbox, &login, error);
    if (!session)
        return false;
    out->took_ms = (clock_monotonic_us() - begun_us) / 1000;
    out->certificate_until_s = imap_certificate_until(session);
    out->provider = imap_provider(session)->name;
    out->has_idle = imap_has(session, "IDLE");
    out->has_move = imap_has(session, "MOVE") || imap_has(session, "UIDPLUS");
    folders = login_find_folders(mailbox, session, error);
    for (guint i = 0; folders && i < folders->len; i++) {
        const ImapFolder *folder = folders->pdata[i];

        if (!look_into(session, folder, out, error))
            return false;
    }
    return folders != NULL;
}
