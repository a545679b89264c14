#include "spf.h"

#include <string.h>

#include "base/clock.h"

enum {
    DOMAIN_TEXT_MAX = 253,
    EXPANSION_MAX = 4096
};

/* One `%{...}` of section 7.1. */
typedef struct Macro {
    char letter;
    guint64 keep; /* labels from the right; 0: all */
    bool reversed;
    char delimiters[16];
    size_t size; /* of the text, braces included */
} Macro;

static bool
macro_parse(const char *text, MacroUse use, Macro *out)
{
    const char *letters = use == MACRO_EXPLANATION ? "slodiphcrtv" : "slodiphv";
    const char *p = text + 2;
    size_t delimiters = 0;

    *out = (Macro){.letter = *p};
    if (!*p || !strchr(letters, g_ascii_tolower(*p)))
        return false;
    p++;
    if (g_ascii_isdigit(*p)) {
        for (; g_ascii_isdigit(*p); p++)
            out->keep = MIN(out->keep * 10 + (guint64)(*p - '0'), 1000);
        if (out->keep == 0)
            return false;
    }
    if (*p == 'r' || *p == 'R') {
        out->reversed = true;
        p++;
    }
    for (; *p && strchr(".-+,/_=", *p); p++)
        if (delimiters < sizeof out->delimiters - 1)
            out->delimiters[delimiters++] = *p;
    if (*p != '}')
        return false;
    out->size = (size_t)(p + 1 - text);
    return true;
}

bool
spf_macro_is_valid(const char *text, MacroUse use)
{
    for (const char *p = text; *p; p++) {
        Macro macro;

        if (*p < 32 || *p == 127 || (*p == ' ' && use == MACRO_DOMAIN))
            return false;
        if (*p != '%')
            continue;
        if (p[1] == '{') {
            if (!macro_parse(p, use, &macro))
                return false;
            p += macro.size - 1;
        } else if (p[1] == '%' || p[1] == '_' || p[1] == '-') {
            p++;
        } else {
            return false;
        }
    }
    return true;
}

/* toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" )
 * alphanum ) */
static bool
is_top_label(const char *label, size_t size)
{
    bool only_digits = true;

    if (size == 0 || label[0] == '-' || label[size - 1] == '-')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return false;
        only_digits = only_digits && g_ascii_isdigit(label[i]);
    }
    return !only_digits;
}

bool
spf_domain_spec_is_valid(const char *text)
{
    size_t size = strlen(text);
    const char *dot;

    if (size == 0 || !spf_macro_is_valid(text, MACRO_DOMAIN))
        return false;
    if (text[size - 1] == '}')
        return true;
    if (text[size - 1] == '.')
        size--;
    dot = g_strrstr_len(text, (gssize)size, ".");
    return dot && is_top_label(dot + 1, size - (size_t)(dot + 1 - text));
}

static void
add_nibbles(const IpAddress *ip, GString *out)
{
    for (size_t i = 0; i < 16; i++)
        g_string_append_printf(out, "%s%X.%X", i ? "." : "", ip->bytes[i] >> 4,
                               ip->bytes[i] & 15);
}

static char *
macro_value(SpfCheck *check, char letter, const char *domain)
{
    GString *nibbles;

    switch (g_ascii_tolower(letter)) {
    case 's':
        return g_strdup_printf("%s@%s", check->sender_local, check->sender_domain);
    case 'l':
        return g_strdup(check->sender_local);
    case 'o':
        return g_strdup(check->sender_domain);
    case 'd':
        return g_strdup(domain);
    case 'i':
        if (!check->ip.is_v6)
            return ip_format(&check->ip);
        nibbles = g_string_new(NULL);
        add_nibbles(&check->ip, nibbles);
        return g_string_free(nibbles, FALSE);
    case 'p': {
        char *name = spf_validated_name(check, domain, false);
        return name ? name : g_strdup("unknown");
    }
    case 'v':
        return g_strdup(check->ip.is_v6 ? "ip6" : "in-addr");
    case 'h':
        return g_strdup(check->helo);
    case 'c':
        return ip_format(&check->ip);
    case 't':
        return g_strdup_printf("%" G_GINT64_FORMAT, clock_now_s());
    default: /* r: who checks; we do not say */
        return g_strdup("unknown");
    }
}

/* Section 7.3: split at the delimiters, reverse, keep the right-most parts, join with
 * dots. */
static void
add_transformed(const char *value, const Macro *macro, GString *out)
{
    g_auto(GStrv) parts =
        g_strsplit_set(value, macro->delimiters[0] ? macro->delimiters : ".", -1);
    guint count = g_strv_length(parts);
    guint keep = macro->keep && macro->keep < count ? (guint)macro->keep : count;

    for (guint i = 0; i < keep; i++) {
        guint place = count - keep + i;

        g_string_append_printf(out, "%s%s", i ? "." : "",
                               parts[macro->reversed ? count - 1 - place : place]);
    }
}

static void
add_macro(SpfCheck *check, const Macro *macro, const char *domain, GString *out)
{
    g_autofree char *value = macro_value(check, macro->letter, domain);
    g_autoptr(GString) transformed = g_string_new(NULL);

    if (!value)
        return;
    if (macro->keep || macro->reversed || macro->delimiters[0])
        add_transformed(value, macro, transformed);
    else
        g_string_append(transformed, value);
    if (g_ascii_isupper(macro->letter)) {
        g_autofree char *escaped = g_uri_escape_string(transformed->str, NULL, FALSE);

        g_string_append(out, escaped);
    } else {
        g_string_append(out, transformed->str);
    }
}

/* Section 7.3: labels are dropped from the left until the name fits. */
static char *
shorten(char *name)
{
    char *p = name;
    size_t size = strlen(name);

    if (size > 0 && name[size - 1] == '.')
        name[--size] = '\0';
    while (size > DOMAIN_TEXT_MAX) {
        char *dot = strchr(p, '.');

        if (!dot)
            break;
        size -= (size_t)(dot + 1 - p);
        p = dot + 1;
    }
    memmove(name, p, strlen(p) + 1);
    return name;
}

char *
spf_macro_expand(SpfCheck *check, const char *text, const char *domain, MacroUse use)
{
    GString *out = g_string_new(NULL);
    char *name;

    for (const char *p = text; *p && out->len < EXPANSION_MAX; p++) {
        Macro macro;

        if (*p != '%') {
            g_string_append_c(out, *p);
        } else if (p[1] == '{' && macro_parse(p, use, &macro)) {
            add_macro(check, &macro, domain, out);
            p += macro.size - 1;
        } else {
            p++;
            g_string_append(out, *p == '_' ? " " : *p == '-' ? "%20" : "%");
        }
    }
    name = g_string_free(out, FALSE);
    return use == MACRO_EXPLANATION ? name : shorten(name);
}
