#include "layer.h"

#include <string.h>

void
add_reason(Classification *out, const char *signal, double weight, char *text)
{
    Reason *reason = shape_append(&reason_shape, &out->reasons);

    reason->signal = g_strdup(signal);
    reason->weight = weight;
    reason->text = text;
}

void
settle(Case *it, Label label, double confidence, const char *signal, char *because)
{
    Classification *out = &it->out->classification;

    out->label = label;
    out->confidence = confidence;
    add_reason(out, signal, confidence, because);
}

const char *
address_domain(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    return at ? at + 1 : "";
}

/* Ours is example.com and everything below it. */
bool
is_our_domain(const SortSettings *settings, const char *domain)
{
    size_t size = strlen(domain);

    for (size_t i = 0; i < list_length(settings->our_domains); i++) {
        const char *ours = settings->our_domains->pdata[i];
        size_t tail = strlen(ours);

        if (size >= tail && g_ascii_strcasecmp(domain + size - tail, ours) == 0 &&
            (size == tail || domain[size - tail - 1] == '.'))
            return true;
    }
    return false;
}

bool
is_our_address(const SortSettings *settings, const char *address)
{
    for (size_t i = 0; i < list_length(settings->our_addresses); i++)
        if (g_ascii_strcasecmp(settings->our_addresses->pdata[i], address) == 0)
            return true;
    return settings->origin.address &&
           g_ascii_strcasecmp(settings->origin.address, address) == 0;
}

bool
is_daemon(const char *from_address)
{
    static const char *const names[] = {
        "mailer-daemon@",    "mailerdaemon@",  "postmaster@",
        "post_master@",      "mail-daemon@",   "mdaemon@",
        "microsoftexchange", "mailer_daemon@", "mail.daemon@"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_has_prefix(from_address, names[i]))
            return true;
    return g_str_equal(from_address, "mailer-daemon") ||
           g_str_equal(from_address, "postmaster");
}

const char *
field_of(const GPtrArray *headers, const char *name)
{
    for (size_t i = 0; i < list_length(headers); i++) {
        const Header *header = headers->pdata[i];

        if (header->name && g_ascii_strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

static char *
without_brackets(const char *text)
{
    char *copy = g_strstrip(g_strdup(text));
    size_t size = strlen(copy);

    if (size >= 2 && copy[0] == '<' && copy[size - 1] == '>') {
        copy[size - 1] = '\0';
        memmove(copy, copy + 1, size - 1);
    }
    return copy;
}

char *
typed_value(const char *value)
{
    const char *semicolon = value ? strchr(value, ';') : NULL;

    if (!value)
        return NULL;
    return without_brackets(semicolon ? semicolon + 1 : value);
}

char *
bare_id(const char *value)
{
    g_autofree char *first = value ? without_brackets(value) : NULL;

    if (!first || !*first)
        return NULL;
    first[strcspn(first, "> \t")] = '\0';
    return g_steal_pointer(&first);
}
