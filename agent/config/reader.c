#include "config/reader.h"

#include <stdarg.h>
#include <string.h>

enum {
    MOST_FAULTS = 50,
    MOST_VISITS = 100000,
    MOST_QUOTED = 60, /* characters of a text that is quoted in a fault */
};

typedef struct ReaderFault {
    size_t line, column;
    char *text;
} ReaderFault;

static void
clear_fault(void *fault)
{
    g_free(((ReaderFault *)fault)->text);
}

void
reader_init(Reader *reader, yaml_document_t *document)
{
    *reader = (Reader){.document = document};
    reader->path = g_string_new(NULL);
    reader->faults = g_array_new(FALSE, FALSE, sizeof(ReaderFault));
    g_array_set_clear_func(reader->faults, clear_fault);
}

void
reader_clear(Reader *reader)
{
    (void)g_string_free(reader->path, TRUE);
    g_array_unref(reader->faults);
}

/* ---- faults ---- */

void
reader_fault(Reader *reader, const yaml_node_t *node, const char *format, ...)
{
    ReaderFault fault = {node->start_mark.line + 1, node->start_mark.column + 1, NULL};
    g_autofree char *text = NULL;
    va_list arguments;

    if (reader->faults->len > MOST_FAULTS)
        return;
    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (reader->faults->len == MOST_FAULTS)
        fault.text = g_strdup("too many faults, the rest is not told");
    else if (reader->path->len)
        fault.text = g_strdup_printf("%s: %s", reader->path->str, text);
    else
        fault.text = g_steal_pointer(&text);
    g_array_append_val(reader->faults, fault);
}

char *
reader_quote(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *quoted = g_string_new("'");
    size_t count = 0;

    for (char *c = valid; *c && count < MOST_QUOTED; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);

        g_string_append_unichar(quoted, g_unichar_isprint(u) ? u : '?');
        count++;
    }
    g_string_append(quoted, count == MOST_QUOTED ? "...'" : "'");
    return g_string_free(quoted, FALSE);
}

static int
by_place(const void *a, const void *b)
{
    const ReaderFault *left = a;
    const ReaderFault *right = b;

    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return (left->column > right->column) - (left->column < right->column);
}

char *
reader_report(const Reader *reader, const char *file)
{
    GString *report;

    if (reader->faults->len == 0)
        return NULL;
    g_array_sort(reader->faults, by_place);
    report = g_string_new(NULL);
    for (guint i = 0; i < reader->faults->len; i++) {
        const ReaderFault *fault = &g_array_index(reader->faults, ReaderFault, i);

        g_string_append_printf(report, "%s%s:%zu:%zu: %s", i ? "\n" : "", file,
                               fault->line, fault->column, fault->text);
    }
    return g_string_free(report, FALSE);
}

/* ---- path ---- */

size_t
reader_enter(Reader *reader, const char *name)
{
    g_autofree char *quoted = reader_quote(name);
    size_t length = reader->path->len;

    if (length)
        g_string_append_c(reader->path, '.');
    g_string_append_len(reader->path, quoted + 1, (gssize)strlen(quoted) - 2);
    return length;
}

size_t
reader_enter_item(Reader *reader, size_t index)
{
    size_t length = reader->path->len;

    g_string_append_printf(reader->path, "[%zu]", index);
    return length;
}

void
reader_leave(Reader *reader, size_t length)
{
    g_string_truncate(reader->path, length);
}

/* ---- nodes ---- */

const yaml_node_t *
reader_node(const Reader *reader, int id)
{
    return yaml_document_get_node(reader->document, id);
}

const yaml_node_t *
reader_find(const Reader *reader, const yaml_node_t *map, const char *name)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
         pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = reader_node(reader, pair->key);

        if (key->type == YAML_SCALAR_NODE &&
            strcmp((const char *)key->data.scalar.value, name) == 0)
            return reader_node(reader, pair->value);
    }
    return NULL;
}

bool
reader_is_null(const yaml_node_t *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};

    return node->type == YAML_SCALAR_NODE &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           g_strv_contains(words, (const char *)node->data.scalar.value);
}

const char *
reader_text(Reader *reader, const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;

    if (node->type != YAML_SCALAR_NODE) {
        reader_fault(reader, node, "needs a single value");
        return NULL;
    }
    if (!*text || strlen(text) != node->data.scalar.length) {
        reader_fault(reader, node, *text ? "holds a NUL character" : "is empty");
        return NULL;
    }
    return text;
}

bool
reader_visit(Reader *reader, const yaml_node_t *node)
{
    if (++reader->visits == MOST_VISITS)
        reader_fault(reader, node, "the file is too large, or its aliases multiply");
    return reader->visits < MOST_VISITS;
}
