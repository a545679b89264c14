/* A whole mail, and a domain name system that answers with the mail's own bytes: what a
 * sender can say in both places at once. */
#include "sort/auth/auth.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Oracle {
    const uint8_t *bytes;
    size_t size;
    size_t at;
} Oracle;

static DnsAnswer *
answer(void *self, const char *name, DnsType type)
{
    Oracle *oracle = self;
    size_t left = oracle->size - oracle->at;
    size_t length = MIN(left, 600);
    const uint8_t *end = memchr(oracle->bytes + oracle->at, '\n', length);
    DnsAnswer *out = dns_answer_new(DNS_FOUND);
    DnsRecord *record;

    (void)name;
    if (left == 0 || oracle->bytes[oracle->at] < 4) {
        out->outcome = left == 0 ? DNS_NXDOMAIN : (DnsOutcome)oracle->bytes[oracle->at];
        oracle->at += left > 0;
        if (out->outcome != DNS_FOUND)
            return out;
    }
    if (end)
        length = (size_t)(end - (oracle->bytes + oracle->at));
    record = shape_append(&dns_record_shape, &out->records);
    record->preference = type == DNS_MX ? 10 : 0;
    record->text = g_strndup((const char *)oracle->bytes + oracle->at, length);
    oracle->at = MIN(oracle->size, oracle->at + length + 1);
    return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const BorderProfile profiles[] = {PROFILE_NONE, PROFILE_RFC8601,
                                             PROFILE_GMAIL, PROFILE_M365};
    g_autoptr(SortSettings) settings = sort_settings_new();
    const uint8_t *gap = size > 0 ? memchr(bytes, 0xff, size) : NULL;
    size_t mail_size = gap ? (size_t)(gap - bytes) : size;
    g_autoptr(GBytes) mail = g_bytes_new(bytes, mail_size);
    Oracle oracle = {bytes, size, gap ? mail_size + 1 : 0};
    DnsAsker dns = {answer, &oracle};
    g_autoptr(GByteArray) written = g_byte_array_new();
    Verdict verdict;
    Verdict read;
    GError *error = NULL;

    settings->border.profile = profiles[size % 4];
    texts_append(&settings->border.hosts, g_strdup("mx.example"));
    texts_append(&settings->border.authserv_ids, g_strdup("mx.example"));
    texts_append(&settings->border.arc_sealers, g_strdup("a.example"));
    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    /* Whatever it says must travel to the house: valid UTF-8, no NUL. */
    shape_write(&verdict_shape, &verdict, written);
    shape_init(&verdict_shape, &read);
    g_assert_true(
        shape_read(&verdict_shape, &read, written->data, written->len, &error));
    shape_clear(&verdict_shape, &read);
    shape_clear(&verdict_shape, &verdict);
    return 0;
}
