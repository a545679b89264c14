/* RFC 4180 for spreadsheets, which compute what begins like a formula. */
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

#include "cli/print.h"

/* Line ends and tabs are allowed between quotes; the rest is as for a terminal. */
static char *
safe_lines(const char *text)
{
    GString *safe = g_string_new(NULL);

    while (*text) {
        size_t size = strcspn(text, "\r\n\t");
        g_autofree char *piece = g_strndup(text, size);
        g_autofree char *printed = print_safe(piece);

        g_string_append(safe, printed);
        text += size;
        if (*text)
            g_string_append_c(safe, *text++);
    }
    return g_string_free(safe, FALSE);
}

/* Some take the wide letters of East Asian keyboards for the narrow ones. */
static bool
begins_formula(const char *text)
{
    static const char *const signs[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                        "\n", "＝", "＋", "－", "＠"};

    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
        if (g_str_has_prefix(text, signs[i]))
            return true;
    return false;
}

static void
print_csv_text(const char *text)
{
    g_autofree char *safe = safe_lines(text);
    bool is_formula = begins_formula(safe);
    bool is_quoted = strpbrk(safe, ",\"\r\n\t") || is_formula;

    if (is_quoted)
        (void)putchar('"');
    if (is_formula)
        (void)putchar('\'');
    for (const char *at = safe; *at; at++) {
        if (*at == '"')
            (void)putchar('"');
        (void)putchar(*at);
    }
    if (is_quoted)
        (void)putchar('"');
}

void
table_print_csv(const StoreTable *table)
{
    for (guint i = 0; i < table->columns->len; i++)
        (void)printf("%s%s", i ? "," : "", (const char *)table->columns->pdata[i]);
    (void)fputs("\r\n", stdout);
    for (guint row = 0; row < table->rows->len; row++) {
        const GPtrArray *values = table->rows->pdata[row];

        for (guint i = 0; i < values->len; i++) {
            const char *text = values->pdata[i] ? values->pdata[i] : "";

            if (i)
                (void)putchar(',');
            if (table->numeric->data[i])
                (void)fputs(text, stdout);
            else
                print_csv_text(text);
        }
        (void)fputs("\r\n", stdout);
    }
}
