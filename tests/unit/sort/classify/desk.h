/* A reading built by hand, judged by the real classifier. */
#pragma once

#include <string.h>

#include "sort/classify/classify.h"

typedef struct Desk {
    Classifier *classifier;
    SortSettings *settings;
    Reading reading;
    Verdict verdict;
    Opinion opinion;
} Desk;

static inline DnsAnswer *
answer_mx(void *self, const char *name, DnsType type)
{
    bool exists = strcmp(name, "nowhere.example") != 0 && type == DNS_MX;
    DnsAnswer *answer = dns_answer_new(exists ? DNS_FOUND : DNS_NXDOMAIN);
    DnsRecord *record =
        exists ? shape_append(&dns_record_shape, &answer->records) : NULL;

    (void)self;
    if (record)
        record->text = g_strdup("mx.example.net");
    return answer;
}

static inline void
desk_set(Desk *desk, gconstpointer unused)
{
    GError *error = NULL;

    (void)unused;
    desk->classifier = classifier_new(&error);
    g_assert_no_error(error);
    desk->settings = sort_settings_new();
    texts_append(&desk->settings->our_domains, g_strdup("example.com"));
    texts_append(&desk->settings->our_addresses, g_strdup("support@example.com"));
    texts_append(&desk->settings->unsubscribe_addresses,
                 g_strdup("unsubscribe@example.com"));
    shape_init(&reading_shape, &desk->reading);
    shape_init(&verdict_shape, &desk->verdict);
    shape_init(&opinion_shape, &desk->opinion);
}

static inline void
desk_clear(Desk *desk, gconstpointer unused)
{
    (void)unused;
    shape_clear(&reading_shape, &desk->reading);
    shape_clear(&verdict_shape, &desk->verdict);
    shape_clear(&opinion_shape, &desk->opinion);
    sort_settings_free(desk->settings);
    classifier_free(desk->classifier);
}

static inline void
put_header(GPtrArray **headers, const char *name, const char *value)
{
    Header *header = shape_append(&header_shape, headers);

    header->name = g_strdup(name);
    header->value = g_strdup(value);
}

static inline void
write_mail(Desk *desk, const char *from, const char *subject, const char *text)
{
    Message *message = &desk->reading.message;

    message->from.address = g_strdup(from);
    message->subject = g_strdup(subject);
    message->text = g_strdup(text);
    message->reply_text = g_strdup(text);
}

static inline Label
judge(Desk *desk)
{
    DnsAsker dns = {answer_mx, NULL};

    classify_mail(desk->classifier, &desk->reading, &desk->verdict, desk->settings,
                  &dns, &desk->opinion);
    g_assert_cmpuint(list_length(desk->opinion.classification.reasons), >, 0);
    g_assert_nonnull(desk->opinion.classification.model);
    g_assert_nonnull(desk->opinion.spam.verdict);
    return desk->opinion.classification.label;
}

#define assert_label(desk, expected)                                                   \
    g_assert_cmpstr(label_name(judge(desk)), ==, label_name(expected))
