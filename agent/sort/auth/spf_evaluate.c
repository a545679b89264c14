#include "spf.h"

#include <string.h>

#include "asker.h"
#include "domain.h"
#include "witness.h"

enum {
    LOOKUPS_MAX = 10,
    VOIDS_MAX = 2,
    MX_MAX = 10,
    PTR_MAX = 10
};

typedef enum {
    MATCH_NO,
    MATCH_YES,
    MATCH_TEMPORARY,
    MATCH_PERMANENT,
} Match;

static AuthResult check_host(SpfCheck *check, const char *domain, bool explain);

void
spf_check_clear(SpfCheck *check)
{
    g_clear_pointer(&check->helo, g_free);
    g_clear_pointer(&check->sender_local, g_free);
    g_clear_pointer(&check->sender_domain, g_free);
    g_clear_pointer(&check->because, g_free);
    g_clear_pointer(&check->explanation, g_free);
}

static void G_GNUC_PRINTF(2, 3) set_because(SpfCheck *check, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_free(check->because);
    check->because = g_utf8_make_valid(text, -1);
}

/* Section 4.6.4: two answers may be empty, a third is a permanent error. What could not
 * be asked for has no answer. */
static Match
judge_answer(SpfCheck *check, const DnsAnswer *answer, const char *name)
{
    if (answer->outcome == DNS_TEMPORARY) {
        set_because(check, "'%s' %s", name, dns_trouble(answer));
        return MATCH_TEMPORARY;
    }
    if (answer->outcome == DNS_FOUND)
        return MATCH_YES;
    if (!dns_can_hold(name))
        return MATCH_NO;
    if (++check->voids > VOIDS_MAX) {
        set_because(check, "more than %d lookups found nothing", VOIDS_MAX);
        return MATCH_PERMANENT;
    }
    return MATCH_NO;
}

static bool
holds_ip(const SpfCheck *check, const DnsAnswer *answer, const SpfTerm *term)
{
    unsigned prefix = check->ip.is_v6 ? term->prefix_v6 : term->prefix_v4;

    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);
        IpAddress ip;

        if (record->text && ip_parse(record->text, &ip) &&
            ip_matches(&check->ip, &ip, prefix))
            return true;
    }
    return false;
}

static Match
match_address(SpfCheck *check, const char *name, const SpfTerm *term)
{
    g_autoptr(DnsAnswer) answer =
        dns_ask(check->dns, name, check->ip.is_v6 ? DNS_AAAA : DNS_A);
    Match found = judge_answer(check, answer, name);

    if (found != MATCH_YES)
        return found;
    return holds_ip(check, answer, term) ? MATCH_YES : MATCH_NO;
}

static Match
match_mx(SpfCheck *check, const char *name, const SpfTerm *term)
{
    g_autoptr(DnsAnswer) answer = dns_ask(check->dns, name, DNS_MX);
    Match found = judge_answer(check, answer, name);

    if (found != MATCH_YES)
        return found;
    if (list_length(answer->records) > MX_MAX) {
        set_because(check, "'%s' has more than %d MX", name, MX_MAX);
        return MATCH_PERMANENT;
    }
    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!record->text || !*record->text || strcmp(record->text, ".") == 0)
            continue;
        found = match_address(check, record->text, term);
        if (found != MATCH_NO)
            return found;
    }
    return MATCH_NO;
}

static char *
reverse_name(const IpAddress *ip)
{
    GString *out = g_string_new(NULL);

    if (!ip->is_v6) {
        g_string_printf(out, "%d.%d.%d.%d.in-addr.arpa", ip->bytes[3], ip->bytes[2],
                        ip->bytes[1], ip->bytes[0]);
        return g_string_free(out, FALSE);
    }
    for (size_t i = 16; i-- > 0;)
        g_string_append_printf(out, "%x.%x.", ip->bytes[i] & 15, ip->bytes[i] >> 4);
    g_string_append(out, "ip6.arpa");
    return g_string_free(out, FALSE);
}

static bool
leads_back(SpfCheck *check, const char *name)
{
    static const SpfTerm exact = {.prefix_v4 = 32, .prefix_v6 = 128};
    g_autoptr(DnsAnswer) answer =
        dns_ask(check->dns, name, check->ip.is_v6 ? DNS_AAAA : DNS_A);

    return answer->outcome == DNS_FOUND && holds_ip(check, answer, &exact);
}

/* The host a PTR record names, in lower case and without the root's dot. */
static char *
host_of(const DnsRecord *record)
{
    char *name = g_ascii_strdown(record->text ? record->text : "", -1);
    size_t size = strlen(name);

    if (size > 1 && name[size - 1] == '.')
        name[size - 1] = '\0';
    return name;
}

char *
spf_validated_name(SpfCheck *check, const char *domain, bool must_be_within)
{
    g_autofree char *reverse = reverse_name(&check->ip);
    g_autofree char *target = g_ascii_strdown(domain, -1);
    g_autofree char *best = NULL;
    g_autoptr(DnsAnswer) answer = dns_ask(check->dns, reverse, DNS_PTR);
    size_t count = MIN(list_length(answer->records), PTR_MAX);

    for (size_t i = 0; i < count; i++) {
        g_autofree char *name = host_of(g_ptr_array_index(answer->records, i));
        bool is_within = domain_is_within(name, target);

        if ((!is_within && (must_be_within || best)) || !leads_back(check, name))
            continue;
        if (strcmp(name, target) == 0)
            return g_steal_pointer(&name);
        if (!best || (is_within && !domain_is_within(best, target))) {
            g_free(best);
            best = g_steal_pointer(&name);
        }
    }
    return g_steal_pointer(&best);
}

static Match
match_ptr(SpfCheck *check, const char *name)
{
    g_autofree char *validated = spf_validated_name(check, name, true);

    return validated ? MATCH_YES : MATCH_NO;
}

static Match
match_include(SpfCheck *check, const char *name)
{
    switch (check_host(check, name, false)) {
    case RESULT_PASS:
        return MATCH_YES;
    case RESULT_FAIL:
    case RESULT_SOFTFAIL:
    case RESULT_NEUTRAL:
        return MATCH_NO;
    case RESULT_TEMPERROR:
        return MATCH_TEMPORARY;
    case RESULT_NONE:
        set_because(check, "the included domain '%s' has no SPF record", name);
        return MATCH_PERMANENT;
    case RESULT_PERMERROR:
    case RESULT_POLICY:
    case RESULT_SKIPPED:
        return MATCH_PERMANENT;
    }
    return MATCH_PERMANENT;
}

static bool
count_lookup(SpfCheck *check)
{
    if (++check->lookups <= LOOKUPS_MAX)
        return true;
    set_because(check, "the record takes more than %d lookups", LOOKUPS_MAX);
    return false;
}

static Match
match_exists(SpfCheck *check, const char *name)
{
    g_autoptr(DnsAnswer) answer = dns_ask(check->dns, name, DNS_A);

    return judge_answer(check, answer, name);
}

/* RFC 8616 section 4: with letters beyond ASCII in the local part, terms that name it
 * match nothing. */
static bool
names_foreign_local_part(const SpfCheck *check, const SpfTerm *term)
{
    const char *spec = term->target ? term->target : "";

    if (g_str_is_ascii(check->sender_local))
        return false;
    for (const char *p = strchr(spec, '%'); p && p[1]; p = strchr(p + 2, '%'))
        if (p[1] == '{' && p[2] && strchr("lLsS", p[2]))
            return true;
    return false;
}

static Match
match_term(SpfCheck *check, const SpfTerm *term, const char *domain)
{
    g_autofree char *name = NULL;

    if (term->mechanism == SPF_ALL)
        return MATCH_YES;
    if (term->mechanism == SPF_IP4 || term->mechanism == SPF_IP6)
        return ip_matches(&check->ip, &term->network, term->prefix) ? MATCH_YES
                                                                    : MATCH_NO;
    if (!count_lookup(check))
        return MATCH_PERMANENT;
    if (names_foreign_local_part(check, term))
        return MATCH_NO;
    name = term->target ? spf_macro_expand(check, term->target, domain, MACRO_DOMAIN)
                        : g_strdup(domain);
    switch (term->mechanism) {
    case SPF_INCLUDE:
        return match_include(check, name);
    case SPF_A:
        return match_address(check, name, term);
    case SPF_MX:
        return match_mx(check, name, term);
    case SPF_PTR:
        return match_ptr(check, name);
    case SPF_EXISTS:
        return match_exists(check, name);
    case SPF_ALL:
    case SPF_IP4:
    case SPF_IP6:
        break;
    }
    return MATCH_NO;
}

/* Section 6.2: on any trouble there is simply no explanation. */
static void
add_explanation(SpfCheck *check, const SpfRecord *record, const char *domain)
{
    g_autofree char *name = NULL;
    g_autofree char *text = NULL;
    g_autoptr(DnsAnswer) answer = NULL;
    const DnsRecord *found;

    if (!record->explanation)
        return;
    name = spf_macro_expand(check, record->explanation, domain, MACRO_DOMAIN);
    answer = dns_ask(check->dns, name, DNS_TXT);
    if (answer->outcome != DNS_FOUND || list_length(answer->records) != 1)
        return;
    found = g_ptr_array_index(answer->records, 0);
    if (!found->text || !spf_macro_is_valid(found->text, MACRO_EXPLANATION))
        return;
    text = spf_macro_expand(check, found->text, domain, MACRO_EXPLANATION);
    check->explanation = g_utf8_make_valid(text, -1);
}

static AuthResult
fetch_record(SpfCheck *check, const char *domain, char **out)
{
    g_autoptr(DnsAnswer) answer = dns_ask(check->dns, domain, DNS_TXT);
    const char *text = NULL;

    if (answer->outcome == DNS_TEMPORARY) {
        set_because(check, "the SPF record of '%s' %s", domain, dns_trouble(answer));
        return RESULT_TEMPERROR;
    }
    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!record->text || !spf_record_is(record->text))
            continue;
        if (text) {
            set_because(check, "'%s' has more than one SPF record", domain);
            return RESULT_PERMERROR;
        }
        text = record->text;
    }
    if (!text) {
        set_because(check, "'%s' has no SPF record", domain);
        return RESULT_NONE;
    }
    *out = g_strdup(text);
    return RESULT_PASS;
}

static AuthResult
follow_redirect(SpfCheck *check, const SpfRecord *record, const char *domain,
                bool explain)
{
    g_autofree char *name = NULL;
    AuthResult result;

    if (!record->redirect) {
        set_because(check, "nothing in the record of '%s' matches", domain);
        return RESULT_NEUTRAL;
    }
    if (!count_lookup(check))
        return RESULT_PERMERROR;
    name = spf_macro_expand(check, record->redirect, domain, MACRO_DOMAIN);
    result = check_host(check, name, explain);
    return result == RESULT_NONE ? RESULT_PERMERROR : result;
}

static AuthResult
evaluate_record(SpfCheck *check, const SpfRecord *record, const char *domain,
                bool explain)
{
    for (guint i = 0; i < record->terms->len; i++) {
        const SpfTerm *term = g_ptr_array_index(record->terms, i);

        switch (match_term(check, term, domain)) {
        case MATCH_NO:
            continue;
        case MATCH_TEMPORARY:
            return RESULT_TEMPERROR;
        case MATCH_PERMANENT:
            return RESULT_PERMERROR;
        case MATCH_YES:
            set_because(check, "the address matches '%.100s' of %s", term->text,
                        domain);
            if (explain && term->qualifier == RESULT_FAIL)
                add_explanation(check, record, domain);
            return term->qualifier;
        }
    }
    return follow_redirect(check, record, domain, explain);
}

static bool
is_checkable(const char *domain)
{
    const char *dot = strchr(domain, '.');

    for (const char *p = domain; *p; p++)
        if (*p == '@' || *p == '[' || *p == ' ')
            return false;
    return dot && dot[1];
}

static AuthResult
check_host(SpfCheck *check, const char *domain, bool explain)
{
    g_auto(SpfRecord) record = {0};
    g_autofree char *text = NULL;
    g_autofree char *trouble = NULL;
    AuthResult fetched;

    if (!is_checkable(domain)) {
        set_because(check, "'%.100s' is no domain that could have a record", domain);
        return RESULT_NONE;
    }
    fetched = fetch_record(check, domain, &text);
    if (fetched != RESULT_PASS)
        return fetched;
    if (!spf_record_read(text, &record, &trouble)) {
        set_because(check, "%s: %s", domain, trouble);
        return RESULT_PERMERROR;
    }
    return evaluate_record(check, &record, domain, explain);
}

/* RFC 8616 section 4: names beyond ASCII are asked for by their A-labels. */
static char *
asked_domain(const char *domain)
{
    char *ascii =
        g_str_is_ascii(domain) ? NULL : domain_to_ascii(domain, strlen(domain));
    char *name = ascii ? ascii : g_ascii_strdown(domain, -1);

    if (g_str_has_suffix(name, "."))
        name[strlen(name) - 1] = '\0';
    return name;
}

static void
check_sender(SpfCheck *check, const char *mail_from, SpfFacts *out)
{
    bool is_null = *mail_from == '\0';
    const char *at = strrchr(mail_from, '@');
    const char *domain = is_null ? check->helo : at ? at + 1 : mail_from;
    bool has_local = at && at > mail_from;

    check->sender_local = has_local ? g_strndup(mail_from, (size_t)(at - mail_from))
                                    : g_strdup("postmaster");
    check->sender_domain = asked_domain(domain);
    g_free(out->domain);
    out->domain = g_utf8_make_valid(check->sender_domain, -1);
    g_free(out->scope);
    out->scope = g_strdup(is_null ? "helo" : "mfrom");
    switch (check->engine) {
    case SPF_LIBSPF2:
        if (spf_check_by_libspf2(check, mail_from, out))
            return;
        break;
    case SPF_BUILTIN:
        break;
    }
    out->result = check_host(check, check->sender_domain, true);
    g_free(out->because);
    out->because = g_steal_pointer(&check->because);
    g_free(out->explanation);
    out->explanation = g_steal_pointer(&check->explanation);
    out->lookups = check->lookups;
}

void
spf_check(SpfCheck *check, const char *mail_from, SpfFacts *out)
{
    Witness witness;

    witness_init(&witness, check->dns);
    check->dns = &witness.door;
    check_sender(check, mail_from, out);
    check->dns = witness.dns;
    out->dnssec = witness.weakest;
}
