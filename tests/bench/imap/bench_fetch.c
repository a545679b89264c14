/* How fast a mailbox is read, and what that costs us: enumerate, fetch all, forget.
 *
 *     bench_imap_fetch URL USER PASSWORD [compress]
 *
 * Prints one JSON line. Processor time is this process alone, the server's is not in
 * it. Plain text; tests/bench/imap/compare.py runs it beside other programs. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <glib.h>

#include "base/clock.h"
#include "imap/imap.h"

typedef struct Sum {
    guint mails;
    gsize bytes;
} Sum;

static bool
add_up(const ImapDelivery *delivery, void *self)
{
    Sum *sum = self;

    sum->mails++;
    sum->bytes += delivery->bytes ? g_bytes_get_size(delivery->bytes) : 0;
    return true;
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
measure(ImapSession *session, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    int64_t begun_us = clock_monotonic_us();
    double begun_s = processor_s();
    int64_t listed_us, fetched_us;
    ImapState state;
    Sum sum = {0};

    if (!imap_examine(session, "INBOX", &state, error) ||
        !imap_enumerate(session, 0, listings, error))
        return false;
    listed_us = clock_monotonic_us();
    if (!imap_fetch(session, listings, add_up, &sum, error))
        return false;
    fetched_us = clock_monotonic_us();
    (void)printf("{\"mails\": %u, \"megabytes\": %.1f, \"list_s\": %.3f, "
                 "\"fetch_s\": %.3f, \"processor_s\": %.3f, \"link_mb_s\": %.0f}\n",
                 sum.mails, (double)sum.bytes / 1e6,
                 (double)(listed_us - begun_us) / 1e6,
                 (double)(fetched_us - listed_us) / 1e6, processor_s() - begun_s,
                 (double)imap_bytes_per_s(session) / 1e6);
    return true;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = NULL;
    g_autoptr(ImapSession) session = NULL;
    ImapAccount account = {.tls_optional = true};

    if (argc < 4) {
        (void)fputs("usage: bench_imap_fetch URL USER PASSWORD [compress]\n", stderr);
        return 64;
    }
    imap_init();
    secret = secret_new(argv[3], strlen(argv[3]));
    account.url = argv[1];
    account.user = argv[2];
    account.secret = secret;
    session = imap_open(&account, &error);
    if (session && argc > 4 && !imap_compress(session, &error))
        g_clear_pointer(&session, imap_close);
    if (session && measure(session, &error))
        return 0;
    (void)fprintf(stderr, "bench_imap_fetch: %s\n", error->message);
    return 1;
}
