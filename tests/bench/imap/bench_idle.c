/* What waiting mailboxes cost: opens many sessions and lets them all wait in IDLE.
 *
 *     bench_imap_idle URL USER PASSWORD CA-FILE SESSIONS
 *
 * CA-FILE "-" is the system's. Prints one JSON line; tests/bench/imap/idle.py brings
 * the server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/clock.h"
#include "imap/imap.h"

static double
resident_mb(void)
{
    g_autofree char *status = NULL;
    const char *line = NULL;

    if (g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        line = strstr(status, "VmRSS:");
    return line ? (double)g_ascii_strtoull(line + strlen("VmRSS:"), NULL, 10) / 1024
                : 0;
}

static bool
wait_in_many(const ImapAccount *account, guint n_sessions, GError **error)
{
    g_autoptr(GPtrArray) sessions =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_close);
    double begun_mb = resident_mb();
    int64_t begun_us = clock_monotonic_us();

    for (guint i = 0; i < n_sessions; i++) {
        ImapSession *session = imap_open(account, error);
        ImapState state;

        if (!session)
            return false;
        g_ptr_array_add(sessions, session);
        if (!imap_examine(session, "INBOX", &state, error) ||
            !imap_idle_begin(session, error))
            return false;
    }
    (void)printf("{\"sessions\": %u, \"seconds\": %.2f, \"grown_mb\": %.1f, "
                 "\"kb_each\": %.1f}\n",
                 n_sessions, (double)(clock_monotonic_us() - begun_us) / 1e6,
                 resident_mb() - begun_mb,
                 (resident_mb() - begun_mb) * 1024 / n_sessions);
    return true;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = NULL;
    ImapAccount account = {0};

    if (argc < 6) {
        (void)fputs("usage: bench_imap_idle URL USER PASSWORD CA-FILE SESSIONS\n",
                    stderr);
        return 64;
    }
    imap_init();
    secret = secret_new(argv[3], strlen(argv[3]));
    account.url = argv[1];
    account.user = argv[2];
    account.secret = secret;
    account.ca_file = strcmp(argv[4], "-") == 0 ? NULL : argv[4];
    if (wait_in_many(&account, (guint)strtoul(argv[5], NULL, 10), &error))
        return 0;
    (void)fprintf(stderr, "bench_imap_idle: %s\n", error->message);
    return 1;
}
