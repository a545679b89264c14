/* SPF by libspf2, for those who want what other mail servers use. The library has had
 * memory errors in macros and reads records that it should refuse, so it is shown only
 * what our own parser has accepted and what cannot grow long; for the rest, and for
 * what it would answer without asking (loopback), our own evaluator steps in. */
#include "spf.h"

#include <arpa/inet.h>
#include <string.h>

#include <spf2/spf.h>

#include "asker.h"

enum {
    EXPANSION_MAX = 512, /* bytes of a macro-string, expanded */
    DOMAIN_MAX = 253,
    ADDRESS_MAX = 63,
    ESCAPED = 3 /* %41 for A */
};

typedef SPF_server_t Spf2Server;
typedef SPF_request_t Spf2Request;
typedef SPF_response_t Spf2Response;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spf2Server, SPF_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spf2Request, SPF_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spf2Response, SPF_response_free)

/* The library's only way to the world. */
typedef struct Lane {
    SPF_dns_server_t door;
    const SpfCheck *check;
    int64_t questions;
    bool is_refused;   /* it met a record it must not see */
    bool is_temporary; /* an answer was wanting, which it may take for a fault */
} Lane;

static size_t
letter_bound(const SpfCheck *check, char letter)
{
    size_t local = strlen(check->sender_local);
    size_t domain = strlen(check->sender_domain);

    switch (g_ascii_tolower(letter)) {
    case 's':
        return local + 1 + domain;
    case 'l':
        return local;
    case 'o':
        return domain;
    case 'h':
        return strlen(check->helo);
    case 'i':
    case 'c':
        return ADDRESS_MAX;
    default:
        return DOMAIN_MAX;
    }
}

/* The most bytes `text` can expand to. */
static size_t
expansion_bound(const SpfCheck *check, const char *text)
{
    size_t bound = 0;

    for (const char *p = text; *p; p++) {
        size_t letter = 0;

        if (p[0] == '%' && p[1] == '{' && p[2])
            letter = letter_bound(check, p[2]) * (g_ascii_isupper(p[2]) ? ESCAPED : 1);
        bound += 1 + letter;
    }
    return bound;
}

static bool
is_harmless(const SpfCheck *check, const char *text)
{
    g_auto(SpfRecord) record = {0};
    g_autofree char *trouble = NULL;

    if (!spf_record_read(text, &record, &trouble) || record.explanation)
        return false;
    for (guint i = 0; i < record.terms->len; i++) {
        const SpfTerm *term = g_ptr_array_index(record.terms, i);

        if (term->target && expansion_bound(check, term->target) >= EXPANSION_MAX)
            return false;
    }
    return !record.redirect || expansion_bound(check, record.redirect) < EXPANSION_MAX;
}

static bool
question_type(ns_type wanted, DnsType *out)
{
    static const struct {
        ns_type wire;
        DnsType type;
    } types[] = {{ns_t_a, DNS_A},
                 {ns_t_aaaa, DNS_AAAA},
                 {ns_t_mx, DNS_MX},
                 {ns_t_txt, DNS_TXT},
                 {ns_t_ptr, DNS_PTR}};

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].wire == wanted) {
            *out = types[i].type;
            return true;
        }
    return false;
}

/* The library keeps each record in memory of its own kind. */
static bool
add_record(SPF_dns_rr_t *out, int index, DnsType type, const char *text)
{
    size_t size = type == DNS_A      ? sizeof(struct in_addr)
                  : type == DNS_AAAA ? sizeof(struct in6_addr)
                                     : strlen(text) + 1;

    if (SPF_dns_rr_buf_realloc(out, index, size) != SPF_E_SUCCESS)
        return false;
    out->num_rr = index + 1;
    if (type == DNS_A)
        return inet_pton(AF_INET, text, &out->rr[index]->a) == 1;
    if (type == DNS_AAAA)
        return inet_pton(AF_INET6, text, &out->rr[index]->aaaa) == 1;
    memcpy(out->rr[index]->txt, text, size);
    return true;
}

static int
herrno_of(DnsOutcome outcome)
{
    switch (outcome) {
    case DNS_FOUND:
        return NETDB_SUCCESS;
    case DNS_TEMPORARY:
        return TRY_AGAIN;
    case DNS_NODATA:
        return NO_DATA;
    case DNS_NXDOMAIN:
        break;
    }
    return HOST_NOT_FOUND;
}

static bool
may_see(const Lane *lane, DnsType type, const DnsAnswer *answer)
{
    for (size_t i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!record->text)
            return false;
        if (type == DNS_TXT && spf_record_is(record->text) &&
            !is_harmless(lane->check, record->text))
            return false;
    }
    return true;
}

static SPF_dns_rr_t *
look_up(SPF_dns_server_t *door, const char *name, ns_type wanted, int should_cache)
{
    Lane *lane = door->hook;
    g_autoptr(DnsAnswer) answer = NULL;
    SPF_dns_rr_t *out;
    DnsType type;

    (void)should_cache;
    if (!question_type(wanted, &type))
        return SPF_dns_rr_new_init(door, name, wanted, 0, NO_DATA);
    lane->questions++;
    answer = dns_ask(lane->check->dns, name, type);
    if (answer->outcome == DNS_TEMPORARY)
        lane->is_temporary = true;
    if (!may_see(lane, type, answer)) {
        lane->is_refused = true;
        return SPF_dns_rr_new_init(door, name, wanted, 0, TRY_AGAIN);
    }
    out = SPF_dns_rr_new_init(door, name, wanted, 0, herrno_of(answer->outcome));
    for (size_t i = 0; out && i < list_length(answer->records); i++) {
        const DnsRecord *record = g_ptr_array_index(answer->records, i);

        if (!add_record(out, (int)i, type, record->text))
            lane->is_refused = true;
    }
    return out;
}

static bool
is_plain(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++)
        if (text[i] <= 32 || text[i] >= 127)
            return false;
    return size <= DOMAIN_MAX;
}

static bool
is_suited(const SpfCheck *check, const char *mail_from)
{
    static const IpAddress loopback[] = {{.bytes = {127}},
                                         {.is_v6 = true, .bytes = {[15] = 1}}};

    return *check->helo && is_plain(check->helo) && is_plain(mail_from) &&
           !ip_matches(&check->ip, &loopback[0], 8) &&
           !ip_matches(&check->ip, &loopback[1], 128);
}

static AuthResult
result_of(SPF_result_t result)
{
    switch (result) {
    case SPF_RESULT_PASS:
        return RESULT_PASS;
    case SPF_RESULT_FAIL:
        return RESULT_FAIL;
    case SPF_RESULT_SOFTFAIL:
        return RESULT_SOFTFAIL;
    case SPF_RESULT_NEUTRAL:
        return RESULT_NEUTRAL;
    case SPF_RESULT_NONE:
        return RESULT_NONE;
    case SPF_RESULT_TEMPERROR:
        return RESULT_TEMPERROR;
    case SPF_RESULT_PERMERROR:
    case SPF_RESULT_INVALID:
        break;
    }
    return RESULT_PERMERROR;
}

static bool
fill_request(const SpfCheck *check, const char *mail_from, Spf2Request *request)
{
    g_autofree char *ip = ip_format(&check->ip);
    SPF_errcode_t failed = check->ip.is_v6 ? SPF_request_set_ipv6_str(request, ip)
                                           : SPF_request_set_ipv4_str(request, ip);

    return failed == SPF_E_SUCCESS &&
           SPF_request_set_helo_dom(request, check->helo) == SPF_E_SUCCESS &&
           (!*mail_from || SPF_request_set_env_from(request, mail_from) == 0);
}

bool
spf_check_by_libspf2(const SpfCheck *check, const char *mail_from, SpfFacts *out)
{
    Lane lane = {.door = {.lookup = look_up, .name = "house"}, .check = check};
    g_autoptr(Spf2Server) server = NULL;
    g_autoptr(Spf2Request) request = NULL;
    g_autoptr(Spf2Response) response = NULL;
    SPF_errcode_t trouble;

    lane.door.hook = &lane;
    if (!is_suited(check, mail_from))
        return false;
    server = SPF_server_new_dns(&lane.door, 0);
    /* Without a name of its own it would ask the system for one. */
    if (!server || SPF_server_set_rec_dom(server, "unknown") != SPF_E_SUCCESS)
        return false;
    request = SPF_request_new(server);
    if (!request || !fill_request(check, mail_from, request))
        return false;
    trouble = SPF_request_query_mailfrom(request, &response);
    if (lane.is_refused || !response)
        return false;
    out->result = result_of(SPF_response_result(response));
    if (out->result == RESULT_PERMERROR && lane.is_temporary)
        out->result = RESULT_TEMPERROR;
    g_free(out->because);
    out->because = g_strdup_printf(
        "libspf2 says: %s",
        trouble ? SPF_strerror(trouble) : SPF_strreason(SPF_response_reason(response)));
    out->lookups = lane.questions;
    return true;
}
