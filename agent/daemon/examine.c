/* One mailbox as doctor sees it. */
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/login.h"

void
daemon_examination_clear(DaemonExamination *examination)
{
    g_clear_pointer(&examination->folders, g_ptr_array_unref);
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
        ImapState state = {0};

        if (!imap_examine(session, folder->wire_name, &state, error))
            return false;
        g_ptr_array_add(out->folders, g_strdup_printf("%s (%" G_GINT64_FORMAT ")",
                                                      folder->name, state.exists));
    }
    return folders != NULL;
}
