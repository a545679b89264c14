#include "results.h"

#include <string.h>

#include "domain.h"

enum {
    RESULTS_MAX = 200,
    PROPERTIES_MAX = 200
};

typedef struct Reader {
    const char *p;
    bool relaxed;
    bool international;
} Reader;

void
results_text_clear(ResultsText *text)
{
    g_clear_pointer(&text->authserv_id, g_free);
    for (size_t i = 0; i < list_length(text->results); i++)
        shape_free(&method_result_shape, g_ptr_array_index(text->results, i));
    g_clear_pointer(&text->results, g_ptr_array_unref);
}

/* Comments nest; one that never closes spoils all. */
static bool
skip_cfws(Reader *reader)
{
    size_t depth = 0;

    for (; *reader->p; reader->p++) {
        char byte = *reader->p;

        if (byte == '(') {
            depth++;
        } else if (depth > 0) {
            if (byte == '\\' && reader->p[1])
                reader->p++;
            else if (byte == ')')
                depth--;
        } else if (!g_ascii_isspace(byte)) {
            break;
        }
    }
    return depth == 0;
}

static bool
is_token_byte(char byte)
{
    return byte > 32 && byte < 127 && !strchr("()<>@,;:\\\"/[]?=", byte);
}

static bool
is_keyword_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_';
}

static char *
take_while(Reader *reader, bool (*belongs)(char))
{
    const char *start = reader->p;

    while (*reader->p && belongs(*reader->p))
        reader->p++;
    return reader->p > start ? g_strndup(start, (size_t)(reader->p - start)) : NULL;
}

static char *
take_quoted(Reader *reader)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (reader->p++; *reader->p && *reader->p != '"'; reader->p++) {
        if (*reader->p == '\\' && reader->p[1])
            reader->p++;
        g_string_append_c(out, *reader->p);
    }
    if (*reader->p != '"')
        return NULL;
    reader->p++;
    return g_strdup(out->str);
}

static bool
take_char(Reader *reader, char want)
{
    if (!skip_cfws(reader) || *reader->p != want)
        return false;
    reader->p++;
    return skip_cfws(reader);
}

/* A pvalue without quotes: a token, or local-part@domain, whose local part may hold
 * more; relaxed, whatever stands up to a blank or semicolon. */
static bool
is_allowed_value(const Reader *reader, const char *value)
{
    bool has_at = strchr(value, '@') != NULL;

    for (const char *p = value; *p; p++) {
        bool extra = has_at && strchr("@/?=", *p);

        if ((unsigned char)*p > 127 ? !reader->international
                                    : !is_token_byte(*p) && !extra && !reader->relaxed)
            return false;
    }
    return true;
}

static bool
is_value_byte(char byte)
{
    return !g_ascii_isspace(byte) && byte != ';' && byte != '(' && byte != '"';
}

static char *
take_value(Reader *reader)
{
    g_autofree char *head = NULL;
    g_autofree char *tail = NULL;

    if (*reader->p == '"') {
        head = take_quoted(reader);
        if (!head || *reader->p != '@')
            return g_steal_pointer(&head);
    }
    tail = take_while(reader, is_value_byte);
    if (!tail || !is_allowed_value(reader, tail))
        return NULL;
    return g_strdup_printf("%s%s", head ? head : "", tail);
}

static bool
is_known_word(const char *method, const char *word)
{
    static const struct {
        const char *method;
        const char *words;
    } known[] = {
        {"dkim", " none pass fail policy neutral temperror permerror "},
        {"spf", " none pass fail softfail policy neutral temperror permerror "},
        {"dmarc", " none pass fail temperror permerror "},
        {"arc", " none pass fail policy temperror permerror "},
    };
    g_autofree char *padded = g_strdup_printf(" %s ", word);

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_ascii_strcasecmp(method, known[i].method) == 0)
            return strstr(known[i].words, padded) != NULL;
    return true;
}

/* `method[/version] = result` */
static bool
read_method(Reader *reader, MethodResult *out)
{
    g_autofree char *version = NULL;
    g_autofree char *word = NULL;

    out->method_version = 1;
    out->method = take_while(reader, is_keyword_byte);
    if (!out->method || !skip_cfws(reader))
        return false;
    if (*reader->p == '/') {
        if (!take_char(reader, '/'))
            return false;
        version = take_while(reader, is_keyword_byte);
        if (!version || strspn(version, "0123456789") != strlen(version))
            return false;
        out->method_version = g_ascii_strtoll(version, NULL, 10);
    }
    if (!take_char(reader, '='))
        return false;
    word = take_while(reader, is_keyword_byte);
    if (!word)
        return false;
    out->result = g_ascii_strdown(word, -1);
    return reader->relaxed || is_known_word(out->method, out->result);
}

static bool
add_property(MethodResult *result, const char *type, const char *name, char *value)
{
    ResultProperty *property;

    if (list_length(result->properties) == PROPERTIES_MAX) {
        g_free(value);
        return false;
    }
    property = shape_append(&result_property_shape, &result->properties);
    g_autofree char *joined = g_strdup_printf("%s.%s", type, name);
    property->name = g_ascii_strdown(joined, -1);
    property->value = value;
    return true;
}

/* `reason = value`, `ptype.property = value`; relaxed also Microsoft's `action=none`,
 * which says nothing. */
static bool
read_property(Reader *reader, MethodResult *out)
{
    g_autofree char *type = take_while(reader, is_keyword_byte);
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;

    if (!type || !skip_cfws(reader))
        return false;
    if (*reader->p == '.') {
        if (!take_char(reader, '.'))
            return false;
        name = take_while(reader, is_keyword_byte);
        if (!name)
            return false;
    }
    if (!take_char(reader, '='))
        return false;
    value = take_value(reader);
    if (!value)
        return false;
    if (name)
        return add_property(out, type, name, g_steal_pointer(&value));
    if (g_ascii_strcasecmp(type, "reason") == 0 && !out->reason) {
        out->reason = g_steal_pointer(&value);
        return true;
    }
    return reader->relaxed;
}

static bool
read_result(Reader *reader, ResultsText *out)
{
    MethodResult *result;

    if (list_length(out->results) == RESULTS_MAX)
        return false;
    result = shape_append(&method_result_shape, &out->results);
    if (!read_method(reader, result))
        return false;
    for (;;) {
        const char *before = reader->p;

        if (!skip_cfws(reader))
            return false;
        if (!*reader->p || *reader->p == ';')
            return true;
        if (reader->p == before || !read_property(reader, result))
            return false;
    }
}

static bool
read_head(Reader *reader, ResultsText *out)
{
    Reader ahead;
    g_autofree char *version = NULL;

    if (!skip_cfws(reader))
        return false;
    ahead = *reader;
    out->version = 1;
    out->authserv_id =
        *reader->p == '"' ? take_quoted(reader) : take_while(reader, is_token_byte);
    if (!out->authserv_id || !skip_cfws(reader))
        return false;
    if (*reader->p == '=' && reader->relaxed) {
        *reader = ahead;
        out->authserv_id[0] = '\0';
        return read_result(reader, out);
    }
    if (g_ascii_isdigit(*reader->p)) {
        version = take_while(reader, is_keyword_byte);
        if (strspn(version, "0123456789") != strlen(version))
            return false;
        out->version = g_ascii_strtoll(version, NULL, 10);
    }
    return skip_cfws(reader) && (*reader->p == ';' || (!*reader->p && reader->relaxed));
}

static bool
is_none(Reader *reader)
{
    Reader ahead = *reader;

    if (g_ascii_strncasecmp(ahead.p, "none", 4) != 0)
        return false;
    ahead.p += 4;
    if (!skip_cfws(&ahead) || *ahead.p)
        return false;
    *reader = ahead;
    return true;
}

static bool
has_only_allowed_bytes(const Reader *reader, const char *text)
{
    if (reader->international)
        return g_utf8_validate(text, -1, NULL);
    for (; *text; text++)
        if ((unsigned char)*text > 127)
            return false;
    return true;
}

bool
results_read(const char *text, unsigned grammar, ResultsText *out)
{
    Reader reader = {.p = text,
                     .relaxed = (grammar & RESULTS_TOLERANT) != 0,
                     .international = (grammar & RESULTS_UTF8) != 0};

    results_text_clear(out);
    if (!has_only_allowed_bytes(&reader, text) || !read_head(&reader, out))
        return false;
    while (*reader.p == ';') {
        if (!take_char(&reader, ';'))
            return false;
        if (list_length(out->results) == 0 && is_none(&reader))
            return true;
        if (!*reader.p)
            return reader.relaxed;
        if (*reader.p == ';' && reader.relaxed)
            continue;
        if (!read_result(&reader, out))
            return false;
    }
    return !*reader.p;
}

const char *
results_property(const MethodResult *result, const char *name)
{
    for (size_t i = 0; i < list_length(result->properties); i++) {
        const ResultProperty *property = g_ptr_array_index(result->properties, i);

        if (strcmp(property->name, name) == 0)
            return property->value;
    }
    return NULL;
}

AuthResult
results_word(const char *word)
{
    for (int i = RESULT_NONE; i < RESULT_SKIPPED; i++)
        if (strcmp(word, auth_result_name((AuthResult)i)) == 0)
            return (AuthResult)i;
    return RESULT_SKIPPED;
}

AuthResult
results_dmarc_for(const ResultsText *text, const char *author_domain)
{
    AuthResult said = RESULT_SKIPPED;

    for (size_t i = 0; i < list_length(text->results); i++) {
        const MethodResult *result = g_ptr_array_index(text->results, i);
        const char *from = results_property(result, "header.from");
        g_autofree char *domain = from ? domain_to_ascii(from, strlen(from)) : NULL;
        AuthResult word;

        if (g_ascii_strcasecmp(result->method, "dmarc") != 0)
            continue;
        if (!domain || strcmp(domain, author_domain) != 0 ||
            result->method_version != 1)
            return RESULT_SKIPPED;
        word = results_word(result->result);
        if (said != RESULT_SKIPPED && said != word)
            return RESULT_SKIPPED;
        said = word;
    }
    return said;
}
