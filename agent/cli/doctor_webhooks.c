/* Each webhook: its secrets, whether it may be reached, whether somebody listens. */
#include "cli/doctor.h"

#include <glib/gi18n.h>
#include <netdb.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "cli/records.h"
#include "daemon/daemon.h"
#include "deliver/deliver.h"

/* Only addresses that a delivery may use are tried. */
static bool
is_reached(const WebhookConfig *webhook, const struct addrinfo *found, GError **error)
{
    const char *refused = NULL;
    char text[NI_MAXHOST];

    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        if (!deliver_may_reach(text, webhook->allow_networks))
            refused = text;
        else if (doctor_connects(at))
            return true;
    }
    if (refused)
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "its address %s is private, and not in allow_networks", refused);
    else
        g_set_error(error, FAULT, FAULT_RETRY, "nobody listens there");
    return false;
}

static bool
try_address(const WebhookConfig *webhook, GError **error)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    g_autoptr(GUri) uri = g_uri_parse(webhook->url, G_URI_FLAGS_NONE, error);
    g_autofree char *port = NULL;
    struct addrinfo *found = NULL;
    bool done;
    int code;

    if (!uri)
        return false;
    port = g_uri_get_port(uri) > 0 ? g_strdup_printf("%d", g_uri_get_port(uri))
                                   : g_strdup(g_uri_get_scheme(uri));
    code = getaddrinfo(g_uri_get_host(uri), port, &wanted, &found);
    if (code != 0) {
        g_set_error(error, FAULT, FAULT_RETRY, "its host is not found: %s",
                    gai_strerror(code));
        return false;
    }
    done = is_reached(webhook, found, error);
    freeaddrinfo(found);
    return done;
}

static bool
try_post(const WebhookConfig *webhook, GError **error)
{
    g_auto(DaemonWebhookTrial) trial = {0};

    if (!daemon_try_webhook(webhook, &trial, error))
        return false;
    if (trial.outcome->verdict == OUTCOME_DELIVERED)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "it does not take a signed webhook.test: %s",
                trial.outcome->because);
    return false;
}

static bool
try_secrets(const WebhookConfig *webhook, GError **error)
{
    for (guint i = 0; i < webhook->secrets->len; i++) {
        g_autoptr(Secret) secret =
            config_read_secret(webhook->secrets->pdata[i], error);

        if (!secret)
            return false;
    }
    return true;
}

typedef struct Check {
    const char *name;
    bool (*passes)(const WebhookConfig *webhook, GError **error);
    const char *good, *mend;
} Check;

static const Check checks[] = {
    {"secret", try_secrets, "it can be read, by us alone",
     "Put the secret (whsec_...) where the configuration says; a file belongs to "
     "Postroom's user, mode 0600."},
    {"reach", try_address, "somebody listens",
     "Check the host and port in `url:`; a private address needs `allow_networks:`."},
    {"signed post", try_post, "it took a signed webhook.test",
     "Look at the receiver's log: it must answer 2xx, and verify with this very "
     "secret."},
};

static StoreTable *
read_health(const Config *config)
{
    g_autoptr(GError) none =
        NULL; /* a new house has no database, and nothing disabled */
    g_autoptr(StoreReader) reader = store_reader_open(config->state, &none);

    return reader ? store_read_webhooks(reader, &none) : NULL;
}

/* Its receiver said 410, or nothing good for days: it gets nothing any more. */
static void
tell_disabled(Findings *findings, const char *subject, const char *name,
              const StoreTable *health)
{
    for (guint row = 0; health && row < health->rows->len; row++) {
        g_autofree char *says = NULL;
        g_autofree char *mend = NULL;

        if (g_strcmp0(records_value(health, row, "webhook"), name) != 0 ||
            g_strcmp0(records_value(health, row, "state"), "disabled") != 0)
            continue;
        says = g_strdup_printf(_("disabled, it gets nothing: %s"),
                               records_value(health, row, "because"));
        mend =
            g_strdup_printf(_("Mend the receiver; `postroom webhooks enable %s` then "
                              "sends what waits."),
                            name);
        findings_tell(findings,
                      &(Finding){subject, "state", FINDING_BROKEN, says, mend});
    }
}

void
doctor_webhooks(Findings *findings, const Config *config, bool probes)
{
    size_t count = G_N_ELEMENTS(checks) - (probes ? 0 : 1);
    g_autoptr(StoreTable) health = read_health(config);

    for (guint i = 0; i < config->webhooks->len; i++) {
        const WebhookConfig *webhook = config->webhooks->pdata[i];
        g_autofree char *subject = g_strconcat("webhook ", webhook->name, NULL);
        g_autoptr(GError) error = NULL;

        tell_disabled(findings, subject, webhook->name, health);
        for (size_t j = 0; j < count && !error; j++) {
            if (checks[j].passes(webhook, &error))
                findings_tell(findings, &(Finding){subject, checks[j].name,
                                                   FINDING_GOOD, checks[j].good, NULL});
            else
                findings_tell_fault(findings, subject, checks[j].name, error,
                                    checks[j].mend);
        }
    }
}
