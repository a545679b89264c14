/* One Authentication-Results value, by each grammar. What the letter of RFC 8601 reads,
 * the tolerant reading reads too. */
#include "fuzz_auth_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool
read_as(const char *value, unsigned grammar)
{
    g_autoptr(GError) error = NULL;
    ResultsHeader header;
    bool done;

    shape_init(&results_header_shape, &header);
    done = auth_read_results(value, grammar, &header, &error);
    g_assert_true(done == !error);
    if (done && g_utf8_validate(value, -1, NULL))
        prove_it_travels(&results_header_shape, &header);
    shape_clear(&results_header_shape, &header);
    return done;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *value = g_strndup((const char *)bytes, size);
    bool strict = read_as(value, RESULTS_AS_WRITTEN);

    (void)read_as(value, RESULTS_UTF8); /* must not crash */
    (void)read_as(value, RESULTS_TOLERANT | RESULTS_UTF8);
    g_assert_true(!strict || read_as(value, RESULTS_TOLERANT));
    return 0;
}
