/* Where secrets are. What stands here may be a secret by mistake, so nothing of it is
 * ever quoted, not even the name of an unknown key. */
#include "config/reader.h"

#include <string.h>

#include "config/config.h"

static const char needed[] = "needs one of {file: F}, {command: C}, {env: NAME}, "
                             "{credential: NAME}; secrets do not stand in this file";

void
read_source(Reader *reader, const yaml_node_t *node, SecretSource *out)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    const yaml_node_t *name;
    const yaml_node_t *where;

    if (node->type != YAML_MAPPING_NODE || node->data.mapping.pairs.top - pair != 1) {
        reader_fault(reader, node, "%s", needed);
        return;
    }
    name = reader_node(reader, pair->key);
    where = reader_node(reader, pair->value);
    for (size_t i = 0; i < secret_keys.count && name->type == YAML_SCALAR_NODE; i++) {
        const char *key = secret_keys.keys[i].name;

        if (strcmp((const char *)name->data.scalar.value, key) != 0)
            continue;
        if (reader_is_null(where) || !reader_text(reader, where))
            break;
        out->kind = (SecretKind)(SECRET_FILE + (int)i);
        out->where = g_strdup((const char *)where->data.scalar.value);
        return;
    }
    reader_fault(reader, node, "%s", needed);
}

void
read_sources(Reader *reader, const yaml_node_t *node, GPtrArray **out)
{
    size_t index = 0;

    *out = g_ptr_array_new();
    if (node->type != YAML_SEQUENCE_NODE) {
        g_ptr_array_add(*out, g_new0(SecretSource, 1));
        read_source(reader, node, (*out)->pdata[0]);
        return;
    }
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && reader_visit(reader, node); item++) {
        size_t length = reader_enter_item(reader, index);

        g_ptr_array_add(*out, g_new0(SecretSource, 1));
        read_source(reader, reader_node(reader, *item), (*out)->pdata[index++]);
        reader_leave(reader, length);
    }
    if (index == 0)
        reader_fault(reader, node, "%s", needed);
}
