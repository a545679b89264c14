/* The value of a From field: one author or none, and never one out of control bytes. */
#include "fuzz_auth_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool
has_control_byte(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((bytes[i] < 32 && !strchr("\t\r\n", bytes[i])) || bytes[i] == 127 ||
            bytes[i] == 0)
            return true;
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GByteArray) text = g_byte_array_new();
    g_autoptr(GBytes) mail = NULL;
    Oracle oracle = {0};
    DnsAsker dns = {oracle_ask, &oracle};
    Verdict verdict;

    /* Lines of the input go on as folded ones: all of it is the value. */
    g_byte_array_append(text, (const guint8 *)"From: ", 6);
    for (size_t i = 0; i < size; i++) {
        g_byte_array_append(text, bytes + i, 1);
        if (bytes[i] == '\n')
            g_byte_array_append(text, (const guint8 *)" ", 1);
    }
    g_byte_array_append(text, (const guint8 *)"\r\n\r\n", 4);
    mail = g_bytes_new(text->data, text->len);
    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    g_assert_true((verdict.kind == VERDICT_SUSPICIOUS) == !verdict.author_domain);
    g_assert_true(!verdict.author_domain || !has_control_byte(bytes, size));
    g_assert_true(verdict.kind != VERDICT_AUTHENTICATED);
    prove_it_travels(&verdict_shape, &verdict);
    shape_clear(&verdict_shape, &verdict);
    return 0;
}
