/* A key record, asked for by a sound signature of either algorithm. */
#include "fuzz_auth_dns.h"

#define MAIL(algorithm)                                                                \
    "From: a@a.example\r\nDKIM-Signature: v=1; a=" algorithm                           \
    "-sha256; d=a.example; s=s; h=from; "                                              \
    "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="                                  \
    "; "                                                                               \
    "b="                                                                               \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAA==\r\n\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const mails[] = {MAIL("rsa"), MAIL("ed25519")};
    const char *text = mails[size % 2];
    g_autoptr(GBytes) mail = g_bytes_new_static(text, strlen(text));
    Oracle oracle = {bytes, size, 0};
    DnsAsker dns = {oracle_ask, &oracle};
    TrialReport report;

    shape_init(&trial_report_shape, &report);
    auth_dkim(mail, 1795428000, &dns, &report.dkim);
    g_assert_cmpuint(list_length(report.dkim), ==, 1);
    g_assert_true(((DkimFacts *)report.dkim->pdata[0])->result != RESULT_PASS);
    prove_it_travels(&trial_report_shape, &report);
    shape_clear(&trial_report_shape, &report);
    return 0;
}
