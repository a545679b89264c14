/* Disk, clock and resolver. */
#include "cli/doctor.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "sorters/sorters.h"

enum {
    MIB = 1 << 20,
    LITTLE_MIB = 1024, /* a bad day's mail */
    NOTHING_MIB = 100,
    SLOW_MS = 500,
    PATIENCE_MS = 5000,
    THIS_YEAR_S = 1767225600, /* 2026-01-01: before it this program was not made */
};

static void
look_at_space(Findings *findings, const char *state)
{
    struct statvfs disk;
    g_autofree char *says = NULL;
    uint64_t free_mib;

    if (statvfs(state, &disk) != 0)
        return; /* the folder's own finding tells */
    free_mib = (uint64_t)disk.f_bavail * disk.f_frsize / MIB;
    says = g_strdup_printf(_("%u MiB free at '%s'"), (guint)MIN(free_mib, G_MAXUINT),
                           state);
    if (free_mib >= LITTLE_MIB)
        findings_tell(findings, &(Finding){"disk", "space", FINDING_GOOD, says, NULL});
    else
        findings_tell(
            findings,
            &(Finding){"disk", "space",
                       free_mib < NOTHING_MIB ? FINDING_BROKEN : FINDING_WARNING, says,
                       "Free some space, or shorten `retention: {raw: ...}`: a full "
                       "disk stops the filing until there is room again."});
}

static void
look_at_state(Findings *findings, const char *state)
{
    g_autofree char *says = NULL;

    if (access(state, R_OK | W_OK | X_OK) == 0) {
        findings_tell(findings, &(Finding){"disk", "state", FINDING_GOOD, state, NULL});
    } else if (errno == ENOENT) {
        says = g_strdup_printf(_("'%s' is not there yet"), state);
        findings_tell(findings, &(Finding){"disk", "state", FINDING_WARNING, says,
                                           "Start `postroom run`, which makes it; its "
                                           "user must be allowed to."});
    } else {
        says = g_strdup_printf(_("'%s': %s"), state, g_strerror(errno));
        findings_tell(findings, &(Finding){"disk", "state", FINDING_BROKEN, says,
                                           "Give the folder of `state:` to the user "
                                           "that runs Postroom (chown, chmod 0700)."});
    }
    look_at_space(findings, state);
}

/* Signatures of webhooks and DKIM, tokens and certificates all go by the clock. */
static void
look_at_clock(Findings *findings)
{
    struct timex clock = {0};
    g_autofree char *now = clock_format(clock_now_s());
    int state = adjtimex(&clock);

    if (clock_now_s() < THIS_YEAR_S)
        findings_tell(findings, &(Finding){"clock", "time", FINDING_BROKEN, now,
                                           "Set the clock: install an NTP client "
                                           "(systemd-timesyncd, chrony)."});
    else if (state == TIME_ERROR)
        findings_tell(findings, &(Finding){"clock", "time", FINDING_WARNING, now,
                                           "Nobody keeps this clock in step: install "
                                           "an NTP client (systemd-timesyncd, "
                                           "chrony), unless the host does it."});
    else
        findings_tell(findings, &(Finding){"clock", "time", FINDING_GOOD, now, NULL});
}

static void
ask_resolver(Findings *findings, Resolver *resolver, const char *name)
{
    int64_t begun_us = clock_monotonic_us();
    g_autoptr(DnsAnswer) answer = resolver_ask(resolver, name, DNS_MX, PATIENCE_MS);
    int64_t took_ms = (clock_monotonic_us() - begun_us) / 1000;
    g_autofree char *says = g_strdup_printf(_("MX of %s in %d ms"), name, (int)took_ms);

    if (answer->security == DNS_BOGUS)
        findings_tell(findings,
                      &(Finding){"resolver", "answer", FINDING_BROKEN,
                                 "its answer is not what the zone signed (DNSSEC)",
                                 "If this is so for every name, the resolver drops "
                                 "signatures, or dnssec.anchor is out of date; for "
                                 "names of your own network only, list them under "
                                 "`dnssec: {insecure: [DOMAIN]}`."});
    else if (answer->outcome == DNS_TEMPORARY)
        findings_tell(findings,
                      &(Finding){"resolver", "answer", FINDING_UNAVAILABLE,
                                 "it does not answer",
                                 "Name a resolver that does: `resolver: ADDR@PORT`. "
                                 "Until then senders stay undecided (deferred)."});
    else
        findings_tell(
            findings,
            &(Finding){"resolver", "answer",
                       took_ms > SLOW_MS ? FINDING_WARNING : FINDING_GOOD, says,
                       took_ms > SLOW_MS
                           ? "Run a caching resolver on this machine (unbound) and "
                             "name it: `resolver: 127.0.0.1@53`."
                           : NULL});
}

static void
look_at_resolver(Findings *findings, const Config *config, const char *server)
{
    const ResolverSettings asking = config_resolver_settings(config, server);
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) resolver = NULL;

    if (g_strcmp0(asking.server, "none") == 0) {
        findings_tell(findings,
                      &(Finding){"resolver", "answer", FINDING_WARNING,
                                 "there is none, by the configuration",
                                 "Name one, `resolver: ADDR@PORT`, or no sender can "
                                 "be authenticated here."});
        return;
    }
    resolver = resolver_new(&asking, &error);
    if (!resolver) {
        findings_tell_fault(findings, "resolver", "start", error, NULL);
        return;
    }
    ask_resolver(findings, resolver,
                 config->our_domains && config->our_domains->len
                     ? config->our_domains->pdata[0]
                     : "example.com");
    doctor_dnssec(findings, resolver, &asking);
}

void
doctor_machine(Findings *findings, const Config *config, const char *server)
{
    look_at_state(findings, config->state);
    look_at_clock(findings);
    look_at_resolver(findings, config, server);
}
