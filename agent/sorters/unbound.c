#include "sorters/unbound.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <unbound.h>

#include "base/clock.h"
#include "base/fault.h"

enum {
    PROBE_MS = 3000,
    TYPE_DNSKEY = 48,
    CLASS_IN = 1
};

static const char default_anchor[] = "/usr/share/dns/root.key"; /* dns-root-data */

/* Tests run on loopback. The names of private addresses are for the operator's server
 * to answer, not for us to deny. And there is but one server: libunbound would hold it
 * for dead after three questions that it could not answer in time, and answer all
 * others by itself for a while. So it forgets at once how slow the server was. */
static const char *const options[][2] = {
    {"do-not-query-localhost:", "no"},   {"infra-host-ttl:", "0"},
    {"infra-cache-max-rtt:", "1000000"}, {"infra-keep-probing:", "yes"},
    {"cache-max-negative-ttl:", "60"},   {"val-bogus-ttl:", "30"},
    {"insecure-lan-zones:", "yes"},      {"trust-anchor-signaling:", "no"},
    {"edns-buffer-size:", "1232"},       {"unblock-lan-zones:", "yes"},
};

/* Names libunbound denies by itself. In a house they may well exist ("mail.corp.test"),
 * and whether they do is for the operator's server to say. */
static const char *const denied_zones[] = {
    "test.",
    "invalid.",
    "localhost.",
    "home.arpa.",
    "127.in-addr.arpa.",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
};

/* And those that no zone of the world signs, though the root's proof that they do not
 * exist would make them forged: they are for the operator's server to tell. RFC 6761,
 * 6762 with its appendix G, 8375, and what ICANN set apart. */
static const char *const inner_domains[] = {
    "test.",     "invalid.", "localhost.", "home.arpa.", "local.", "intranet.",
    "internal.", "private.", "corp.",      "home.",      "lan.",
};

static int
ask_for_all_names(struct ub_ctx *context)
{
    int failed = 0;

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(denied_zones); i++)
        failed = ub_ctx_zone_remove(context, denied_zones[i]);
    return failed;
}

static int
trust(struct ub_ctx *context, const ResolverSettings *settings, const char *anchor)
{
    int failed = ub_ctx_set_option(
        context, "module-config:", anchor ? "validator iterator" : "iterator");

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(inner_domains); i++)
        failed = ub_ctx_set_option(context, "domain-insecure:", inner_domains[i]);
    for (size_t i = 0; !failed && i < list_length(settings->insecure); i++)
        failed = ub_ctx_set_option(
            context, "domain-insecure:", g_ptr_array_index(settings->insecure, i));
    return failed || !anchor ? failed : ub_ctx_add_ta_file(context, anchor);
}

static int
configure(struct ub_ctx *context, const ResolverSettings *settings, const char *anchor)
{
    int failed = ub_ctx_async(context, 1);

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(options); i++)
        failed = ub_ctx_set_option(context, options[i][0], options[i][1]);
    if (!failed)
        failed = trust(context, settings, anchor);
    if (failed)
        return failed;
    failed = settings->server ? ub_ctx_set_fwd(context, settings->server)
                              : ub_ctx_resolvconf(context, NULL);
    /* Last: to change zones seals the rest of the configuration. */
    return failed ? failed : ask_for_all_names(context);
}

static struct ub_ctx *
open_context(const ResolverSettings *settings, const char *anchor, GError **error)
{
    struct ub_ctx *context = ub_ctx_create();
    const char *server = settings->server;
    int failed;

    g_assert(context);
    failed = configure(context, settings, anchor);
    if (!failed)
        return context;
    if (failed == UB_INITFAIL && anchor) /* all else was checked when it was set */
        g_set_error(error, FAULT, FAULT_CONFIG, "dnssec.anchor: '%s': %s", anchor,
                    ub_strerror(failed));
    else
        g_set_error(error, FAULT, FAULT_CONFIG, "resolver '%s': %s, expected ADDR@PORT",
                    server ? server : "of the system", ub_strerror(failed));
    ub_ctx_delete(context);
    return NULL;
}

/* libunbound takes a file without keys for one that needs none, and would prove
 * nothing; what it says of a broken one goes to stderr. */
static bool
holds_keys(const char *anchor, GError **error)
{
    g_autoptr(GError) unread = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(anchor, &text, NULL, &unread)) {
        g_set_error(error, FAULT, FAULT_CONFIG, "dnssec.anchor: %s", unread->message);
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_regex_match_simple("^[^;]*\\s(DS|DNSKEY)\\s+[0-9]", *line,
                                 G_REGEX_CASELESS, G_REGEX_MATCH_DEFAULT))
            return true;
    g_set_error(error, FAULT, FAULT_CONFIG,
                "dnssec.anchor: '%s' holds neither DS nor DNSKEY records", anchor);
    return false;
}

typedef struct Probe {
    bool is_done;
    bool is_secure;
} Probe;

static void
on_probed(void *self, int failed, struct ub_result *result)
{
    Probe *probe = self;

    probe->is_done = true;
    probe->is_secure = !failed && result && result->havedata && result->secure;
    ub_resolve_free(result);
}

static bool
proves_the_root(struct ub_ctx *context)
{
    int64_t until_us = clock_monotonic_us() + PROBE_MS * 1000;
    struct pollfd waiting = {.fd = ub_fd(context), .events = POLLIN};
    Probe probe = {0};
    int id = 0;

    if (ub_resolve_async(context, ".", TYPE_DNSKEY, CLASS_IN, &probe, on_probed, &id))
        return false;
    while (!probe.is_done) {
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;

        if (left_ms <= 0 ||
            (poll(&waiting, 1, (int)left_ms) > 0 && ub_process(context)))
            break;
    }
    if (!probe.is_done)
        (void)ub_cancel(context, id); /* the context ends with it */
    return probe.is_secure;
}

/* Debian's anchor, where nobody named one. */
static struct ub_ctx *
open_by_default(const ResolverSettings *settings, bool *validates, GError **error)
{
    if (access(default_anchor, R_OK) == 0) {
        struct ub_ctx *context = open_context(settings, default_anchor, error);

        if (!context)
            return NULL;
        *validates = proves_the_root(context);
        if (*validates)
            return context;
        ub_ctx_delete(context);
    }
    return open_context(settings, NULL, error);
}

struct ub_ctx *
unbound_new(const ResolverSettings *settings, bool *validates, GError **error)
{
    const char *anchor = settings->anchor;

    *validates = false;
    if (!anchor)
        return open_by_default(settings, validates, error);
    if (strcmp(anchor, "none") == 0)
        return open_context(settings, NULL, error);
    if (!holds_keys(anchor, error))
        return NULL;
    *validates = true;
    return open_context(settings, anchor, error);
}
