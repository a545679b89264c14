#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* The one exception to "no global state": a log is a property of the process. */
static atomic_int detail = LEVEL_INFO;
static atomic_int layout = LOG_AS_LOGFMT;
static atomic_bool shows_addresses;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void
log_configure(LogLevel most_detailed, LogFormat format)
{
    atomic_store(&detail, (int)most_detailed);
    atomic_store(&layout, (int)format);
}

void
log_show_addresses(bool show)
{
    atomic_store(&shows_addresses, show);
}

bool
log_level_from_name(const char *name, LogLevel *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *out = (LogLevel)i;
            return true;
        }
    }
    return false;
}

static bool
is_plain(const char *value)
{
    for (const char *c = value; *c; c++)
        if (!g_ascii_isgraph(*c) || *c == '"' || *c == '=' || *c == '\\')
            return false;
    return *value != '\0';
}

/* Escapes every control character, so a value can neither end the line nor drive
 * a terminal; what is not UTF-8 is replaced. */
static void
append_quoted(GString *line, const char *value)
{
    g_autofree char *text = g_utf8_make_valid(value, -1);

    g_string_append_c(line, '"');
    for (char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);

        if (*c == '"' || *c == '\\')
            g_string_append_printf(line, "\\%c", *c);
        else if (u < 0xffff && !g_unichar_isprint(u))
            g_string_append_printf(line, "\\u%04x", u);
        else
            g_string_append_unichar(line, u);
    }
    g_string_append_c(line, '"');
}

static bool
is_of_local_part(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) || strchr("!#$%&'*+-/?^_`{|}~.", c);
}

/* A resolver's 127.0.0.1@53 is nobody's address: a domain has a letter. */
static bool
is_domain(const char *domain)
{
    for (const char *c = domain; *c; c++) {
        if (g_ascii_isalpha(*c) || (*c & 0x80))
            return true;
        if (!g_ascii_isdigit(*c) && *c != '.' && *c != '-')
            return false;
    }
    return false;
}

/* People are named nowhere but in the database, unless the operator wants them here. */
static char *
mask_addresses(const char *value)
{
    GString *masked = g_string_new(NULL);

    for (const char *c = value; *c; c++) {
        gsize begin = masked->len;

        if (*c == '@' && is_domain(c + 1)) {
            while (begin > 0 && masked->str[begin - 1] &&
                   is_of_local_part(masked->str[begin - 1]))
                begin--;
            /* 'ana@shop.example' is an address in quotes. */
            begin += begin < masked->len && masked->str[begin] == '\'';
            if (begin < masked->len)
                g_string_append(g_string_truncate(masked, begin), "***");
        }
        g_string_append_c(masked, *c);
    }
    return g_string_free(masked, FALSE);
}

static void
append_pair(GString *line, bool json, const char *key, const char *value)
{
    if (json) {
        g_string_append_printf(line, "%s\"%s\":", line->len > 1 ? "," : "", key);
        append_quoted(line, value ? value : "");
        return;
    }
    g_string_append_printf(line, "%s%s=", line->len ? " " : "", key);
    if (value && is_plain(value))
        g_string_append(line, value);
    else
        append_quoted(line, value ? value : "");
}

static void
append_discreet(GString *line, LogLevel level, const char *key, const char *value)
{
    bool json = atomic_load(&layout) == LOG_AS_JSON;
    g_autofree char *masked = NULL;

    if (value && level != LEVEL_DEBUG && !atomic_load(&shows_addresses))
        masked = mask_addresses(value);
    append_pair(line, json, key, masked ? masked : value);
}

static void
write_line(LogLevel level, const char *event, const char *fault, va_list pairs)
{
    bool json = atomic_load(&layout) == LOG_AS_JSON;
    g_autoptr(GString) line = g_string_new(json ? "{" : NULL);
    g_autofree char *now = clock_format_ms(clock_now_ms());
    const char *key;

    append_pair(line, json, "time", now);
    append_pair(line, json, "level", level_names[level]);
    append_pair(line, json, "event", event);
    while ((key = va_arg(pairs, const char *)) != NULL)
        append_discreet(line, level, key, va_arg(pairs, const char *));
    if (fault)
        append_discreet(line, level, "error", fault);
    g_string_append(line, json ? "}\n" : "\n");
    /* One write per line keeps lines of different threads apart; a log that
     * cannot be written has nowhere to be reported. */
    (void)!write(STDERR_FILENO, line->str, line->len);
}

void
log_write(LogLevel level, const char *event, ...)
{
    va_list pairs;

    if ((int)level > atomic_load(&detail))
        return;
    va_start(pairs, event);
    write_line(level, event, NULL, pairs);
    va_end(pairs);
}

void
log_fault(LogLevel level, const char *event, const GError *error, ...)
{
    va_list pairs;

    if ((int)level > atomic_load(&detail))
        return;
    va_start(pairs, error);
    write_line(level, event, error ? error->message : NULL, pairs);
    va_end(pairs);
}
