/* A domain name system for fuzzing: TXT questions are answered by the input, line by
 * line, all else by one name and one address, so that what a record asks for goes on.
 */
#pragma once

#include <string.h>

#include "sort/auth/auth.h"

typedef struct Oracle {
    const uint8_t *bytes;
    size_t size;
    size_t at;
} Oracle;

static inline DnsAnswer *
oracle_text(Oracle *oracle)
{
    size_t left = oracle->size - oracle->at;
    DnsAnswer *answer = dns_answer_new(left ? DNS_FOUND : DNS_NXDOMAIN);
    g_autofree char *plain = NULL;
    const uint8_t *start;
    const uint8_t *end;
    DnsRecord *record;

    if (left == 0)
        return answer;
    start = oracle->bytes + oracle->at;
    end = memchr(start, '\n', left);
    plain = g_strndup((const char *)start, end ? (size_t)(end - start) : left);
    oracle->at += end ? (size_t)(end - start) + 1 : left;
    record = shape_append(&dns_record_shape, &answer->records);
    record->text = g_utf8_make_valid(plain, -1);
    return answer;
}

static inline DnsAnswer *
oracle_ask(void *self, const char *name, DnsType type)
{
    static const char *const fixed[] = {"192.0.2.7", "2001:db8::7", "mx.a.example",
                                        NULL,        "h.a.example", "c.a.example"};
    DnsAnswer *answer;
    DnsRecord *record;

    (void)name;
    if (type == DNS_TXT)
        return oracle_text(self);
    answer = dns_answer_new(DNS_FOUND);
    record = shape_append(&dns_record_shape, &answer->records);
    record->text = g_strdup(fixed[type]);
    return answer;
}

/* Whatever a judge says must travel to the house: valid UTF-8, no NUL. */
static inline void
prove_it_travels(const Shape *shape, const void *object)
{
    g_autoptr(GByteArray) written = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    void *read = shape_new(shape);

    shape_write(shape, object, written);
    g_assert_true(shape_read(shape, read, written->data, written->len, &error));
    shape_free(shape, read);
}
