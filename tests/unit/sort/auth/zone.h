/* A table that answers DNS questions for tests: what is not in it is NXDOMAIN. */
#pragma once

#include <string.h>

#include "model/dns.h"

typedef struct ZoneEntry {
    char *name;
    char *type; /* "A", ..., "*": every type not listed, "-": the name exists */
    char *text; /* NULL: a temporary error */
    int64_t preference;
} ZoneEntry;

typedef struct Zone {
    GHashTable *names; /* lower-case name -> GPtrArray of ZoneEntry */
    int64_t asked;
} Zone;

static inline void
zone_entry_free(void *entry)
{
    ZoneEntry *self = entry;

    g_free(self->name);
    g_free(self->type);
    g_free(self->text);
    g_free(self);
}

static inline void
zone_list_free(void *list)
{
    g_ptr_array_unref(list);
}

static inline Zone *
zone_new(void)
{
    Zone *zone = g_new0(Zone, 1);

    zone->names =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, zone_list_free);
    return zone;
}

static inline void
zone_free(Zone *zone)
{
    if (!zone)
        return;
    g_hash_table_unref(zone->names);
    g_free(zone);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Zone, zone_free)

static inline void
zone_add(Zone *zone, const char *name, const char *type, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    GPtrArray *list = g_hash_table_lookup(zone->names, lower);
    ZoneEntry *entry = g_new0(ZoneEntry, 1);
    const char *space = text && strcmp(type, "MX") == 0 ? strchr(text, ' ') : NULL;

    if (!list) {
        list = g_ptr_array_new_with_free_func(zone_entry_free);
        g_hash_table_insert(zone->names, g_strdup(lower), list);
    }
    entry->name = g_steal_pointer(&lower);
    entry->type = g_strdup(type);
    entry->text = g_strdup(space ? space + 1 : text);
    entry->preference = space ? g_ascii_strtoll(text, NULL, 10) : 0;
    g_ptr_array_add(list, entry);
}

static inline DnsAnswer *
zone_find(Zone *zone, const char *name, const char *type, int depth)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    GPtrArray *list = g_hash_table_lookup(zone->names, lower);
    g_autoptr(DnsAnswer) answer = dns_answer_new(DNS_NODATA);
    bool temporary = false;

    for (guint i = 0; list && i < list->len; i++) {
        const ZoneEntry *entry = g_ptr_array_index(list, i);

        if (strcmp(entry->type, "CNAME") == 0 && entry->text && depth < 8)
            return zone_find(zone, entry->text, type, depth + 1);
        if (strcmp(entry->type, "*") == 0)
            temporary = true;
        if (strcmp(entry->type, type) != 0)
            continue;
        if (!entry->text)
            return dns_answer_new(DNS_TEMPORARY);
        DnsRecord *record = shape_append(&dns_record_shape, &answer->records);
        record->text = g_strdup(entry->text);
        record->preference = entry->preference;
        answer->outcome = DNS_FOUND;
    }
    if (!list)
        answer->outcome = DNS_NXDOMAIN;
    else if (answer->outcome == DNS_NODATA && temporary)
        answer->outcome = DNS_TEMPORARY;
    return g_steal_pointer(&answer);
}

static inline DnsAnswer *
zone_ask(void *self, const char *name, DnsType type)
{
    static const char *const types[] = {"A", "AAAA", "MX", "TXT", "PTR", "CNAME"};
    Zone *zone = self;

    zone->asked++;
    return zone_find(zone, name, types[type], 0);
}

static inline DnsAsker
zone_asker(Zone *zone)
{
    return (DnsAsker){zone_ask, zone};
}
