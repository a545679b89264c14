#include "dmarc_record.h"

#include <string.h>

#include <glib.h>

/* As g_strstrip takes them off. */
#define BLANKS " \t\n\v\f\r"

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
    size_t tag_size = strlen(tag);

    for (const char *p = text; *p; p += *p == ';') {
        const char *name = p + strspn(p, BLANKS);
        const char *equals;

        p += strcspn(p, ";");
        if (g_ascii_strncasecmp(name, tag, tag_size) != 0)
            continue;
        equals = name + tag_size + strspn(name + tag_size, BLANKS);
        if (*equals == '=')
            return g_strstrip(g_strndup(equals + 1, (size_t)(p - equals - 1)));
    }
    return NULL;
}

bool
dmarc_record_is(const char *text)
{
    size_t size = strcspn(text, ";");
    g_autofree char *version = g_strndup(text, size);
    char *equals = strchr(version, '=');

    if (!equals || g_ascii_tolower(*text) != 'v')
        return false;
    *equals = '\0';
    return strlen(g_strchomp(version)) == 1 &&
           strcmp(g_strstrip(equals + 1), "DMARC1") == 0;
}

static bool
has_tag(const char *text, const char *tag)
{
    g_autofree char *value = find_tag(text, tag);

    return value != NULL;
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

/* `scheme:something`, as any of the addresses of rua= (RFC 3986 section 3.1). */
static bool
is_uri(const char *text)
{
    size_t scheme = 0;

    while (g_ascii_isalnum(text[scheme]) ||
           (text[scheme] && strchr("+-.", text[scheme])))
        scheme++;
    return g_ascii_isalpha(text[0]) && text[scheme] == ':' &&
           text[scheme + 1] != '\0' && !strpbrk(text, " \t");
}

static bool
has_report_address(const char *text)
{
    g_autofree char *value = find_tag(text, "rua");
    g_auto(GStrv) addresses = g_strsplit(value ? value : "", ",", -1);

    for (size_t i = 0; addresses[i]; i++)
        if (is_uri(g_strstrip(addresses[i])))
            return true;
    return false;
}

/* Section 4.10.1: with a policy that cannot be read the record counts as p=none where
 * it asks for reports, else for nothing. */
static void
distrust_policies(const char *text, DmarcRecord *record)
{
    bool is_sound = record->policy != POLICY_UNSAID &&
                    (record->subdomains != POLICY_UNSAID || !has_tag(text, "sp")) &&
                    (record->nonexistent != POLICY_UNSAID || !has_tag(text, "np"));

    if (is_sound)
        return;
    record->policy = has_report_address(text) ? POLICY_NONE : POLICY_UNSAID;
    record->subdomains = record->nonexistent = POLICY_UNSAID;
}

void
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
    distrust_policies(text, out);
}
