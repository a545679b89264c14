#include "config/keys.h"

#include "base/hours.h"
#include "config/config.h"
#include "config/fits.h"

/* The macros refuse a row whose type is not the member's. _Generic takes no type in
 * parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define AT(T, m, type) (offsetof(T, m) + 0 * sizeof(_Generic(((T *)0)->m, type : 1)))
#define AT_ENUM(T, m)                                                                  \
    (offsetof(T, m) + 0 * sizeof(char[sizeof(((T *)0)->m) == sizeof(int) ? 1 : -1]))
#define KEYS_OF(T, table)                                                              \
    {                                                                                  \
        sizeof(T), table, G_N_ELEMENTS(table)                                          \
    }
#define KEYS_WITHIN(table)                                                             \
    {                                                                                  \
        0, table, G_N_ELEMENTS(table)                                                  \
    }
#define TEXT(T, m) .type = KEY_TEXT, .offset = AT(T, m, char *)
#define WORD(T, m, list) .type = KEY_WORD, .offset = AT(T, m, char *), .words = list
#define FOLDER(T, m) .type = KEY_FOLDER, .offset = AT(T, m, char *)
#define CHOICE(T, m, list) .type = KEY_ENUM, .offset = AT_ENUM(T, m), .words = list
#define YES_NO(T, m) .type = KEY_BOOL, .offset = AT(T, m, bool)
#define COUNT(T, m) .type = KEY_COUNT, .offset = AT(T, m, int64_t)
#define DURATION(T, m) .type = KEY_DURATION, .offset = AT(T, m, int64_t)
#define SIZE(T, m) .type = KEY_SIZE, .offset = AT(T, m, int64_t)
#define SECRET(T, m) .type = KEY_SECRET, .offset = AT(T, m, SecretSource)
#define SECRETS(T, m) .type = KEY_SECRETS, .offset = AT(T, m, GPtrArray *)
#define TEXTS(T, m) .type = KEY_TEXTS, .offset = AT(T, m, GPtrArray *), .fallback = "[]"
#define TEXTS_OR(T, m, or)                                                             \
    .type = KEY_TEXTS, .offset = AT(T, m, GPtrArray *), .fallback = or
#define LIST(T, m, list)                                                               \
    .type = KEY_LIST, .offset = AT(T, m, GPtrArray *), .of = &(list), .fallback = "[]"
#define MAP(T, m, list) .type = KEY_MAP, .offset = offsetof(T, m), .of = &(list)
#define PART(list) .type = KEY_MAP, .offset = 0, .of = &(list)

enum {
    MINUTE_S = 60,
    DAY_S = 24 * 60 * 60,
    KIB = 1 << 10,
    GIB = 1 << 30,
};

static const char *const level_words[] = {"error", "warning", "info", "debug", NULL};
static const char *const format_words[] = {"logfmt", "json", NULL};
static const char *const engine_words[] = {"builtin", "libspf2", NULL};
static const char *const profile_words[] = {"none", "rfc8601", "gmail", "m365", NULL};
static const char *const provider_words[] = {"none", "microsoft", "google",
                                             "token_command", NULL};
static const char *const webhook_format_words[] = {"plain", "cloudevents", NULL};
static const char *const priority_words[] = {"low", "normal", "high", "urgent", NULL};
static const char *const form_words[] = {"resent", "attached", NULL};
static const char *const off_words[] = {"off", NULL};
const char *const rule_fields[] = {
    "label",  "mailbox", "department", "from",       "to",   "subject", "language",
    "domain", "auth",    "spam",       "attachment", "text", "time",    NULL};

static const Key source_rows[] = {
    {"file", .type = KEY_TEXT, .help = "a file that only Postroom's user may read"},
    {"command", .type = KEY_TEXT, .help = "a shell command that prints it"},
    {"env", .type = KEY_TEXT, .help = "an environment variable"},
    {"credential", .type = KEY_TEXT, .help = "a systemd credential"},
};
const KeyList secret_keys = KEYS_WITHIN(source_rows);

static const Key log_rows[] = {
    {"level", CHOICE(Config, log_level, level_words), .fallback = "info",
     .help = "error, warning, info or debug"},
    {"format", CHOICE(Config, log_format, format_words), .fallback = "logfmt",
     .help = "logfmt or json"},
    {"addresses", YES_NO(Config, log_addresses), .fallback = "false",
     .help = "people's addresses in full, not only at level debug"},
};
static const KeyList log_keys = KEYS_WITHIN(log_rows);

static const Key limit_rows[] = {
    {"mail", SIZE(Limits, mail_bytes), .fallback = "50MiB", .least = KIB, .most = GIB,
     .help = "longer mail is filed with its head only"},
    {"parts", COUNT(Limits, parts), .fallback = "1000", .least = 1, .most = 100000,
     .help = "MIME parts of one mail"},
    {"depth", COUNT(Limits, depth), .fallback = "50", .least = 1, .most = 200,
     .help = "MIME parts within parts"},
    {"header", SIZE(Limits, header_bytes), .fallback = "256KiB", .least = KIB,
     .most = GIB, .help = "header bytes of one mail"},
    {"text", SIZE(Limits, text_bytes), .fallback = "1MiB", .least = KIB,
     .most = 1024 * KIB, .help = "longer texts and pages are cut, and marked"},
    {"seconds", COUNT(Limits, seconds), .fallback = "10", .least = 1, .most = 600,
     .help = "a sorter's time for one mail"},
};
static const KeyList limit_keys = KEYS_OF(Limits, limit_rows);

static const Key retention_rows[] = {
    {"raw", DURATION(Config, retention_raw_s), .fallback = "90d", .least = MINUTE_S,
     .most = INT32_MAX, .help = "raw mail"},
    {"held", DURATION(Config, retention_held_s), .fallback = "30d", .least = MINUTE_S,
     .most = INT32_MAX, .help = "held mail"},
    {"delivered_events", DURATION(Config, retention_delivered_events_s),
     .fallback = "30d", .least = MINUTE_S, .most = INT32_MAX,
     .help = "webhooks that were accepted"},
};
static const KeyList retention_keys = KEYS_WITHIN(retention_rows);

static const Key mailbox_tls_rows[] = {
    {"ca", TEXT(MailboxConfig, tls_ca), .hint = "/etc/postroom/ca.pem",
     .help = "certificates to trust; default: the system's"},
    {"required", YES_NO(MailboxConfig, tls_required), .fallback = "true",
     .help = "false for loopback servers only"},
};
static const KeyList mailbox_tls_keys = KEYS_WITHIN(mailbox_tls_rows);

static const Key oauth_rows[] = {
    {"provider", CHOICE(MailboxConfig, oauth_provider, provider_words),
     .fallback = "none", .help = "microsoft or google"},
    {"tenant", TEXT(MailboxConfig, oauth_tenant), .hint = "example.onmicrosoft.com",
     .help = "microsoft only"},
    {"client_id", TEXT(MailboxConfig, oauth_client_id), .hint = "ID",
     .help = "as registered with the provider"},
    {"client_secret", SECRET(MailboxConfig, oauth_client_secret),
     .hint = "{file: /etc/postroom/client.secret}",
     .help = "never in this file; microsoft without it: after 'postroom login'"},
    {"token_url", TEXT(MailboxConfig, oauth_token_url), .hint = "https://...",
     .help = "default: the provider's"},
    {"device_url", TEXT(MailboxConfig, oauth_device_url), .hint = "https://...",
     .help = "default: the provider's"},
    {"token_command", TEXT(MailboxConfig, oauth_token_command), .hint = "\"...\"",
     .help = "instead of a provider: prints an access token"},
};
static const KeyList oauth_keys = KEYS_WITHIN(oauth_rows);

static const Key folder_rows[] = {
    {"inbox", FOLDER(MailboxConfig, inbox), .fallback = "INBOX",
     .help = "becomes tickets"},
    {"junk", FOLDER(MailboxConfig, junk), .fallback = "auto",
     .help = "filed as spam; none: not read"},
    {"sent", FOLDER(MailboxConfig, sent), .fallback = "auto",
     .help = "our answers; none: not read"},
};
static const KeyList folder_keys = KEYS_WITHIN(folder_rows);

static const Key after_rows[] = {
    {"filed", TEXT(MailboxConfig, after_filed), .fallback = "keep", .fits = fits_after,
     .needs = "needs keep, seen, delete or move:FOLDER",
     .help = "keep, seen, move:Folder or delete"},
    {"spam", TEXT(MailboxConfig, after_spam), .fallback = "keep", .fits = fits_after,
     .needs = "needs keep, seen, delete or move:FOLDER", .help = "the same for spam"},
};
static const KeyList after_keys = KEYS_WITHIN(after_rows);

static const Key border_rows[] = {
    {"profile", CHOICE(Border, profile, profile_words), .fallback = "none",
     .sample = "rfc8601", .help = "rfc8601, gmail, m365 or none"},
    {"hosts", TEXTS(Border, hosts), .sample = "[mx.example.com]",
     .help = "servers of ours that write Received"},
    {"networks", TEXTS(Border, networks), .hint = "[10.0.0.0/8]", .fits = fits_network,
     .needs = "needs a network such as 10.0.0.0/8", .help = "their addresses"},
    {"authserv_ids", TEXTS(Border, authserv_ids), .sample = "[mx.example.com]",
     .help = "whose Authentication-Results count"},
    {"arc_sealers", TEXTS(Border, arc_sealers), .hint = "[lists.example.org]",
     .help = "domains whose ARC seal counts"},
    {"forwarders", TEXTS(Border, forwarders), .hint = "[forward.example.org]",
     .help = "hosts that forward mail to us"},
};
static const KeyList border_keys = KEYS_OF(Border, border_rows);

static const Key mailbox_rows[] = {
    {"name", TEXT(MailboxConfig, name), .is_required = true, .sample = "support",
     .help = "unique; stands in tickets, logs and metrics"},
    {"address", TEXT(MailboxConfig, address), .sample = "support@example.com",
     .fits = fits_address, .needs = "needs a mail address",
     .help = "default: the user, where that is an address"},
    {"server", TEXT(MailboxConfig, server), .is_required = true,
     .sample = "imaps://imap.example.com", .fits = fits_imap_url,
     .needs = "needs imaps://HOST[:PORT], or imap://HOST[:PORT] with STARTTLS",
     .help = "or imap://, STARTTLS then required"},
    {"tls", PART(mailbox_tls_keys), .fallback = "{}",
     .help = "how to trust the server"},
    {"user", TEXT(MailboxConfig, user), .is_required = true,
     .sample = "support@example.com", .help = "the name to log in with"},
    {"password", SECRET(MailboxConfig, password),
     .sample = "{file: /etc/postroom/support.password}",
     .help = "or {command: C}, {env: NAME}, {credential: NAME}"},
    {"oauth2", PART(oauth_keys), .help = "instead of a password"},
    {"folders", PART(folder_keys), .fallback = "{}", .help = "auto: by SPECIAL-USE"},
    {"start", .type = KEY_START, .offset = AT_ENUM(MailboxConfig, start),
     .fallback = "now", .sample = "now",
     .help = "now, all or 2026-01-01: what the first visit takes in"},
    {"poll", DURATION(MailboxConfig, poll_s), .fallback = "60s", .least = 1,
     .most = DAY_S, .help = "where the server has no IDLE"},
    {"after", PART(after_keys), .fallback = "{}",
     .help = "what becomes of the mail there"},
    {"border", MAP(MailboxConfig, border, border_keys), .fallback = "{}",
     .help = "where the outer world ends"},
    {"department", TEXT(MailboxConfig, department), .sample = "support",
     .help = "where its tickets go"},
    {"language", TEXT(MailboxConfig, language), .hint = "es", .fits = fits_language,
     .needs = "needs a language code such as es", .help = "of texts too short to tell"},
};
static const KeyList mailbox_keys = KEYS_OF(MailboxConfig, mailbox_rows);

static const Key include_rows[] = {
    {"html", YES_NO(WebhookConfig, include_html), .fallback = "false",
     .help = "the HTML text"},
    {"headers", YES_NO(WebhookConfig, include_headers), .fallback = "true",
     .help = "every header"},
};
static const KeyList include_keys = KEYS_WITHIN(include_rows);

static const Key webhook_tls_rows[] = {
    {"ca", TEXT(WebhookConfig, tls_ca), .hint = "/etc/postroom/ca.pem",
     .help = "certificates to trust; default: the system's"},
};
static const KeyList webhook_tls_keys = KEYS_WITHIN(webhook_tls_rows);

static const Key webhook_rows[] = {
    {"name", TEXT(WebhookConfig, name), .is_required = true, .sample = "crm",
     .help = "unique"},
    {"url", TEXT(WebhookConfig, url), .is_required = true,
     .sample = "https://crm.example.com/hooks/postroom", .fits = fits_web_url,
     .needs = "needs https://HOST/PATH, or http://; without user or password",
     .help = "https or http"},
    {"secret", SECRETS(WebhookConfig, secrets), .is_required = true,
     .sample = "{file: /etc/postroom/crm.secret}",
     .help = "holds whsec_... or whsk_...; a list of two while rotating"},
    {"events", TEXTS_OR(WebhookConfig, events, "[\"*\"]"), .sample = "[\"*\"]",
     .fits = fits_event, .needs = "names no event: ticket.created, lead.*, *",
     .help = "patterns; message.spam and message.held only by name"},
    {"allow_networks", TEXTS(WebhookConfig, allow_networks), .hint = "[10.0.0.0/8]",
     .fits = fits_network, .needs = "needs a network such as 10.0.0.0/8",
     .help = "private addresses are refused unless listed"},
    {"tls", PART(webhook_tls_keys), .fallback = "{}",
     .help = "how to trust the server"},
    {"include", PART(include_keys), .fallback = "{}", .help = "of each message"},
    {"format", CHOICE(WebhookConfig, format, webhook_format_words), .fallback = "plain",
     .help = "plain, or cloudevents: in the envelope of CloudEvents 1.0"},
};
static const KeyList webhook_keys = KEYS_OF(WebhookConfig, webhook_rows);

static const Key relay_tls_rows[] = {
    {"ca", TEXT(RelayConfig, tls_ca), .hint = "/etc/postroom/ca.pem",
     .help = "certificates to trust; default: the system's"},
    {"required", YES_NO(RelayConfig, tls_required), .fallback = "true",
     .help = "false for loopback servers only"},
};
static const KeyList relay_tls_keys = KEYS_WITHIN(relay_tls_rows);

static const Key relay_rows[] = {
    {"server", TEXT(RelayConfig, server), .is_required = true,
     .hint = "smtps://smtp.example.com", .fits = fits_smtp_url,
     .needs = "needs smtps://HOST[:PORT] or smtp://HOST[:PORT]",
     .help = "or smtp://, STARTTLS then required"},
    {"tls", PART(relay_tls_keys), .fallback = "{}", .help = "how to trust the server"},
    {"user", TEXT(RelayConfig, user), .hint = "postroom",
     .help = "the name to log in with"},
    {"password", SECRET(RelayConfig, password),
     .hint = "{file: /etc/postroom/relay.password}", .help = "as for a mailbox"},
};
static const KeyList relay_keys = KEYS_OF(RelayConfig, relay_rows);

static const Key ack_text_rows[] = {
    {"department", TEXT(AckText, department), .hint = "ventas", .help = "default: any"},
    {"language", TEXT(AckText, language), .hint = "es",
     .help = "as the mail is written in; default: any"},
    {"subject", TEXT(AckText, subject), .fallback = "\"Re: {subject}\"",
     .fits = acknowledge_fits,
     .needs = "knows {number}, {token} and {subject} between braces",
     .help = "with {number}, {token}, {subject}"},
    {"text", TEXT(AckText, text), .is_required = true,
     .hint = "\"We have your mail. Its number is {number}.\"", .fits = acknowledge_fits,
     .needs = "knows {number}, {token} and {subject} between braces",
     .help = "the same; may be of many lines"},
};
static const KeyList ack_text_keys = KEYS_OF(AckText, ack_text_rows);

static const Key acknowledge_rows[] = {
    {"from", TEXT(Acknowledge, from), .hint = "support@example.com",
     .fits = fits_address, .needs = "needs a mail address",
     .help = "default: the mailbox's address, where answers go in any case"},
    {"most_a_day", COUNT(Acknowledge, most_a_day), .fallback = "3", .least = 1,
     .most = 100, .help = "to one address"},
    {"texts", LIST(Acknowledge, texts, ack_text_keys),
     .help = "the first that fits is sent; none: nothing is"},
};
static const KeyList acknowledge_keys = KEYS_OF(Acknowledge, acknowledge_rows);

static const Key campaign_rows[] = {
    {"headers", TEXTS_OR(Config, campaign_headers, "[X-Campaign-ID, Feedback-ID]"),
     .help = "names of headers that tell the campaign"},
    {"unsubscribe_addresses", TEXTS(Config, unsubscribe_addresses),
     .hint = "[unsubscribe@example.com]", .fits = fits_address,
     .needs = "needs a mail address", .help = "mail to them unsubscribes"},
};
static const KeyList campaign_keys = KEYS_WITHIN(campaign_rows);

static const Key http_rows[] = {
    {"listen", TEXT(Config, http_listen), .fallback = "127.0.0.1:8025",
     .fits = fits_listen, .needs = "needs ADDRESS:PORT such as 127.0.0.1:8025",
     .help = "/livez, /readyz, /metrics"},
};
static const KeyList http_keys = KEYS_WITHIN(http_rows);

static const Key then_rows[] = {
    {"department", TEXT(Rule, department), .hint = "ventas",
     .help = "where the ticket goes"},
    {"priority", WORD(Rule, priority, priority_words), .hint = "high",
     .help = "low, normal, high or urgent"},
    {"forward", TEXT(Rule, forward), .hint = "ventas@example.com", .fits = fits_address,
     .needs = "needs a mail address", .help = "through the relay"},
    {"forward_as", CHOICE(Rule, forward_form, form_words), .fallback = "resent",
     .help = "resent: as it came; attached: within a mail of ours"},
    {"forward_strangers", YES_NO(Rule, forwards_strangers), .fallback = "false",
     .help = "to another's domain also what is not authenticated"},
    {"assignee", TEXT(Rule, assignee), .hint = "ana", .help = "who answers"},
    {"tag", TEXTS(Rule, tags), .hint = "[vip]",
     .help = "tags of the ticket; those of all rules add up"},
    {"hold", YES_NO(Rule, holds), .fallback = "false",
     .help = "not filed before somebody says 'postroom held release'"},
    {"spam", YES_NO(Rule, is_spam), .fallback = "false", .help = "it is spam"},
    {"close", YES_NO(Rule, closes), .fallback = "false",
     .help = "nobody has to answer"},
    {"move", TEXT(Rule, move), .hint = "Archive",
     .help = "to this folder of the mailbox, instead of 'after:'"},
    {"event", WORD(Rule, event, off_words), .hint = "\"off\"",
     .help = "off: no webhook hears of it"},
};
static const KeyList then_keys = KEYS_WITHIN(then_rows);

static const Key rule_rows[] = {
    {"name", TEXT(Rule, name), .is_required = true,
     .hint = "leads in Spanish go to ventas",
     .help = "told with each ticket it places"},
    {"when", .type = KEY_TEST, .offset = AT(Rule, when, RuleTest *),
     .hint = "{label: lead, language: es}",
     .help = "label, mailbox, department, from, to, subject, text, language, domain, "
             "auth, spam, attachment, time; any, all, not; /regex/"},
    {"then", PART(then_keys), .is_required = true,
     .help = "the first that matches wins"},
};
static const KeyList rule_keys = KEYS_OF(Rule, rule_rows);

static const Key hours_rows[] = {
    {"time_zone", TEXT(Config, time_zone), .hint = "Europe/Madrid",
     .fits = hours_is_zone, .needs = "needs a time zone such as Europe/Madrid",
     .help = "default: UTC"},
    {"open", TEXTS(Config, open_hours), .hint = "[mon-fri 09:00-18:00]",
     .fits = hours_is_span, .needs = "needs days and times such as mon-fri 09:00-18:00",
     .help = "when somebody answers; none: round the clock"},
    {"holidays", TEXTS(Config, holidays), .hint = "[2026-12-25]", .fits = hours_is_day,
     .needs = "needs a day such as 2026-12-25", .help = "days when nobody does"},
};
static const KeyList hours_keys = KEYS_WITHIN(hours_rows);

static const Key thread_rows[] = {
    {"join_new_subject", YES_NO(Config, joins_new_subject), .fallback = "false",
     .help = "else a reply with another subject opens a linked ticket"},
    {"join_other_mailbox", YES_NO(Config, joins_other_mailbox), .fallback = "false",
     .help = "else a reply to another mailbox opens a linked ticket"},
    {"loop_pair", COUNT(Config, loop_pair), .fallback = "50", .most = 1000,
     .help = "answers an hour from one address to one mailbox; more move nothing"},
    {"loop_address", COUNT(Config, loop_address), .fallback = "200", .most = 1000,
     .help = "the same to all mailboxes; 0: as many as come"},
};
static const KeyList thread_keys = KEYS_WITHIN(thread_rows);

static const Key dnssec_rows[] = {
    {"anchor", TEXT(Config, dnssec_anchor), .hint = "/usr/share/dns/root.key",
     .help = "DS or DNSKEY records that prove all others, or none; default: the root's "
             "of dns-root-data, if the resolver passes signatures on"},
    {"insecure", TEXTS(Config, dnssec_insecure), .hint = "[corp.example]",
     .fits = fits_domain, .needs = "needs a domain",
     .help = "inner names that differ from what the world was signed"},
};
static const KeyList dnssec_keys = KEYS_WITHIN(dnssec_rows);

static const Key top_rows[] = {
    {"state", TEXT(Config, state), .is_required = true, .sample = "/var/lib/postroom",
     .help = "the folder of the database and nothing else"},
    {"our_domains", TEXTS(Config, our_domains), .sample = "[example.com]",
     .fits = fits_domain, .needs = "needs a domain",
     .help = "ours: Sent matching, loops, impersonation"},
    {"resolver", TEXT(Config, resolver), .hint = "127.0.0.1@53", .fits = fits_resolver,
     .needs = "needs ADDRESS@PORT, or none",
     .help = "default: the system's; none: no lookups"},
    {"dnssec", PART(dnssec_keys), .fallback = "{}",
     .help = "which DNS answers are proven"},
    {"log", PART(log_keys), .fallback = "{}", .help = "goes to stderr"},
    {"limits", MAP(Config, limits, limit_keys), .fallback = "{}",
     .help = "what one mail may cost"},
    {"spf_engine", CHOICE(Config, spf_engine, engine_words), .fallback = "builtin",
     .help = "builtin or libspf2"},
    {"retention", PART(retention_keys), .fallback = "{}", .help = "how long we keep"},
    {"business_hours", PART(hours_keys), .fallback = "{}",
     .help = "for the business seconds of tickets"},
    {"threads", PART(thread_keys), .fallback = "{}",
     .help = "which mail joins a ticket"},
    {"sorters", COUNT(Config, sorters), .fallback = "0", .most = 256,
     .help = "mails read at once; 0: one a core"},
    {"collectors", COUNT(Config, collectors), .fallback = "0", .most = 1024,
     .help = "threads that fetch mail; 0: by the machine"},
    {"http", PART(http_keys), .help = "default: no HTTP"},
    {"mailboxes", LIST(Config, mailboxes, mailbox_keys), .help = "where mail comes in"},
    {"webhooks", LIST(Config, webhooks, webhook_keys), .help = "whom we tell"},
    {"relay", MAP(Config, relay, relay_keys),
     .help = "for forwards and acknowledgements"},
    {"acknowledge", MAP(Config, acknowledge, acknowledge_keys), .fallback = "{}",
     .help = "what a customer is told when his mail opened a ticket"},
    {"campaigns", PART(campaign_keys), .fallback = "{}", .help = "our own mailings"},
    {"rules", LIST(Config, rules, rule_keys),
     .help = "the first that matches wins per action"},
};
const KeyList config_keys = KEYS_OF(Config, top_rows);

static void
clear_items(const Key *key, GPtrArray *items)
{
    for (guint i = 0; items && i < items->len; i++) {
        if (key->of)
            keys_clear(key->of, items->pdata[i]);
        else if (key->type == KEY_SECRETS)
            g_free(((SecretSource *)items->pdata[i])->where);
        g_free(items->pdata[i]);
    }
    if (items)
        g_ptr_array_unref(items);
}

static void
clear_key(const Key *key, void *place)
{
    switch (key->type) {
    case KEY_TEXT:
    case KEY_FOLDER:
    case KEY_WORD:
        g_free(*(char **)place);
        return;
    case KEY_SECRET:
        g_free(((SecretSource *)place)->where);
        return;
    case KEY_SECRETS:
    case KEY_TEXTS:
    case KEY_LIST:
        clear_items(key, *(GPtrArray **)place);
        return;
    case KEY_MAP:
        keys_clear(key->of, place);
        return;
    case KEY_TEST:
        rule_test_free(*(RuleTest **)place);
        return;
    case KEY_ENUM:
    case KEY_BOOL:
    case KEY_COUNT:
    case KEY_DURATION:
    case KEY_SIZE:
    case KEY_START:
        return;
    }
}

void
keys_clear(const KeyList *keys, void *object)
{
    for (size_t i = 0; i < keys->count; i++)
        clear_key(&keys->keys[i], (char *)object + keys->keys[i].offset);
}
