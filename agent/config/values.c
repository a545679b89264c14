/* Single values: texts, words, numbers with units; and lists of texts. */
#include "config/reader.h"

#include <string.h>

#include "base/clock.h"
#include "config/config.h"

typedef struct Unit {
    const char *name;
    int64_t factor;
} Unit;

static const Unit count_units[] = {{"", 1}, {NULL, 0}};
/* A bare number is no duration: `raw: 90` would erase mail after 90 seconds. */
static const Unit duration_units[] = {{"s", 1},     {"m", 60},     {"h", 3600},
                                      {"d", 86400}, {"w", 604800}, {NULL, 0}};
static const Unit size_units[] = {
    {"", 1},          {"B", 1},        {"kB", 1000},     {"KB", 1000},
    {"KiB", 1 << 10}, {"MB", 1000000}, {"MiB", 1 << 20}, {"GB", 1000000000},
    {"GiB", 1 << 30}, {NULL, 0}};

static bool
to_number(const char *text, const Unit *units, int64_t *out)
{
    char *end;
    guint64 number = g_ascii_strtoull(text, &end, 10);

    if (!g_ascii_isdigit(*text) || number > G_MAXINT32)
        return false;
    end += *end == ' ';
    for (; units->name; units++) {
        if (strcmp(end, units->name) == 0) {
            *out = (int64_t)number * units->factor;
            return true;
        }
    }
    return false;
}

static void
read_number(Reader *reader, const Key *key, const yaml_node_t *node, int64_t *out)
{
    const char *text = (const char *)node->data.scalar.value;
    const Unit *units = key->type == KEY_DURATION ? duration_units
                        : key->type == KEY_SIZE   ? size_units
                                                  : count_units;
    const char *sort = key->type == KEY_DURATION ? "a duration such as 60s, 5m, 2h, 90d"
                       : key->type == KEY_SIZE   ? "a size such as 50MiB, 256KiB"
                                                 : "a whole number";
    g_autofree char *quoted = reader_quote(text);
    int64_t number;

    if (!to_number(text, units, &number))
        reader_fault(reader, node, "needs %s, not %s", sort, quoted);
    else if (number < key->least)
        reader_fault(reader, node, "%s is too small", quoted);
    else if (number > key->most)
        reader_fault(reader, node, "%s is too large", quoted);
    else
        *out = number;
}

static void
fault_of_word(Reader *reader, const Key *key, const yaml_node_t *node, const char *text)
{
    g_autofree char *quoted = reader_quote(text);
    const char *nearest = nearest_name(text, key->words, names_count(key->words));
    g_autoptr(GString) all = g_string_new(NULL);

    for (size_t i = 0; key->words[i]; i++)
        g_string_append_printf(all, "%s%s", i ? ", " : "", key->words[i]);
    if (nearest)
        reader_fault(reader, node, "unknown value %s, did you mean '%s'?", quoted,
                     nearest);
    else
        reader_fault(reader, node, "unknown value %s, expected one of %s", quoted,
                     all->str);
}

/* The place of the text among the words; -1 and a fault when it is none of them. */
static int
read_word(Reader *reader, const Key *key, const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;

    for (int i = 0; key->words[i]; i++)
        if (strcmp(key->words[i], text) == 0)
            return i;
    fault_of_word(reader, key, node, text);
    return -1;
}

static void
read_bool(Reader *reader, const yaml_node_t *node, bool *out)
{
    static const char *const yes[] = {"true", "True", "yes", "on", NULL};
    static const char *const no[] = {"false", "False", "no", "off", NULL};
    const char *text = (const char *)node->data.scalar.value;

    *out = g_strv_contains(yes, text);
    if (!*out && !g_strv_contains(no, text))
        reader_fault(reader, node, "needs true or false");
}

static void
read_start(Reader *reader, const yaml_node_t *node, MailboxConfig *mailbox)
{
    const char *text = (const char *)node->data.scalar.value;

    mailbox->start_date = TIME_NONE;
    if (strcmp(text, "now") == 0)
        mailbox->start = START_NOW;
    else if (strcmp(text, "all") == 0)
        mailbox->start = START_ALL;
    else if (clock_parse(text, &mailbox->start_date))
        mailbox->start = START_DATE;
    else
        reader_fault(reader, node, "needs now, all or a date such as 2026-01-01");
}

/* Texts that do not fit are not quoted: a URL may hold a password. */
static void
read_text(Reader *reader, const Key *key, const yaml_node_t *node, char **out)
{
    const char *text = (const char *)node->data.scalar.value;

    if (key->fits && !key->fits(text))
        reader_fault(reader, node, "%s", key->needs);
    else
        *out = g_strdup(text);
}

void
read_scalar(Reader *reader, const Key *key, const yaml_node_t *node, void *object)
{
    void *place = (char *)object + key->offset;
    const char *text = reader_text(reader, node);
    int word;

    if (!text)
        return;
    if (key->type == KEY_TEXT)
        read_text(reader, key, node, place);
    else if (key->type == KEY_FOLDER)
        *(char **)place = strcmp(text, "none") == 0 ? NULL : g_strdup(text);
    else if (key->type == KEY_BOOL)
        read_bool(reader, node, place);
    else if (key->type == KEY_START)
        read_start(reader, node, object);
    else if (key->type != KEY_WORD && key->type != KEY_ENUM)
        read_number(reader, key, node, place);
    else if ((word = read_word(reader, key, node)) >= 0 && key->type == KEY_ENUM)
        memcpy(place, &word, sizeof word);
    else if (word >= 0)
        *(char **)place = g_strdup(text);
}

static void
add_text(Reader *reader, const Key *key, const yaml_node_t *node, GPtrArray *out)
{
    char *text = NULL;

    if (!reader_text(reader, node))
        return;
    read_text(reader, key, node, &text);
    if (text)
        g_ptr_array_add(out, text);
}

/* One text alone is a list of one. */
void
read_texts(Reader *reader, const Key *key, const yaml_node_t *node, GPtrArray **out)
{
    size_t index = 0;

    *out = g_ptr_array_new();
    if (node->type == YAML_MAPPING_NODE)
        reader_fault(reader, node, "needs a list of texts");
    else if (node->type != YAML_SEQUENCE_NODE)
        add_text(reader, key, node, *out);
    else
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top && reader_visit(reader, node);
             item++) {
            size_t length = reader_enter_item(reader, index++);

            add_text(reader, key, reader_node(reader, *item), *out);
            reader_leave(reader, length);
        }
}
