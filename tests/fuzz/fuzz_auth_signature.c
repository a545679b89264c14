/* The tag list of a DKIM-Signature, with a key that is sound. It never verifies: who
 * finds one that does has broken RSA. */
#include "fuzz_auth_dns.h"

#define KEY                                                                            \
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkM"      \
    "oGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT9"     \
    "47qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char head[] = "From: a@a.example\r\nSubject: s\r\nDKIM-Signature:";
    static const char keys[] = KEY "\n" KEY "\n" KEY "\n" KEY "\n" KEY;
    g_autoptr(GByteArray) text = g_byte_array_new();
    g_autoptr(GBytes) mail = NULL;
    Oracle oracle = {(const uint8_t *)keys, sizeof keys - 1, 0};
    DnsAsker dns = {oracle_ask, &oracle};
    TrialReport report;

    g_byte_array_append(text, (const guint8 *)head, sizeof head - 1);
    g_byte_array_append(text, bytes, (guint)size);
    g_byte_array_append(text, (const guint8 *)"\r\n\r\nBody\r\n", 10);
    mail = g_bytes_new(text->data, text->len);
    shape_init(&trial_report_shape, &report);
    auth_dkim(mail, 1795428000, &dns, &report.dkim);
    for (size_t i = 0; i < list_length(report.dkim); i++)
        g_assert_true(((DkimFacts *)report.dkim->pdata[i])->result != RESULT_PASS);
    prove_it_travels(&trial_report_shape, &report);
    shape_clear(&trial_report_shape, &report);
    return 0;
}
