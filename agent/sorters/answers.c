#include "sorters/answers.h"

#include <string.h>

#include "base/clock.h"

enum {
    MOST_ANSWERS = 10000, /* beyond, all are forgotten: libunbound knows them still */
    MOST_RECORDS = 20,
    MOST_TEXT_BYTES = 4096,
    LONGEST_S = 300
};

struct Answers {
    GHashTable *kept; /* "type name" -> Kept, owned */
};

typedef struct Kept {
    DnsAnswer *answer;
    int64_t until_us;
} Kept;

static void
kept_free(void *kept)
{
    dns_answer_free(((Kept *)kept)->answer);
    g_free(kept);
}

Answers *
answers_new(void)
{
    Answers *answers = g_new0(Answers, 1);

    answers->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    return answers;
}

void
answers_free(Answers *answers)
{
    if (!answers)
        return;
    g_hash_table_destroy(answers->kept);
    g_free(answers);
}

/* Names are alike in either case (RFC 4343). */
static char *
key_of(const char *name, DnsType type)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);

    return g_strdup_printf("%d %s", (int)type, lower);
}

static DnsAnswer *
copy(const DnsAnswer *answer)
{
    DnsAnswer *twin = dns_answer_new(answer->outcome);

    shape_copy(&dns_answer_shape, twin, answer);
    return twin;
}

DnsAnswer *
answers_find(Answers *answers, const char *name, DnsType type)
{
    g_autofree char *key = key_of(name, type);
    const Kept *kept = g_hash_table_lookup(answers->kept, key);

    if (!kept)
        return NULL;
    if (kept->until_us > clock_monotonic_us())
        return copy(kept->answer);
    (void)g_hash_table_remove(answers->kept, key);
    return NULL;
}

static bool
is_small(const DnsAnswer *answer)
{
    size_t size = 0;

    for (guint i = 0; i < list_length(answer->records); i++)
        size += strlen(((const DnsRecord *)answer->records->pdata[i])->text);
    return list_length(answer->records) <= MOST_RECORDS && size <= MOST_TEXT_BYTES;
}

void
answers_keep(Answers *answers, const char *name, DnsType type, const DnsAnswer *answer,
             int64_t ttl_s)
{
    Kept *kept;

    if (ttl_s <= 0 || answer->outcome == DNS_TEMPORARY || !is_small(answer))
        return;
    if (g_hash_table_size(answers->kept) >= MOST_ANSWERS)
        g_hash_table_remove_all(answers->kept);
    kept = g_new0(Kept, 1);
    kept->answer = copy(answer);
    kept->until_us = clock_monotonic_us() + MIN(ttl_s, LONGEST_S) * G_USEC_PER_SEC;
    (void)g_hash_table_replace(answers->kept, key_of(name, type), kept);
}
