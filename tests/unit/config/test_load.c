/* A sound file means what the contract says it means. */
#include "scratch.h"

#include <string.h>

#include "base/clock.h"

static const char contract[] =
    "state: /var/lib/postroom\n"
    "our_domains: [example.com]\n"
    "resolver: 127.0.0.1@53\n"
    "log: {level: debug, format: json}\n"
    "limits: {mail: 10MB, parts: 7, depth: 5, header: 64KiB, seconds: 3}\n"
    "retention: {raw: 2w, held: 36h, delivered_events: 5m}\n"
    "spf_engine: libspf2\n"
    "sorters: 2\n"
    "collectors: 3\n"
    "http: {listen: '[::1]:0'}\n"
    "mailboxes:\n"
    "  - name: support\n"
    "    address: support@example.com\n"
    "    server: imaps://imap.example.com:1993\n"
    "    tls: {ca: /ca.pem}\n"
    "    user: support\n"
    "    password: {command: \"pass show x\"}\n"
    "    folders: {inbox: INBOX, junk: none, sent: Gesendet}\n"
    "    start: 2026-01-01\n"
    "    poll: 2m\n"
    "    after: {filed: seen, spam: \"move:Müll\"}\n"
    "    border: {profile: gmail, hosts: [mx.example.com], networks: [10.0.0.0/8]}\n"
    "    department: help\n"
    "    language: es\n"
    "  - name: leads\n"
    "    server: imap://localhost\n"
    "    tls: {required: false}\n"
    "    user: leads@example.com\n"
    "    oauth2: {token_command: \"token\"}\n"
    "webhooks:\n"
    "  - name: crm\n"
    "    url: https://crm.example.com/hooks/postroom\n"
    "    secret: [{file: /a}, {env: B}]\n"
    "    events: [\"ticket.*\", message.held]\n"
    "    allow_networks: [127.0.0.0/8]\n"
    "    include: {html: true, headers: no}\n"
    "relay: {server: smtps://smtp.example.com, user: u, password: {credential: c}}\n"
    "campaigns: {headers: [X-C], unsubscribe_addresses: [stop@example.com]}\n"
    "rules:\n"
    "  - name: leads in Spanish go to ventas\n"
    "    when: {label: lead, language: [es, ca], not: {auth: failed},\n"
    "           any: [{from: '*@a.example'}, {subject: '*urgente*', spam: ham}]}\n"
    "    then: {department: ventas, priority: high, forward: ventas@example.com}\n";

static void
whole_contract_is_read(void)
{
    g_autoptr(Config) config = scratch_config(contract);

    g_assert_cmpstr(config->state, ==, "/var/lib/postroom");
    g_assert_cmpstr(config->our_domains->pdata[0], ==, "example.com");
    g_assert_cmpstr(config->resolver, ==, "127.0.0.1@53");
    g_assert_cmpint(config->log_level, ==, LEVEL_DEBUG);
    g_assert_cmpint(config->log_format, ==, LOG_AS_JSON);
    g_assert_cmpint(config->limits.mail_bytes, ==, 10000000);
    g_assert_cmpint(config->limits.header_bytes, ==, 65536);
    g_assert_cmpint(config->limits.parts, ==, 7);
    g_assert_cmpint(config->retention_raw_s, ==, 14 * 86400);
    g_assert_cmpint(config->retention_held_s, ==, 36 * 3600);
    g_assert_cmpint(config->retention_delivered_events_s, ==, 300);
    g_assert_cmpint(config->spf_engine, ==, SPF_LIBSPF2);
    g_assert_cmpint(config->sorters, ==, 2);
    g_assert_cmpint(config->collectors, ==, 3);
    g_assert_cmpstr(config->http_listen, ==, "[::1]:0");
    g_assert_cmpstr(config->relay.server, ==, "smtps://smtp.example.com");
    g_assert_cmpint(config->relay.password.kind, ==, SECRET_CREDENTIAL);
    g_assert_cmpuint(config->campaign_headers->len, ==, 1);
    g_assert_cmpstr(config->unsubscribe_addresses->pdata[0], ==, "stop@example.com");
}

static void
mailboxes_are_read(void)
{
    g_autoptr(Config) config = scratch_config(contract);
    const MailboxConfig *support = config->mailboxes->pdata[0];
    const MailboxConfig *leads = config->mailboxes->pdata[1];
    int64_t start;

    g_assert_true(clock_parse("2026-01-01", &start));
    g_assert_cmpstr(support->tls_ca, ==, "/ca.pem");
    g_assert_true(support->tls_required);
    g_assert_cmpint(support->password.kind, ==, SECRET_COMMAND);
    g_assert_cmpstr(support->password.where, ==, "pass show x");
    g_assert_null(support->junk);
    g_assert_cmpstr(support->sent, ==, "Gesendet");
    g_assert_cmpint(support->start, ==, START_DATE);
    g_assert_cmpint(support->start_date, ==, start);
    g_assert_cmpint(support->poll_s, ==, 120);
    g_assert_cmpstr(support->after_filed, ==, "seen");
    g_assert_cmpstr(support->after_spam, ==, "move:Müll");
    g_assert_cmpint(support->border.profile, ==, PROFILE_GMAIL);
    g_assert_cmpstr(support->border.networks->pdata[0], ==, "10.0.0.0/8");
    g_assert_cmpstr(support->language, ==, "es");
    g_assert_cmpstr(leads->address, ==, "leads@example.com");
    g_assert_false(leads->tls_required);
    g_assert_cmpint(leads->oauth_provider, ==, OAUTH_TOKEN_COMMAND);
    g_assert_cmpstr(leads->sent, ==, "auto");
    g_assert_cmpint(leads->start, ==, START_NOW);
}

static void
webhooks_are_read(void)
{
    g_autoptr(Config) config = scratch_config(contract);
    const WebhookConfig *crm = config->webhooks->pdata[0];
    const SecretSource *second = crm->secrets->pdata[1];

    g_assert_cmpuint(crm->secrets->len, ==, 2);
    g_assert_cmpint(second->kind, ==, SECRET_ENV);
    g_assert_cmpstr(second->where, ==, "B");
    g_assert_cmpstr(crm->allow_networks->pdata[0], ==, "127.0.0.0/8");
    g_assert_true(crm->include_html);
    g_assert_false(crm->include_headers);
}

static const RuleTest *
child(const RuleTest *test, guint index)
{
    g_assert_cmpuint(index, <, test->children->len);
    return test->children->pdata[index];
}

static void
rule_tests_become_a_tree(void)
{
    g_autoptr(Config) config = scratch_config(contract);
    const Rule *rule = config->rules->pdata[0];
    const RuleTest *when = rule->when;

    g_assert_cmpstr(rule->department, ==, "ventas");
    g_assert_cmpstr(rule->priority, ==, "high");
    g_assert_cmpstr(rule->forward, ==, "ventas@example.com");
    g_assert_cmpint(when->kind, ==, TEST_ALL);
    g_assert_cmpstr(child(when, 0)->field, ==, "label");
    g_assert_cmpuint(child(when, 1)->values->len, ==, 2);
    g_assert_cmpint(child(when, 2)->kind, ==, TEST_NOT);
    g_assert_cmpstr(child(child(child(when, 2), 0), 0)->field, ==, "auth");
    g_assert_cmpint(child(when, 3)->kind, ==, TEST_ANY);
    g_assert_cmpuint(child(when, 3)->children->len, ==, 2);
    g_assert_cmpuint(child(child(when, 3), 1)->children->len, ==, 2);
}

static void
what_is_not_said_has_the_contracts_default(void)
{
    g_autoptr(Config) config = scratch_config("state: s\nwebhooks:\n");
    g_autoptr(SortSettings) plain = sort_settings_new();
    g_autoptr(SortSettings) settings = config_sort_settings(config, NULL);

    g_assert_cmpmem(&config->limits, sizeof config->limits, &plain->limits,
                    sizeof plain->limits);
    g_assert_cmpint(config->retention_raw_s, ==, 90 * 86400);
    g_assert_cmpint(config->log_level, ==, LEVEL_INFO);
    g_assert_cmpint(config->log_format, ==, LOG_AS_LOGFMT);
    g_assert_cmpuint(config->mailboxes->len, ==, 0);
    g_assert_cmpuint(config->webhooks->len, ==, 0);
    g_assert_cmpuint(config->rules->len, ==, 0);
    g_assert_null(config->resolver);
    g_assert_null(config->http_listen);
    g_assert_cmpuint(settings->campaign_headers->len, ==, 2);
    g_assert_null(settings->origin.mailbox);
}

static void
sorters_are_told_of_the_mailbox(void)
{
    g_autoptr(Config) config = scratch_config(contract);
    g_autoptr(SortSettings) settings =
        config_sort_settings(config, config->mailboxes->pdata[0]);

    g_assert_cmpstr(settings->origin.mailbox, ==, "support");
    g_assert_cmpstr(settings->origin.address, ==, "support@example.com");
    g_assert_cmpint(settings->limits.parts, ==, 7);
    g_assert_cmpint(settings->border.profile, ==, PROFILE_GMAIL);
    g_assert_cmpstr(settings->border.hosts->pdata[0], ==, "mx.example.com");
    g_assert_cmpint(settings->spf_engine, ==, SPF_LIBSPF2);
    g_assert_cmpuint(settings->our_addresses->len, ==, 2);
    g_assert_cmpstr(settings->our_domains->pdata[0], ==, "example.com");
    g_assert_cmpuint(settings->campaign_headers->len, ==, 1);
    g_assert_cmpstr(settings->default_language, ==, "es");
}

static void
webhooks_get_what_they_asked_for(void)
{
    static const struct {
        const char *pattern, *event;
        bool wanted;
    } rows[] = {
        {"*", "ticket.created", true},
        {"ticket.*", "ticket.replied", true},
        {"ticket.*", "lead.created", false},
        {"lead.created", "lead.created", true},
        {"*", "mailbox.failing", true},
        {"*", "message.spam", false},
        {"message.*", "message.held", false},
        {"message.*", "message.auto_reply", true},
        {"message.held", "message.held", true},
        {"message.spam", "message.spam", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) events = g_ptr_array_new();
        const WebhookConfig webhook = {.events = events};

        g_ptr_array_add(events, (gpointer)rows[i].pattern);
        if (config_webhook_wants(&webhook, rows[i].event) != rows[i].wanted)
            g_error("%s for %s", rows[i].event, rows[i].pattern);
    }
}

static void
anchors_spare_repetition(void)
{
    g_autoptr(Config) config = scratch_config(
        "state: s\n"
        "mailboxes:\n"
        "  - {name: a, server: imaps://h, user: a@b.example, password: &p {env: P},\n"
        "     border: &b {hosts: [mx]}}\n"
        "  - {name: b, server: imaps://h, user: b@b.example, password: *p, border: "
        "*b}\n");
    const MailboxConfig *second = config->mailboxes->pdata[1];

    g_assert_cmpstr(second->password.where, ==, "P");
    g_assert_cmpstr(second->border.hosts->pdata[0], ==, "mx");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/whole-contract-is-read", whole_contract_is_read);
    g_test_add_func("/config/mailboxes-are-read", mailboxes_are_read);
    g_test_add_func("/config/webhooks-are-read", webhooks_are_read);
    g_test_add_func("/config/rule-tests-become-a-tree", rule_tests_become_a_tree);
    g_test_add_func("/config/defaults", what_is_not_said_has_the_contracts_default);
    g_test_add_func("/config/sort-settings", sorters_are_told_of_the_mailbox);
    g_test_add_func("/config/webhook-wants", webhooks_get_what_they_asked_for);
    g_test_add_func("/config/anchors-spare-repetition", anchors_spare_repetition);
    return g_test_run();
}
