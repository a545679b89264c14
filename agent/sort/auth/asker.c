#include "asker.h"

static DnsAnswer *
copy_of(const DnsAnswer *answer)
{
    DnsAnswer *copy = dns_answer_new(answer->outcome);

    shape_copy(&dns_answer_shape, copy, answer);
    return copy;
}

static DnsAnswer *
ask_once(void *self, const char *name, DnsType type)
{
    Asker *asker = self;
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *question = g_strdup_printf("%d %s", (int)type, lower);
    DnsAnswer *answer = g_hash_table_lookup(asker->known, question);

    if (answer)
        return copy_of(answer);
    if (asker->asked >= ASKER_LOOKUPS_MAX)
        return dns_answer_new(DNS_TEMPORARY);
    asker->asked++;
    answer = asker->dns->ask(asker->dns->self, lower, type);
    g_hash_table_insert(asker->known, g_steal_pointer(&question), answer);
    return copy_of(answer);
}

static void
free_answer(void *answer)
{
    dns_answer_free(answer);
}

void
asker_init(Asker *asker, const DnsAsker *dns)
{
    *asker = (Asker){
        .door = {ask_once, asker},
        .dns = dns,
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_answer),
    };
}

void
asker_clear(Asker *asker)
{
    g_clear_pointer(&asker->known, g_hash_table_unref);
}

/* Labels of 1 to 63 bytes, 253 in all. SPF macros may expand to any printable byte;
 * a backslash would be an escape on the way. */
bool
dns_can_hold(const char *name)
{
    size_t label = 0;
    size_t size = 0;

    for (; name[size]; size++) {
        if (name[size] == '.' && label == 0)
            return false;
        label = name[size] == '.' ? 0 : label + 1;
        if (label > 63 || name[size] < 32 || name[size] >= 127 || name[size] == '\\')
            return false;
    }
    return label > 0 && size <= 253;
}

DnsAnswer *
dns_ask(const DnsAsker *dns, const char *name, DnsType type)
{
    if (!dns_can_hold(name))
        return dns_answer_new(DNS_NXDOMAIN);
    return dns->ask(dns->self, name, type);
}

const char *
dns_trouble(const DnsAnswer *answer)
{
    return answer->security == DNS_BOGUS ? "is not what its zone signed (DNSSEC)"
                                         : "could not be asked for";
}
