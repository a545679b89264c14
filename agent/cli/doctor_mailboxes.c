/* Each mailbox: its name in the DNS, log-in, certificate, capabilities, folders, lag.
 */
#include "cli/doctor.h"

#include <netdb.h>
#include <sys/socket.h>

#include <glib/gi18n.h>

#include "base/clock.h"
#include "cli/records.h"
#include "daemon/daemon.h"

enum {
    DAY_S = 24 * 60 * 60,
    SOON_S = 14 * DAY_S, /* a renewal that has not come by then has failed */
    LONG_LAG_POLLS = 10
};

/* One mailbox under examination. */
typedef struct Patient {
    Findings *findings;
    const Config *config;
    const MailboxConfig *mailbox;
    char *subject;
} Patient;

static void
tell(const Patient *patient, const char *check, FindingState state, const char *says,
     const char *mend)
{
    findings_tell(patient->findings,
                  &(Finding){patient->subject, check, state, says, mend});
}

static bool
has_secret(const Patient *patient)
{
    const MailboxConfig *mailbox = patient->mailbox;
    const SecretSource *source = mailbox->oauth_provider == OAUTH_NONE
                                     ? &mailbox->password
                                     : &mailbox->oauth_client_secret;
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = NULL;

    if (source->kind == SECRET_NONE)
        return true;
    secret = config_read_secret(source, &error);
    if (secret)
        tell(patient, "secret", FINDING_GOOD, "it can be read, by us alone", NULL);
    else
        findings_tell_fault(patient->findings, patient->subject, "secret", error,
                            "Put the secret where the configuration says; a file "
                            "belongs to Postroom's user, mode 0600.");
    return secret != NULL;
}

static bool
has_address(const Patient *patient)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    g_autoptr(GError) odd = NULL; /* the log-in says what is wrong with it */
    g_autoptr(GUri) uri = g_uri_parse(patient->mailbox->server, G_URI_FLAGS_NONE, &odd);
    struct addrinfo *found = NULL;
    g_autofree char *says = NULL;
    int code;

    if (!uri || !g_uri_get_host(uri))
        return true;
    code = getaddrinfo(g_uri_get_host(uri), NULL, &wanted, &found);
    if (code == 0) {
        freeaddrinfo(found);
        tell(patient, "name", FINDING_GOOD, g_uri_get_host(uri), NULL);
        return true;
    }
    says = g_strdup_printf(_("'%s': %s"), g_uri_get_host(uri), gai_strerror(code));
    tell(patient, "name", code == EAI_AGAIN ? FINDING_UNAVAILABLE : FINDING_BROKEN,
         says,
         "Check the host name in `server:`, and /etc/resolv.conf of this machine.");
    return false;
}

static void
judge_certificate(const Patient *patient, int64_t until_s)
{
    g_autofree char *until = clock_format(until_s);
    g_autofree char *says = NULL;
    int64_t left_s = until_s == TIME_NONE ? 0 : until_s - clock_now_s();

    if (until_s == TIME_NONE) {
        tell(patient, "certificate", FINDING_WARNING, "the connection is not encrypted",
             "Use imaps://, unless the server is this very machine.");
        return;
    }
    says = g_strdup_printf(_("trusted, good until %s (%d days)"), until,
                           (int)(left_s / DAY_S));
    tell(patient, "certificate", left_s < SOON_S ? FINDING_WARNING : FINDING_GOOD, says,
         left_s < SOON_S ? "Have the server's certificate renewed before that day."
                         : NULL);
}

static bool
may_act(const char *after)
{
    return g_str_equal(after, "delete") || g_str_has_prefix(after, "move:");
}

static void
judge_capabilities(const Patient *patient, const DaemonExamination *found)
{
    const MailboxConfig *mailbox = patient->mailbox;
    g_autofree char *says = g_strdup_printf(_("provider %s%s%s"), found->provider,
                                            found->has_idle ? ", IDLE" : "",
                                            found->has_move ? ", MOVE or UIDPLUS" : "");
    bool wants_more = !found->has_move &&
                      (may_act(mailbox->after_filed) || may_act(mailbox->after_spam));

    if (wants_more)
        tell(patient, "capabilities", FINDING_BROKEN, says,
             "This server can neither move nor delete safely: set `after: {filed: "
             "keep, spam: keep}`.");
    else
        tell(patient, "capabilities", found->has_idle ? FINDING_GOOD : FINDING_WARNING,
             says,
             found->has_idle ? NULL
                             : "New mail is only found by looking: choose `poll:` as "
                               "short as you need it.");
}

static void
judge_folders(const Patient *patient, const GPtrArray *folders)
{
    g_autoptr(GPtrArray) ended = g_ptr_array_new();
    g_autofree char *says = NULL;

    for (guint i = 0; i < folders->len; i++)
        g_ptr_array_add(ended, folders->pdata[i]);
    g_ptr_array_add(ended, NULL);
    says = g_strjoinv(", ", (char **)ended->pdata);
    tell(patient, "folders", FINDING_GOOD, says, NULL);
}

static void
log_in(const Patient *patient)
{
    g_auto(DaemonExamination) found = {0};
    g_autoptr(GError) error = NULL;
    bool done =
        daemon_examine_mailbox(patient->config, patient->mailbox, &found, &error);
    g_autofree char *says = NULL;

    if (!found.provider) {
        findings_tell_fault(patient->findings, patient->subject, "log-in", error, NULL);
        return;
    }
    says = g_strdup_printf(_("as %s in %d ms"), patient->mailbox->user,
                           (int)found.took_ms);
    tell(patient, "log-in", FINDING_GOOD, says, NULL);
    judge_certificate(patient, found.certificate_until_s);
    judge_capabilities(patient, &found);
    if (done) {
        judge_folders(patient, found.folders);
        doctor_border(patient->findings, patient->subject, patient->mailbox,
                      found.mails);
    } else {
        findings_tell_fault(patient->findings, patient->subject, "folders", error,
                            "Check `folders:`; `postroom mailboxes test NAME` lists "
                            "what the server has.");
    }
}

/* What the daemon has written down; `health` NULL: it never ran. */
static void
judge_lag(const Patient *patient, const StoreTable *health)
{
    for (guint row = 0; health && row < health->rows->len; row++) {
        const char *lag = records_value(health, row, "seconds_since_success");
        g_autofree char *says = NULL;
        int64_t seconds;
        bool is_long;

        if (g_strcmp0(records_value(health, row, "mailbox"), patient->mailbox->name) !=
                0 ||
            !lag)
            continue;
        seconds = g_ascii_strtoll(lag, NULL, 10);
        is_long = seconds > LONG_LAG_POLLS * MAX(patient->mailbox->poll_s, 60);
        says = g_strdup_printf(_("last collected %s s ago"), lag);
        tell(patient, "lag", is_long ? FINDING_WARNING : FINDING_GOOD, says,
             is_long ? "Look whether `postroom run` is at work (systemctl status "
                       "postroom) and what its log says of this mailbox."
                     : NULL);
        return;
    }
    tell(patient, "lag", FINDING_WARNING, "never collected",
         "Start the daemon: `postroom run`.");
}

static StoreTable *
read_health(const Config *config)
{
    g_autoptr(GError) none = NULL; /* a new house has no database: told as a lag */
    g_autoptr(StoreReader) reader = store_reader_open(config->state, &none);

    return reader ? store_read_mailboxes(reader, &none) : NULL;
}

void
doctor_mailboxes(Findings *findings, const Config *config)
{
    g_autoptr(StoreTable) health = read_health(config);

    for (guint i = 0; i < config->mailboxes->len; i++) {
        Patient patient = {findings, config, config->mailboxes->pdata[i], NULL};

        patient.subject = g_strconcat("mailbox ", patient.mailbox->name, NULL);
        if (has_secret(&patient) && has_address(&patient))
            log_in(&patient);
        judge_lag(&patient, health);
        g_free(patient.subject);
    }
}
