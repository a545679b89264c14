/* SPF records, one a line: the first is the sender's, the next ones answer what it asks
 * for. However they refer to each other, the limits of RFC 7208 hold. Both engines take
 * turns. */
#include "fuzz_auth_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const clients[] = {"192.0.2.7", "2001:db8::7", "203.0.113.5"};
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    Oracle oracle = {bytes, size, 0};
    DnsAsker dns = {oracle_ask, &oracle};
    Trial trial = {.ip = g_strdup(clients[size % G_N_ELEMENTS(clients)]),
                   .helo = g_strdup("h.a.example"),
                   .mail_from = g_strdup("strong-bad@mail.a.example")};
    TrialReport report;

    settings->spf_engine = size % 2 ? SPF_LIBSPF2 : SPF_BUILTIN;
    shape_init(&trial_report_shape, &report);
    auth_try(nothing, &trial, settings, &dns, &report);
    /* The eleventh is the one that is too many; libspf2 counts every question. */
    g_assert_true(report.spf.lookups <= 11 || settings->spf_engine == SPF_LIBSPF2);
    prove_it_travels(&trial_report_shape, &report);
    shape_clear(&trial_report_shape, &report);
    shape_clear(&trial_shape, &trial);
    return 0;
}
