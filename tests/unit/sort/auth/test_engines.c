/* Our own SPF evaluator beside libspf2, through one door. On plain records they agree;
 * where they differ in other people's suites is printed, with both accounts. */
#include "sort/auth/auth.h"

#include "suite.h"

static AuthResult
check_by(SpfEngine engine, const Trial *trial, Zone *zone, char **because)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    DnsAsker dns = zone_asker(zone);
    TrialReport report;
    AuthResult result;

    settings->spf_engine = engine;
    shape_init(&trial_report_shape, &report);
    auth_try(nothing, trial, settings, &dns, &report);
    result = report.spf.result;
    *because = g_strdup(report.spf.because);
    shape_clear(&trial_report_shape, &report);
    return result;
}

typedef struct Row {
    const char *name;
    const char *record;
    const char *ip;
    const char *sender; /* NULL: ann@shop.example */
    AuthResult want;
    bool by_libspf2; /* it may see the record */
} Row;

static const Row rows[] = {
    {"address", "v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.7", NULL, RESULT_PASS, true},
    {"no-address", "v=spf1 ip4:192.0.2.0/24 -all", "203.0.113.5", NULL, RESULT_FAIL,
     true},
    {"soft", "v=spf1 ~all", "203.0.113.5", NULL, RESULT_SOFTFAIL, true},
    {"neutral", "v=spf1 ?all", "203.0.113.5", NULL, RESULT_NEUTRAL, true},
    {"ipv6", "v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7", NULL, RESULT_PASS, true},
    {"host", "v=spf1 a:mail.shop.example -all", "192.0.2.7", NULL, RESULT_PASS, true},
    {"exchanger", "v=spf1 mx -all", "192.0.2.7", NULL, RESULT_PASS, true},
    {"include", "v=spf1 include:other.example -all", "198.51.100.7", NULL, RESULT_PASS,
     true},
    {"redirect", "v=spf1 redirect=other.example", "198.51.100.7", NULL, RESULT_PASS,
     true},
    {"macro", "v=spf1 exists:%{ir}.list.example -all", "192.0.2.7", NULL, RESULT_PASS,
     true},
    {"silence", "v=spf1 include:mute.example -all", "192.0.2.7", NULL, RESULT_TEMPERROR,
     true},
    {"null-sender", "v=spf1 ip4:192.0.2.7 -all", "192.0.2.7", "", RESULT_PASS, true},
    {"broken-record", "v=spf1 ip4:192.0.2.300 -all", "192.0.2.7", NULL,
     RESULT_PERMERROR, false},
    {"macro-that-grows", "v=spf1 exists:%{S}%{S}%{S}%{S}%{S}%{S}%{S}.list.example -all",
     "192.0.2.7", "a-rather-long-local-part-for-one-who-writes-letters@shop.example",
     RESULT_FAIL, false},
    {"explanation", "v=spf1 -all exp=why.shop.example", "192.0.2.7", NULL, RESULT_FAIL,
     false},
    {"loopback", "v=spf1 -all", "127.0.0.1", NULL, RESULT_FAIL, false},
    {"sender-of-odd-bytes", "v=spf1 ip4:192.0.2.7 -all", "192.0.2.7",
     "\"a b\"@shop.example", RESULT_PASS, false},
};

static void
test_row(const void *data)
{
    const Row *row = data;
    g_autoptr(Zone) zone = zone_new();
    const char *sender = row->sender ? row->sender : "ann@shop.example";
    Trial trial = {.ip = g_strdup(row->ip),
                   .helo = g_strdup("shop.example"),
                   .mail_from = g_strdup(sender)};

    zone_add(zone, "shop.example", "TXT", row->record);
    zone_add(zone, "shop.example", "MX", "10 mail.shop.example");
    zone_add(zone, "mail.shop.example", "A", "192.0.2.7");
    zone_add(zone, "other.example", "TXT", "v=spf1 ip4:198.51.100.0/24 -all");
    zone_add(zone, "7.2.0.192.list.example", "A", "127.0.0.2");
    zone_add(zone, "mute.example", "*", NULL);
    for (int engine = SPF_BUILTIN; engine <= SPF_LIBSPF2; engine++) {
        g_autofree char *because = NULL;
        AuthResult got = check_by((SpfEngine)engine, &trial, zone, &because);

        g_test_message("%s", because);
        g_assert_cmpstr(auth_result_name(got), ==, auth_result_name(row->want));
        if (engine == SPF_LIBSPF2)
            g_assert_cmpint(strstr(because, "libspf2") != NULL, ==, row->by_libspf2);
    }
    shape_clear(&trial_shape, &trial);
}

static const char *
text_of(const Case *test, const char *key)
{
    char **words = g_hash_table_lookup(test->values, key);

    return !words || !words[0] || strcmp(words[0], " ") == 0 ? "" : words[0];
}

/* Counts a case where both say the same as passed. */
static bool
agrees(const Case *test, char **got)
{
    Trial trial = {.ip = g_strdup(text_of(test, "ip")),
                   .helo = g_strdup(text_of(test, "helo")),
                   .mail_from = g_strdup(text_of(test, "mailfrom"))};
    g_autofree char *ours = NULL;
    g_autofree char *theirs = NULL;
    AuthResult here = check_by(SPF_BUILTIN, &trial, test->zone, &ours);
    AuthResult there = check_by(SPF_LIBSPF2, &trial, test->zone, &theirs);

    *got = g_strdup_printf("builtin %s (%s), libspf2 %s (%s)", auth_result_name(here),
                           ours, auth_result_name(there), theirs);
    shape_clear(&trial_shape, &trial);
    return here == there;
}

static const Suite suites[] = {{"spf_rfc7208", 150, agrees},
                               {"spf_rfc4408", 140, agrees}};

static void
test_suite(const void *data)
{
    const Suite *suite = data;
    g_autofree char *path = suite_path(suite->name);
    g_autofree char *lines = NULL;
    g_autoptr(GString) differing = g_string_new(NULL);
    size_t cases = 0;
    size_t same;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_test_skip("no suites here");
        return;
    }
    lines = suite_lines(path);
    same = run_cases(suite, lines, &cases, differing);
    g_test_message("%s | %zu cases | %zu the same by both engines | differing:%s",
                   suite->name, cases, same, differing->str);
    g_assert_cmpuint(same, >=, suite->floor);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    auth_init();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/auth/engine/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_autofree char *path = g_strdup_printf("/auth/engines/%s", suites[i].name);

        g_test_add_data_func(path, &suites[i], test_suite);
    }
    return g_test_run();
}
