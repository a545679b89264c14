/* One mailbox looked through again, or further back, while no daemon runs. */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/login.h"
#include "ingest/ingest.h"

typedef struct Rescan {
    const Config *config;
    const MailboxConfig *mailbox;
    const DaemonRescan *wish;
    Resolver *resolver;
    Store *store;
    Sorters *sorters;
    ImapSession *session;
    GPtrArray *folders;
    IngestHouse house;
} Rescan;

static void
rescan_clear(Rescan *rescan)
{
    g_clear_pointer(&rescan->folders, g_ptr_array_unref);
    g_clear_pointer(&rescan->session, imap_close);
    g_clear_pointer(&rescan->sorters, sorters_free);
    g_clear_pointer(&rescan->store, store_close);
    g_clear_pointer(&rescan->resolver, resolver_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rescan, rescan_clear)

static bool
open_rooms(Rescan *rescan, GError **error)
{
    const Config *config = rescan->config;
    const ResolverSettings asking =
        config_resolver_settings(config, rescan->wish->resolver);
    const SortersSettings sorting = {.count = (int)config->sorters};
    g_auto(Login) login = {0};

    rescan->store = store_open(config->state, error);
    if (rescan->store)
        store_keep_hours(rescan->store, config_hours(config));
    rescan->resolver = rescan->store ? resolver_new(&asking, error) : NULL;
    rescan->sorters =
        rescan->resolver ? sorters_new(&sorting, rescan->resolver, error) : NULL;
    rescan->session =
        rescan->sorters ? login_open(config, rescan->mailbox, &login, error) : NULL;
    rescan->folders = rescan->session
                          ? login_find_folders(rescan->mailbox, rescan->session, error)
                          : NULL;
    return rescan->folders != NULL;
}

static bool
forget_holes(StoreTxn *txn, void *self, GError **error)
{
    const Rescan *rescan = self;

    return store_retry_holes(txn, rescan->mailbox->name, error);
}
static bool
look_through(const Rescan *rescan, IngestCounts *counts, GError **error)
{
    for (guint i = 0; i < rescan->folders->len; i++)
        if (!ingest_folder(&rescan->house, rescan->mailbox, rescan->session,
                           rescan->folders->pdata[i], counts, error))
            return false;
    return true;
}

bool
daemon_rescan(const Config *config, const MailboxConfig *mailbox,
              const DaemonRescan *wish, DaemonRescanned *out, GError **error)
{
    g_auto(Rescan) rescan = {.config = config, .mailbox = mailbox, .wish = wish};
    IngestCounts counts = {0};

    imap_init();
    if (!open_rooms(&rescan, error) ||
        !store_do(rescan.store, forget_holes, &rescan, error))
        return false;
    rescan.house = (IngestHouse){.config = config,
                                 .store = rescan.store,
                                 .sorters = rescan.sorters,
                                 .recounts_all = true,
                                 .takes_history = wish->takes_history,
                                 .history_since = wish->since,
                                 .is_silent = wish->takes_history && !wish->notify,
                                 .progress = wish->progress,
                                 .progress_self = wish->self};
    if (!look_through(&rescan, &counts, error))
        return false;
    rescan.house.takes_orphans = true;
    if (counts.postponed && !look_through(&rescan, &counts, error))
        return false;
    *out = (DaemonRescanned){counts.filed, counts.copies, counts.held, counts.holes};
    return true;
}
