/* Maps and lists of maps, by the table of keys. */
#include "config/reader.h"

#include <string.h>

#include "config/config.h"

G_STATIC_ASSERT(MOST_KEYS == 8 * sizeof(guint32));

/* A fallback is YAML too, so one reader reads the file and what stands in for it. */
static void
read_fallback(const Key *key, void *object)
{
    const unsigned char *text = (const unsigned char *)key->fallback;
    yaml_document_t document;
    yaml_parser_t parser;
    Reader reader;
    bool works = yaml_parser_initialize(&parser);

    g_assert(works);
    yaml_parser_set_input_string(&parser, text, strlen(key->fallback));
    works = yaml_parser_load(&parser, &document);
    g_assert(works);
    reader_init(&reader, &document);
    read_value(&reader, key, yaml_document_get_root_node(&document), object);
    g_assert(reader.faults->len == 0);
    reader_clear(&reader);
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
}

static void
unknown_key(Reader *reader, const KeyList *keys, const yaml_node_t *node,
            const char *name)
{
    const char *names[MOST_KEYS];
    size_t length = reader_enter(reader, name);
    const char *nearest;

    for (size_t i = 0; i < keys->count; i++)
        names[i] = keys->keys[i].name;
    nearest = nearest_name(name, names, keys->count);
    if (nearest)
        reader_fault(reader, node, "unknown key, did you mean '%s'?", nearest);
    else
        reader_fault(reader, node, "unknown key");
    reader_leave(reader, length);
}

static const Key *
find_key(const KeyList *keys, const char *name)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcmp(keys->keys[i].name, name) == 0)
            return &keys->keys[i];
    return NULL;
}

static void
read_pair(Reader *reader, const KeyList *keys, const yaml_node_pair_t *pair,
          void *object, guint32 *given)
{
    const yaml_node_t *name_node = reader_node(reader, pair->key);
    const yaml_node_t *node = reader_node(reader, pair->value);
    const char *name = reader_text(reader, name_node);
    const Key *key = name ? find_key(keys, name) : NULL;
    guint32 bit = key ? 1U << (key - keys->keys) : 0;
    size_t length;

    if (name && !key)
        unknown_key(reader, keys, name_node, name);
    if (!key)
        return;
    length = reader_enter(reader, name);
    if (*given & bit)
        reader_fault(reader, name_node, "stands here twice");
    else if (!reader_is_null(node))
        read_value(reader, key, node, object);
    /* A key without a value counts as left out: `webhooks:` over comments. */
    *given |= reader_is_null(node) ? 0 : bit;
    reader_leave(reader, length);
}

static void
finish_map(Reader *reader, const KeyList *keys, const yaml_node_t *node, void *object,
           guint32 given)
{
    for (size_t i = 0; i < keys->count; i++) {
        const Key *key = &keys->keys[i];
        size_t length;

        if (given & (1U << i))
            continue;
        if (key->fallback)
            read_fallback(key, object);
        if (!key->is_required)
            continue;
        length = reader_enter(reader, key->name);
        reader_fault(reader, node, "is missing");
        reader_leave(reader, length);
    }
}

void
read_map(Reader *reader, const KeyList *keys, const yaml_node_t *node, void *object)
{
    guint32 given = 0;

    g_assert(keys->count <= MOST_KEYS);
    if (node->type != YAML_MAPPING_NODE)
        reader_fault(reader, node, "needs keys and values");
    else
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top && reader_visit(reader, node); pair++)
            read_pair(reader, keys, pair, object, &given);
    if (node->type == YAML_MAPPING_NODE)
        finish_map(reader, keys, node, object, given);
    else /* so that nothing stays half-built */
        for (size_t i = 0; i < keys->count; i++)
            if (keys->keys[i].fallback)
                read_fallback(&keys->keys[i], object);
}

static void
read_list(Reader *reader, const Key *key, const yaml_node_t *node, GPtrArray **out)
{
    size_t index = 0;

    *out = g_ptr_array_new();
    if (node->type != YAML_SEQUENCE_NODE) {
        reader_fault(reader, node, "needs a list");
        return;
    }
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && reader_visit(reader, node); item++) {
        size_t length = reader_enter_item(reader, index++);
        void *object = g_malloc0(key->of->size_bytes);

        g_ptr_array_add(*out, object);
        read_map(reader, key->of, reader_node(reader, *item), object);
        reader_leave(reader, length);
    }
}

void
read_value(Reader *reader, const Key *key, const yaml_node_t *node, void *object)
{
    void *place = (char *)object + key->offset;

    if (!reader_visit(reader, node))
        return;
    switch (key->type) {
    case KEY_MAP:
        read_map(reader, key->of, node, place);
        return;
    case KEY_LIST:
        read_list(reader, key, node, place);
        return;
    case KEY_SECRET:
        read_source(reader, node, place);
        return;
    case KEY_SECRETS:
        read_sources(reader, node, place);
        return;
    case KEY_TEXTS:
        read_texts(reader, key, node, place);
        return;
    case KEY_TEST:
        read_test(reader, node, place);
        return;
    case KEY_TEXT:
    case KEY_FOLDER:
    case KEY_WORD:
    case KEY_ENUM:
    case KEY_BOOL:
    case KEY_COUNT:
    case KEY_DURATION:
    case KEY_SIZE:
    case KEY_START:
        read_scalar(reader, key, node, object);
        return;
    }
}
