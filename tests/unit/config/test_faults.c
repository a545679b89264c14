/* What the operator reads when the file is wrong: place, path, and what to do. */
#include "scratch.h"

#include <string.h>

#define MAILBOX                                                                        \
    "state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example, "       \
    "password: {env: P}}\n"
#define WEBHOOK "webhooks:\n  - {name: w, secret: {env: S}, url: "

static const struct {
    const char *text, *faults;
} rows[] = {
    {"state: s\nmailboxes:\n  - name: m\n    sever: imaps://h\n    user: u@h.example\n"
     "    password: {env: P}\n",
     "postroom.yaml:3:5: mailboxes[0].server: is missing\n"
     "postroom.yaml:4:5: mailboxes[0].sever: unknown key, did you mean 'server'?"},
    {"", "postroom.yaml:1:1: is empty"},
    {"# nothing\n", "postroom.yaml:1:1: is empty"},
    {"mailboxes: []\n", "postroom.yaml:1:1: state: is missing"},
    {"[a, b]\n", "postroom.yaml:1:1: needs keys and values"},
    {"state: s\n---\nstate: t\n", "postroom.yaml:2:1: a second document begins here"},
    {"state: s\nstate: t\n", "postroom.yaml:2:1: state: stands here twice"},
    {"state: s\nquite_other_thing: 1\n",
     "postroom.yaml:2:1: quite_other_thing: unknown key"},
    {"state: s\nStates: 1\n",
     "postroom.yaml:2:1: States: unknown key, did you mean 'state'?"},
    {"state: [a]\n", "postroom.yaml:1:8: state: needs a single value"},
    {"state: ''\n", "postroom.yaml:1:8: state: is empty"},
    {"state: \"a\\0b\"\n", "postroom.yaml:1:8: state: holds a NUL character"},
    {"state: s\nmailboxes: {a: b}\n", "postroom.yaml:2:12: mailboxes: needs a list"},
    {"state: s\nmailboxes: [x]\n",
     "postroom.yaml:2:13: mailboxes[0]: needs keys and values"},
    {"state: s\nlog: {level: inof}\n",
     "postroom.yaml:2:14: log.level: unknown value 'inof', did you mean 'info'?"},
    {"state: s\nlog: {format: 7}\n", "postroom.yaml:2:15: log.format: unknown value "
                                     "'7', expected one of logfmt, json"},
    {"state: s\nlimits: {parts: many, seconds: 0, mail: 9GiB, depth: -1}\n",
     "postroom.yaml:2:17: limits.parts: needs a whole number, not 'many'\n"
     "postroom.yaml:2:32: limits.seconds: '0' is too small\n"
     "postroom.yaml:2:41: limits.mail: '9GiB' is too large\n"
     "postroom.yaml:2:54: limits.depth: needs a whole number, not '-1'"},
    {"state: s\nretention: {raw: 90}\n",
     "postroom.yaml:2:18: retention.raw: needs a duration such as 60s, 5m, 2h, 90d, "
     "not '90'"},
    {"state: s\nlimits: {mail: 5 furlongs}\n",
     "postroom.yaml:2:16: limits.mail: needs a size such as 50MiB, 256KiB, not '5 "
     "furlongs'"},
    {"state: s\nresolver: dns.example\n",
     "postroom.yaml:2:11: resolver: needs ADDRESS@PORT, or none"},
    {"state: s\nhttp: {listen: 8025}\n",
     "postroom.yaml:2:16: http.listen: needs ADDRESS:PORT such as 127.0.0.1:8025"},
    {"state: s\nour_domains: [me@h.example]\n",
     "postroom.yaml:2:15: our_domains[0]: needs a domain"},
    {"state: s\nour_domains: {a: b}\n",
     "postroom.yaml:2:14: our_domains: needs a list of texts"},
    {MAILBOX
     "  - {name: m, server: imaps://h, user: v@h.example, password: {env: P}}\n",
     "postroom.yaml:4:12: mailboxes[1].name: is the name of another one"},
    {"state: s\nmailboxes:\n  - {name: m, server: h, user: u@h.example, password: "
     "{env: "
     "P}}\n",
     "postroom.yaml:3:23: mailboxes[0].server: needs imaps://HOST[:PORT], or "
     "imap://HOST[:PORT] with STARTTLS"},
    {"state: s\nmailboxes:\n  - {name: m, server: imap://h.example, user: "
     "u@h.example,\n"
     "     tls: {required: false}, password: {env: P}}\n",
     "postroom.yaml:4:22: mailboxes[0].tls.required: false is for loopback servers "
     "only; passwords would go in clear"},
    {"state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example}\n",
     "postroom.yaml:3:5: mailboxes[0].password: is missing: give password or oauth2"},
    {"state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u, password: {env: "
     "P}}\n",
     "postroom.yaml:3:5: mailboxes[0].address: is missing, and the user is none"},
    {"state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example,\n"
     "     oauth2: {provider: microsoft}}\n",
     "postroom.yaml:4:14: mailboxes[0].oauth2.tenant: is missing\n"
     "postroom.yaml:4:14: mailboxes[0].oauth2.client_id: is missing"},
    {"state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example,\n"
     "     oauth2: {provider: google, token_url: 'http://h.example/token'}}\n",
     "postroom.yaml:4:14: mailboxes[0].oauth2.client_id: is missing\n"
     "postroom.yaml:4:14: mailboxes[0].oauth2.client_secret: is missing\n"
     "postroom.yaml:4:44: mailboxes[0].oauth2.token_url: must be https://, secrets go "
     "there"},
    {"state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example,\n"
     "     password: {env: P}, border: {profile: outlook, networks: [10.0.0.0/33]},\n"
     "     start: soon, after: {filed: burn}, poll: 0s, language: Spanish}\n",
     "postroom.yaml:4:44: mailboxes[0].border.profile: unknown value 'outlook', "
     "expected one of none, rfc8601, gmail, m365\n"
     "postroom.yaml:4:64: mailboxes[0].border.networks[0]: needs a network such as "
     "10.0.0.0/8\n"
     "postroom.yaml:5:13: mailboxes[0].start: needs now, all or a date such as "
     "2026-01-01\n"
     "postroom.yaml:5:34: mailboxes[0].after.filed: needs keep, seen, delete or "
     "move:FOLDER\n"
     "postroom.yaml:5:47: mailboxes[0].poll: '0s' is too small\n"
     "postroom.yaml:5:61: mailboxes[0].language: needs a language code such as es"},
    {"state: s\n" WEBHOOK "https://h/, events: [lead.*, ticket.craeted]}\n",
     "postroom.yaml:3:67: webhooks[0].events[1]: names no event: ticket.created, "
     "lead.*, *"},
    {"state: s\n" WEBHOOK "ftp://h/}\n",
     "postroom.yaml:3:38: webhooks[0].url: needs https://HOST/PATH, or http://; "
     "without user or password"},
    {"state: s\nwebhooks: [{}]\n",
     "postroom.yaml:2:12: webhooks[0].name: is missing\n"
     "postroom.yaml:2:12: webhooks[0].url: is missing\n"
     "postroom.yaml:2:12: webhooks[0].secret: is missing"},
    {"state: s\nrules:\n  - name: r\n    when: {lable: lead}\n    then: {priority: "
     "top}\n",
     "postroom.yaml:4:12: rules[0].when.lable: unknown key, did you mean 'label'?\n"
     "postroom.yaml:5:22: rules[0].then.priority: unknown value 'top', expected one of "
     "low, normal, high, urgent"},
    {"state: s\nrules:\n  - {name: r, when: {label: leed}, then: {forward: "
     "a@b.example}}\n"
     "  - {name: r, when: {}, then: {}}\n",
     "postroom.yaml:3:29: rules[0].when.label: 'leed' is no label\n"
     "postroom.yaml:3:52: rules[0].then.forward: needs relay.server, which is not "
     "given\n"
     "postroom.yaml:4:12: rules[1].name: is the name of another one\n"
     "postroom.yaml:4:21: rules[1].when: needs tests such as {label: lead}\n"
     "postroom.yaml:4:31: rules[1].then: says nothing to do"},
    {"state: s\nrules:\n  - {name: r, when: {label: \"[ls]*\"}, then: {close: true}}\n",
     "postroom.yaml:3:29: rules[0].when.label: '[ls]*' is no label"},
};

static void
every_fault_is_told_with_its_place(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *faults = scratch_faults(rows[i].text);

        if (g_strcmp0(faults, rows[i].faults) != 0)
            g_error("of\n%s\nit says\n%s\ninstead of\n%s", rows[i].text,
                    faults ? faults : "nothing", rows[i].faults);
    }
}

static void
broken_yaml_is_told_with_its_place(void)
{
    g_autofree char *faults = scratch_faults("state: [unclosed\nmailboxes: {\n");

    g_assert_nonnull(faults);
    g_assert_true(g_str_has_prefix(faults, "postroom.yaml:2:"));
    g_assert_nonnull(strstr(faults, "is not YAML"));
}

static void
bytes_that_are_no_text_are_refused(void)
{
    g_autofree char *faults = scratch_faults("state: \xff\xfe\n");

    g_assert_nonnull(faults);
    g_assert_nonnull(strstr(faults, "is not UTF-8"));
}

static void
a_file_that_is_not_there_is_named(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load("/nowhere/postroom.yaml", &error);

    g_assert_null(config);
    g_assert_error(error, FAULT, FAULT_CONFIG);
    g_assert_true(g_str_has_prefix(error->message, "/nowhere/postroom.yaml: "));
}

/* People write the password where its place should be. */
static void
secrets_are_never_quoted(void)
{
    static const char *const places[] = {
        "hunter2",
        "[hunter2]",
        "{hunter2}",
        "{hunter2: x}",
        "{file: [hunter2]}",
        "{file: a, env: hunter2}",
        "{password: hunter2}",
        "{file: {hunter2: hunter2}}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *text = g_strdup_printf(
            "state: s\nmailboxes:\n  - {name: m, server: imaps://h, user: u@h.example, "
            "password: %s}\nwebhooks:\n  - {name: w, url: "
            "\"https://u:hunter2@h/\", secret: %s}\n",
            places[i], places[i]);
        g_autofree char *faults = scratch_faults(text);

        g_assert_nonnull(faults);
        g_assert_nonnull(strstr(faults, "mailboxes[0].password: needs "));
        g_assert_null(strstr(faults, "hunter2"));
    }
}

static void
aliases_cannot_multiply(void)
{
    g_autoptr(GString) text = g_string_new("a0: &a0 {label: [lead, lead, lead]}\n");
    g_autofree char *faults = NULL;

    for (int i = 1; i < 8; i++)
        g_string_append_printf(text,
                               "a%d: &a%d {any: [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]}\n", i,
                               i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    g_string_append(text,
                    "state: s\nrules: [{name: r, when: *a7, then: {assignee: x}}]\n");
    faults = scratch_faults(text->str);
    g_assert_nonnull(strstr(faults, "aliases multiply"));
}

static void
an_alias_to_itself_ends(void)
{
    g_autofree char *faults = scratch_faults(
        "state: s\nrules: [{name: r, when: &w {any: [*w]}, then: {assignee: x}}]\n");

    g_assert_nonnull(strstr(faults, "nests too deep"));
}

static void
many_faults_are_cut(void)
{
    g_autoptr(GString) text = g_string_new("state: s\n");
    g_autofree char *faults = NULL;
    g_auto(GStrv) lines = NULL;

    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "key%d: 1\n", i);
    faults = scratch_faults(text->str);
    lines = g_strsplit(faults, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 51);
}

/* A key may hold what a terminal obeys. */
static void
control_characters_do_not_reach_the_terminal(void)
{
    g_autofree char *faults =
        scratch_faults("state: s\n\"\\e[2Jx\": 1\nlog: {level: \"\\a\\n\"}\n");

    g_assert_null(strchr(faults, '\033'));
    g_assert_null(strchr(faults, '\a'));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/every-fault-is-told", every_fault_is_told_with_its_place);
    g_test_add_func("/config/broken-yaml", broken_yaml_is_told_with_its_place);
    g_test_add_func("/config/no-text", bytes_that_are_no_text_are_refused);
    g_test_add_func("/config/no-file", a_file_that_is_not_there_is_named);
    g_test_add_func("/config/secrets-are-never-quoted", secrets_are_never_quoted);
    g_test_add_func("/config/aliases-cannot-multiply", aliases_cannot_multiply);
    g_test_add_func("/config/alias-to-itself", an_alias_to_itself_ends);
    g_test_add_func("/config/many-faults-are-cut", many_faults_are_cut);
    g_test_add_func("/config/control-characters",
                    control_characters_do_not_reach_the_terminal);
    return g_test_run();
}
