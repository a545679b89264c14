#include "dmarc_record.h"

#include <string.h>

#include <glib.h>

static const char *const policy_names[] = {"none", "quarantine", "reject"};

const char *
dmarc_policy_name(DmarcPolicy policy)
{
    return policy == POLICY_UNSAID ? NULL : policy_names[policy];
}

/* The value of `tag`, trimmed; a fault in another tag does not matter (section 4.7).
 * The first of two counts. */
static char *
find_tag(const char *text, const char *tag)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);

    for (size_t i = 0; parts[i]; i++) {
        char *equals = strchr(parts[i], '=');

        if (!equals)
            continue;
        *equals = '\0';
        if (g_ascii_strcasecmp(g_strstrip(parts[i]), tag) == 0)
            return g_strstrip(g_strdup(equals + 1));
    }
    return NULL;
}

bool
dmarc_record_is(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", 2);
    char *equals = parts[0] ? strchr(parts[0], '=') : NULL;

    if (!equals)
        return false;
    *equals = '\0';
    return strcmp(g_strstrip(parts[0]), "v") == 0 &&
           strcmp(g_strstrip(equals + 1), "DMARC1") == 0;
}

static DmarcPolicy
read_policy(const char *text, const char *tag)
{
    g_autofree char *value = find_tag(text, tag);

    for (size_t i = 0; value && i < G_N_ELEMENTS(policy_names); i++)
        if (g_ascii_strcasecmp(value, policy_names[i]) == 0)
            return (DmarcPolicy)i;
    return POLICY_UNSAID;
}

static bool
tag_is(const char *text, const char *tag, const char *want)
{
    g_autofree char *value = find_tag(text, tag);

    return value && g_ascii_strcasecmp(value, want) == 0;
}

static bool
has_report_address(const char *text)
{
    g_autofree char *value = find_tag(text, "rua");

    return value && strchr(value, ':') && strchr(value, ':') != value;
}

bool
dmarc_record_read(const char *text, DmarcRecord *out)
{
    *out = (DmarcRecord){
        .policy = read_policy(text, "p"),
        .subdomains = read_policy(text, "sp"),
        .nonexistent = read_policy(text, "np"),
        .strict_dkim = tag_is(text, "adkim", "s"),
        .strict_spf = tag_is(text, "aspf", "s"),
        .is_test = tag_is(text, "t", "y"),
        .psd = tag_is(text, "psd", "y")   ? 'y'
               : tag_is(text, "psd", "n") ? 'n'
                                          : 'u',
    };
    if (out->policy == POLICY_UNSAID && has_report_address(text))
        out->policy = POLICY_NONE;
    return out->policy != POLICY_UNSAID;
}
