/* One Received value. An address it yields is one that can be read again. */
#include <arpa/inet.h>

#include "fuzz_auth_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *value = g_strndup((const char *)bytes, size);
    struct in6_addr parsed;
    BorderFacts facts = {0};

    if (auth_read_received(value, &facts))
        g_assert_true(inet_pton(AF_INET, facts.ip, &parsed) == 1 ||
                      inet_pton(AF_INET6, facts.ip, &parsed) == 1);
    g_free(facts.ip);
    g_free(facts.helo);
    g_free(facts.by);
    g_free(facts.envelope_from);
    g_free(facts.source);
    return 0;
}
