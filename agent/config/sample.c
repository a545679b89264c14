/* The sample file: every key of the table, with its default and what it does. */
#include "config/config.h"

#include <string.h>

#include "config/keys.h"

enum {
    INDENT = 2,
    HELP_COLUMN = 50,
    NOT_MARKED = -1
};

typedef struct Printer {
    GString *out;
    int indent;
    int mark;       /* the column of `# ` for keys that are off; NOT_MARKED */
    bool is_bullet; /* the next line begins an item of a list */
} Printer;

static void print_keys(Printer *printer, const KeyList *keys);

static bool
is_on(const Key *key)
{
    bool on = key->sample != NULL;

    for (size_t i = 0; key->of && i < key->of->count; i++)
        on = on || is_on(&key->of->keys[i]);
    return on;
}

static void
print_line(Printer *printer, const Key *key, const char *value)
{
    gsize start = printer->out->len;

    if (printer->mark == NOT_MARKED)
        g_string_append_printf(printer->out, "%*s", printer->indent, "");
    else
        g_string_append_printf(printer->out, "%*s# %*s", printer->mark, "",
                               printer->indent - printer->mark, "");
    if (printer->is_bullet) {
        g_string_truncate(printer->out, printer->out->len - INDENT);
        g_string_append(printer->out, "- ");
        printer->is_bullet = false;
    }
    g_string_append_printf(printer->out, "%s:%s%s", key->name, value ? " " : "",
                           value ? value : "");
    g_string_append_printf(printer->out, "%*s  # %s%s\n",
                           MAX(0, HELP_COLUMN - (int)(printer->out->len - start)), "",
                           key->help, key->is_required ? " (required)" : "");
}

static void
print_key(Printer *printer, const Key *key)
{
    const char *value = key->sample     ? key->sample
                        : key->hint     ? key->hint
                        : key->fallback ? key->fallback
                                        : "";
    bool is_block = key->type == KEY_MAP || key->type == KEY_LIST;
    int mark = printer->mark;
    Printer inner;

    if (printer->indent == 0)
        g_string_append_c(printer->out, '\n');
    if (mark == NOT_MARKED && !is_on(key))
        printer->mark = printer->indent;
    print_line(printer, key, is_block ? NULL : value);
    inner = *printer;
    inner.indent += key->type == KEY_LIST ? 2 * INDENT : INDENT;
    inner.is_bullet = key->type == KEY_LIST;
    if (is_block)
        print_keys(&inner, key->of);
    printer->mark = mark;
}

static void
print_keys(Printer *printer, const KeyList *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        print_key(printer, &keys->keys[i]);
}

char *
config_sample(void)
{
    Printer printer = {
        .out = g_string_new("# Postroom's configuration. Lines that begin with '# ' "
                            "show the default, or an example\n# where there is none. "
                            "`postroom check -c FILE` finds the faults.\n"),
        .mark = NOT_MARKED};

    print_keys(&printer, &config_keys);
    return g_string_free(printer.out, FALSE);
}
