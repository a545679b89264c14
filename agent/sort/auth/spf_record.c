#include "spf.h"

#include <string.h>

enum {
    TERMS_MAX = 500
};

static const struct {
    const char *name;
    SpfMechanism mechanism;
    bool needs_target;
    bool may_have_target;
    bool may_have_prefix;
} mechanisms[] = {
    {"all", SPF_ALL, false, false, false}, {"include", SPF_INCLUDE, true, true, false},
    {"a", SPF_A, false, true, true},       {"mx", SPF_MX, false, true, true},
    {"ptr", SPF_PTR, false, true, false},  {"ip4", SPF_IP4, true, true, false},
    {"ip6", SPF_IP6, true, true, false},   {"exists", SPF_EXISTS, true, true, false},
};

static void
free_term(void *term)
{
    SpfTerm *self = term;

    g_free(self->text);
    g_free(self->target);
    g_free(self);
}

void
spf_record_clear(SpfRecord *record)
{
    g_clear_pointer(&record->terms, g_ptr_array_unref);
    g_clear_pointer(&record->redirect, g_free);
    g_clear_pointer(&record->explanation, g_free);
}

bool
spf_record_is(const char *text)
{
    return g_ascii_strncasecmp(text, "v=spf1", 6) == 0 && (!text[6] || text[6] == ' ');
}

/* Canonical decimal: no sign, no leading zero (section 5.6 ABNF). */
static bool
read_prefix(const char *text, size_t size, unsigned most, unsigned *out)
{
    unsigned value = 0;

    if (size == 0 || size > 3 || (size > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *out = value;
    return value <= most;
}

/* Cuts `/24//64` off the end of `text`. */
static bool
take_dual_prefix(char *text, SpfTerm *term)
{
    char *six = strstr(text, "//");
    char *four;

    while (six && strstr(six + 1, "//"))
        six = strstr(six + 1, "//");
    if (six && g_ascii_isdigit(six[2])) {
        if (!read_prefix(six + 2, strlen(six + 2), 128, &term->prefix_v6))
            return false;
        *six = '\0';
    }
    four = strrchr(text, '/');
    if (four && g_ascii_isdigit(four[1]) &&
        strspn(four + 1, "0123456789") == strlen(four + 1)) {
        if (!read_prefix(four + 1, strlen(four + 1), 32, &term->prefix_v4))
            return false;
        *four = '\0';
    }
    return true;
}

/* `ip6:::ffff:192.0.2.1` is an IPv6 address. IPv4 clients are listed by `ip4:` alone,
 * whatever they connect through (section 5). */
static IpAddress
as_written(const IpAddress *v4)
{
    IpAddress v6 = {.is_v6 = true, .bytes = {[10] = 0xff, [11] = 0xff}};

    memcpy(v6.bytes + 12, v4->bytes, 4);
    return v6;
}

static bool
read_network(const char *text, SpfTerm *term)
{
    bool want_v6 = term->mechanism == SPF_IP6;
    const char *slash = strchr(text, '/');
    g_autofree char *base =
        slash ? g_strndup(text, (size_t)(slash - text)) : g_strdup(text);

    if (!ip_parse(base, &term->network))
        return false;
    if (want_v6 != (strchr(base, ':') != NULL))
        return false;
    term->prefix = want_v6 ? 128 : 32;
    if (slash &&
        !read_prefix(slash + 1, strlen(slash + 1), term->prefix, &term->prefix))
        return false;
    if (want_v6 && !term->network.is_v6)
        term->network = as_written(&term->network);
    return true;
}

static bool
take_qualifier(const char **text, AuthResult *out)
{
    static const char signs[] = "+-~?";
    static const AuthResult results[] = {RESULT_PASS, RESULT_FAIL, RESULT_SOFTFAIL,
                                         RESULT_NEUTRAL};
    const char *sign = **text ? strchr(signs, **text) : NULL;

    *out = sign ? results[sign - signs] : RESULT_PASS;
    *text += sign != NULL;
    return true;
}

static bool
read_mechanism(const char *word, SpfTerm *term)
{
    const char *name = word;
    size_t size;
    size_t row = 0;
    g_autofree char *rest = NULL;

    (void)take_qualifier(&name, &term->qualifier); /* none means pass */
    size = strcspn(name, ":/");
    while (row < G_N_ELEMENTS(mechanisms) &&
           (strlen(mechanisms[row].name) != size ||
            g_ascii_strncasecmp(mechanisms[row].name, name, size) != 0))
        row++;
    if (row == G_N_ELEMENTS(mechanisms))
        return false;
    term->mechanism = mechanisms[row].mechanism;
    term->prefix_v4 = 32;
    term->prefix_v6 = 128;
    rest = g_strdup(name + size);
    if (term->mechanism == SPF_IP4 || term->mechanism == SPF_IP6)
        return rest[0] == ':' && read_network(rest + 1, term);
    if (mechanisms[row].may_have_prefix && !take_dual_prefix(rest, term))
        return false;
    if (!rest[0])
        return !mechanisms[row].needs_target;
    if (rest[0] != ':' || !mechanisms[row].may_have_target ||
        !spf_domain_spec_is_valid(rest + 1))
        return false;
    term->target = g_strdup(rest + 1);
    return true;
}

/* The size of the modifier name in front of '='; 0: this is no modifier. */
static size_t
modifier_name_size(const char *word)
{
    size_t size = 0;

    if (!g_ascii_isalpha(word[0]))
        return 0;
    while (g_ascii_isalnum(word[size]) || (word[size] && strchr("-_.", word[size])))
        size++;
    return word[size] == '=' ? size : 0;
}

static bool
read_modifier(const char *word, size_t name_size, SpfRecord *out)
{
    const char *value = word + name_size + 1;
    char **place = NULL;

    if (name_size == 8 && g_ascii_strncasecmp(word, "redirect", 8) == 0)
        place = &out->redirect;
    else if (name_size == 3 && g_ascii_strncasecmp(word, "exp", 3) == 0)
        place = &out->explanation;
    if (!place)
        return spf_macro_is_valid(value, MACRO_DOMAIN);
    if (*place || !spf_domain_spec_is_valid(value))
        return false;
    *place = g_strdup(value);
    return true;
}

static bool
read_word(const char *word, SpfRecord *out)
{
    size_t name_size = modifier_name_size(word);
    SpfTerm *term;

    if (name_size > 0)
        return read_modifier(word, name_size, out);
    if (out->terms->len == TERMS_MAX)
        return false;
    term = g_new0(SpfTerm, 1);
    term->text = g_strdup(word);
    g_ptr_array_add(out->terms, term);
    return read_mechanism(word, term);
}

bool
spf_record_read(const char *text, SpfRecord *out, char **trouble)
{
    g_auto(GStrv) words = g_strsplit(text + 6, " ", -1);

    spf_record_clear(out);
    out->terms = g_ptr_array_new_with_free_func(free_term);
    for (const char *p = text; *p; p++)
        if (*p < 32 || *p == 127) {
            *trouble = g_strdup("the record holds bytes other than printable ASCII");
            return false;
        }
    for (size_t i = 0; words[i]; i++)
        if (*words[i] && !read_word(words[i], out)) {
            *trouble = g_strdup_printf("'%.100s' in the record is malformed", words[i]);
            return false;
        }
    return true;
}
