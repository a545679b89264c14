/* Other people's test suites, read at run time from ../shared/data/auth (or
 * $POSTROOM_DATA/auth) and never copied; skipped where they are missing. A floor is
 * what was once reached: it never falls. */
#include "sort/auth/auth.h"

#include <string.h>

#include "base/clock.h"

#include "suite.h"

static const char *
value_of(const Case *test, const char *key)
{
    char **words = g_hash_table_lookup(test->values, key);

    return words && words[0] ? words[0] : NULL;
}

static const char *
text_of(const Case *test, const char *key)
{
    const char *value = value_of(test, key);

    return !value || strcmp(value, " ") == 0 ? "" : value;
}

static GBytes *
mail_of(const Case *test)
{
    gsize size = 0;
    guchar *bytes = g_base64_decode(text_of(test, "msg"), &size);

    return g_bytes_new_take(bytes, size);
}

static bool
expects(const Case *test, const char *key, const char *value)
{
    char **words = g_hash_table_lookup(test->values, key);

    for (size_t i = 0; words && words[i]; i++)
        if (g_strcmp0(words[i], value) == 0)
            return true;
    return false;
}

/* DEFAULT: whatever a receiver says of its own, which here is nothing. */
static bool
explains_as_expected(const Case *test, const SpfFacts *facts)
{
    const char *want = value_of(test, "expect.explanation");

    if (!want)
        return true;
    return g_strcmp0(facts->explanation, strcmp(want, "DEFAULT") == 0
                                             ? NULL
                                             : text_of(test, "expect.explanation")) ==
           0;
}

static bool
passes_spf(const Case *test, char **got)
{
    SpfFacts facts;
    DnsAsker dns = zone_asker(test->zone);
    bool passed;

    shape_init(&spf_shape, &facts);
    auth_spf(text_of(test, "ip"), text_of(test, "helo"), text_of(test, "mailfrom"),
             &dns, &facts);
    passed = expects(test, "expect.spf", auth_result_name(facts.result)) &&
             explains_as_expected(test, &facts);
    *got = g_strdup_printf("%s: %s", auth_result_name(facts.result), facts.because);
    shape_clear(&spf_shape, &facts);
    return passed;
}

/* One suite holds a signature that had expired long before its mails were collected. */
enum {
    MAILDKIM_NOW = 1700000000
};

/* Two suites predate RFC 8301: what they pass with SHA-1 must not pass here. */
static bool
passes_dkim(const Case *test, char **got)
{
    g_autoptr(GBytes) mail = mail_of(test);
    DnsAsker dns = zone_asker(test->zone);
    GPtrArray *facts = NULL;
    size_t counts[RESULT_SKIPPED + 1] = {0};
    const char *want = value_of(test, "expect.any");
    const char *now_text = value_of(test, "now");
    int64_t now = now_text ? g_ascii_strtoll(now_text, NULL, 10) : MAILDKIM_NOW;
    bool only_sha1 = true;
    GString *text = g_string_new(NULL);

    auth_dkim(mail, now, &dns, &facts);
    for (size_t i = 0; i < list_length(facts); i++) {
        const DkimFacts *fact = g_ptr_array_index(facts, i);

        counts[fact->result]++;
        only_sha1 =
            only_sha1 && (!fact->algorithm || strcmp(fact->algorithm, "rsa-sha1") == 0);
        g_string_append_printf(text, "%s (%s %s) ", auth_result_name(fact->result),
                               fact->algorithm, fact->because);
    }
    *got = g_string_free(text, FALSE);
    for (size_t i = 0; i < list_length(facts); i++)
        shape_free(&dkim_shape, g_ptr_array_index(facts, i));
    if (facts)
        g_ptr_array_unref(facts);
    if (strcmp(want, "pass") == 0)
        return only_sha1 ? counts[RESULT_PASS] == 0 : counts[RESULT_PASS] > 0;
    if (strcmp(want, "fail") == 0)
        return counts[RESULT_PASS] == 0 &&
               (only_sha1 || counts[RESULT_FAIL] + counts[RESULT_PERMERROR] > 0);
    return counts[RESULT_PASS] == 0 && counts[RESULT_FAIL] == 0;
}

static bool
passes_arc(const Case *test, char **got)
{
    g_autoptr(GBytes) mail = mail_of(test);
    DnsAsker dns = zone_asker(test->zone);
    ArcFacts facts;
    bool passed;

    shape_init(&arc_shape, &facts);
    auth_arc(mail, NULL, &dns, &facts);
    *got = g_strdup(auth_result_name(facts.result));
    passed = expects(test, "expect.arc", *got) || expects(test, "expect.arc", "any");
    shape_clear(&arc_shape, &facts);
    return passed;
}

/* For a Border, whose shape frees it. */
static GPtrArray *
texts_of(const Case *test, const char *key)
{
    char **words = g_hash_table_lookup(test->values, key);
    GPtrArray *texts = NULL;

    for (size_t i = 0; words && words[i]; i++)
        texts_append(&texts, g_strdup(words[i]));
    return texts;
}

static bool
same_text(const Case *test, const char *key, const char *got)
{
    const char *want = value_of(test, key);

    return !want || g_strcmp0(want, got) == 0;
}

static bool
passes_dmarc(const Case *test, char **got)
{
    const char *from = text_of(test, "header_from");
    const char *at = strrchr(from, '@');
    Border domains = {.hosts = texts_of(test, "dkim_pass"),
                      .networks = texts_of(test, "spf_pass")};
    DnsAsker dns = zone_asker(test->zone);
    DmarcFacts facts;
    bool passed;

    shape_init(&dmarc_shape, &facts);
    auth_dmarc(at ? at + 1 : from, domains.hosts, domains.networks, &dns, &facts);
    *got =
        g_strdup_printf("%s policy=%s at=%s org=%s", auth_result_name(facts.result),
                        facts.policy, facts.policy_domain, facts.organizational_domain);
    passed = expects(test, "expect.dmarc", auth_result_name(facts.result)) &&
             same_text(test, "expect.policy", facts.policy) &&
             same_text(test, "expect.policy_domain", facts.policy_domain) &&
             same_text(test, "expect.org_domain", facts.organizational_domain);
    shape_clear(&dmarc_shape, &facts);
    shape_clear(&border_shape, &domains);
    return passed;
}

static int
compare_texts(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static char *
results_line(const ResultsHeader *header)
{
    GString *out = g_string_new(NULL);

    g_string_printf(out, "%s; %d", header->authserv_id, (int)header->version);
    for (size_t i = 0; i < list_length(header->results); i++) {
        const MethodResult *result = g_ptr_array_index(header->results, i);
        g_autoptr(GPtrArray) properties = g_ptr_array_new_with_free_func(g_free);

        for (size_t k = 0; k < list_length(result->properties); k++) {
            const ResultProperty *property = g_ptr_array_index(result->properties, k);

            g_ptr_array_add(properties,
                            g_strdup_printf("%s=%s", property->name, property->value));
        }
        g_ptr_array_sort(properties, compare_texts);
        g_string_append_printf(out, "; %s/%d=%s [%s] ", result->method,
                               (int)result->method_version, result->result,
                               result->reason ? result->reason : "");
        for (guint k = 0; k < properties->len; k++)
            g_string_append_printf(out, "%s%s", k ? "," : "",
                                   (char *)g_ptr_array_index(properties, k));
    }
    return g_string_free(out, FALSE);
}

static bool
passes_results(const Case *test, char **got)
{
    gsize size;
    g_autofree guchar *bytes = g_base64_decode(text_of(test, "header"), &size);
    g_autofree char *value = g_strndup((const char *)bytes, size);
    g_autoptr(GError) error = NULL;
    unsigned grammar = (expects(test, "relaxed", "1") ? RESULTS_TOLERANT : 0u) |
                       (expects(test, "utf8", "1") ? RESULTS_UTF8 : 0u);
    ResultsHeader header;

    shape_init(&results_header_shape, &header);
    if (auth_read_results(value, grammar, &header, &error))
        *got = results_line(&header);
    else
        *got = g_strdup("error");
    shape_clear(&results_header_shape, &header);
    return strcmp(*got, text_of(test, "expect")) == 0;
}

static void
clear_border_facts(BorderFacts *facts)
{
    g_free(facts->ip);
    g_free(facts->helo);
    g_free(facts->by);
    g_free(facts->envelope_from);
    g_free(facts->source);
}

static bool
passes_received(const Case *test, char **got)
{
    BorderFacts facts = {0};
    bool found = auth_read_received(text_of(test, "received"), &facts);
    bool passed;

    *got = g_strdup_printf("ip=%s by=%s helo=%s", facts.ip, facts.by, facts.helo);
    if (value_of(test, "expect_null"))
        passed = !found;
    else
        passed = found && same_text(test, "expect.ip", facts.ip) &&
                 same_text(test, "expect.by", facts.by);
    clear_border_facts(&facts);
    return passed;
}

static bool
passes_trustpath(const Case *test, char **got)
{
    g_autofree char *header =
        g_strjoinv("\r\n", g_hash_table_lookup(test->values, "headers"));
    g_autofree char *text = g_strconcat(header, "\r\n\r\n", NULL);
    g_autoptr(GBytes) mail = g_bytes_new(text, strlen(text));
    Border border = {.networks = texts_of(test, "networks")};
    BorderFacts facts = {0};
    bool found;
    bool passed;

    texts_append(&border.hosts, g_strdup("receiver.net"));
    found = auth_find_border(mail, &border, &facts);
    *got = g_strdup(found ? facts.ip : "");
    passed = g_ascii_strcasecmp(*got, text_of(test, "border")) == 0;
    clear_border_facts(&facts);
    shape_clear(&border_shape, &border);
    return passed;
}

static void
site_border(const Case *test, SortSettings *settings)
{
    Border *border = &settings->border;

    border->profile = PROFILE_RFC8601;
    border->hosts = texts_of(test, "cfg.internal_hosts");
    border->networks = texts_of(test, "cfg.internal_networks");
    border->authserv_ids = texts_of(test, "cfg.trusted_authserv_ids");
    border->arc_sealers = texts_of(test, "cfg.trusted_arc_sealers");
    settings->origin.received_at = g_ascii_strtoll(text_of(test, "now"), NULL, 10);
}

static char *
verdict_line(const Verdict *verdict)
{
    GString *out = g_string_new(NULL);

    g_string_printf(
        out, "%s dmarc=%s spf=%s arc=%s dkim=", verdict_kind_name(verdict->kind),
        auth_result_name(verdict->dmarc.result), auth_result_name(verdict->spf.result),
        auth_result_name(verdict->arc.result));
    for (size_t i = 0; i < list_length(verdict->dkim); i++) {
        const DkimFacts *facts = g_ptr_array_index(verdict->dkim, i);

        g_string_append_printf(out, "%s,", auth_result_name(facts->result));
    }
    for (size_t i = 0; i < list_length(verdict->because); i++)
        g_string_append_printf(out, " | %s",
                               (char *)g_ptr_array_index(verdict->because, i));
    return g_string_free(out, FALSE);
}

static bool
has_expected_dkim(const Case *test, const Verdict *verdict)
{
    char **words = g_hash_table_lookup(test->values, "expect.dkim");
    guint count = words ? g_strv_length(words) : 0;

    if (!words)
        return true;
    if (list_length(verdict->dkim) != count)
        return false;
    for (guint i = 0; i < count; i++) {
        const DkimFacts *facts = g_ptr_array_index(verdict->dkim, i);

        if (strcmp(auth_result_name(facts->result), words[i]) != 0)
            return false;
    }
    return true;
}

static bool
has_expected_flags(const Case *test, const Verdict *verdict)
{
    char **words = g_hash_table_lookup(test->values, "expect.flags");
    bool all = true;

    for (size_t i = 0; words && words[i]; i++) {
        bool found = false;

        for (size_t k = 0; k < list_length(verdict->flags); k++)
            found =
                found || strcmp(words[i], g_ptr_array_index(verdict->flags, k)) == 0;
        all = all && found;
    }
    return all;
}

static bool
has_expected_source(const Case *test, const Verdict *verdict)
{
    const char *want = value_of(test, "expect.source");

    return !want || (strcmp(want, "authentication-results") == 0 &&
                     verdict->source == SOURCE_RESULTS_HEADER);
}

/* A mechanism that was not evaluated says what evaluating nothing would have said. */
static const char *
word_of(AuthResult result)
{
    return auth_result_name(result == RESULT_SKIPPED ? RESULT_NONE : result);
}

static bool
passes_attack(const Case *test, char **got)
{
    g_autoptr(GBytes) mail = mail_of(test);
    g_autoptr(SortSettings) settings = sort_settings_new();
    DnsAsker dns = zone_asker(test->zone);
    Verdict verdict;
    bool passed;

    shape_init(&verdict_shape, &verdict);
    site_border(test, settings);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    *got = verdict_line(&verdict);
    passed = same_text(test, "expect.verdict", verdict_kind_name(verdict.kind)) &&
             same_text(test, "expect.dmarc", word_of(verdict.dmarc.result)) &&
             same_text(test, "expect.spf", word_of(verdict.spf.result)) &&
             same_text(test, "expect.arc", word_of(verdict.arc.result)) &&
             same_text(test, "expect.author_domain", verdict.author_domain) &&
             has_expected_dkim(test, &verdict) && has_expected_flags(test, &verdict) &&
             has_expected_source(test, &verdict);
    if (verdict.kind == VERDICT_AUTHENTICATED)
        g_assert_true(expects(test, "expect.verdict", "authenticated"));
    g_assert_cmpint(test->zone->asked, <=, 60);
    shape_clear(&verdict_shape, &verdict);
    return passed;
}

static const Suite suites[] = {
    {"spf_rfc7208", 203, passes_spf},       {"spf_rfc4408", 191, passes_spf},
    {"dkim_maildkim", 39, passes_dkim},     {"dkim_stalwart", 6, passes_dkim},
    {"arc_validation", 86, passes_arc},     {"dmarc_mailauth", 59, passes_dmarc},
    {"ar_parse", 42, passes_results},       {"received_sa", 74, passes_received},
    {"trustpath_sa", 14, passes_trustpath}, {"adv", 56, passes_attack},
};

/* Cases that are meant to differ, and why. */
static const struct {
    const char *id;
    const char *reason;
} decisions[] = {
    {"trustpath_sa/18",
     "a border has no submission servers whose users it vouches for"},
    {"trustpath_sa/20", "border.networks knows no exceptions"},
    {"trustpath_sa/27", "border.networks knows no exceptions"},
};

static void
explain_decisions(GString *differing)
{
    for (size_t i = 0; i < G_N_ELEMENTS(decisions); i++) {
        g_autofree char *found = g_strdup_printf("%s:", decisions[i].id);
        g_autofree char *told = g_strdup_printf(
            "%s by decision, %s; found:", decisions[i].id, decisions[i].reason);

        (void)g_string_replace(differing, found, told, 1);
    }
}

static void
test_suite(const void *row)
{
    const Suite *suite = row;
    g_autofree char *path = suite_path(suite->name);
    g_autofree char *lines = NULL;
    g_autoptr(GString) differing = g_string_new(NULL);
    size_t cases = 0;
    size_t passed;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_test_skip("no suites here");
        return;
    }
    lines = suite_lines(path);
    passed = run_cases(suite, lines, &cases, differing);
    explain_decisions(differing);
    g_test_message("%s | %zu cases | %zu passed | differing:%s", suite->name, cases,
                   passed, differing->len ? differing->str : " none");
    g_assert_cmpuint(passed, >=, suite->floor);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    auth_init();
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_autofree char *path = g_strdup_printf("/auth/suite/%s", suites[i].name);

        g_test_add_data_func(path, &suites[i], test_suite);
    }
    return g_test_run();
}
