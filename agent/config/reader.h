/* A YAML document on its way into a struct, led by the table of keys. Faults are
 * collected, all of them, each with line, column and path. */
#pragma once

#include <stdbool.h>
#include <yaml.h>

#include "config/keys.h"

typedef struct Reader {
    yaml_document_t *document;
    GArray *faults;  /* ReaderFault; reader.c knows it */
    GString *path;   /* of what is being read: mailboxes[0].server */
    unsigned visits; /* nodes seen: an alias is seen again wherever it is used */
} Reader;

void reader_init(Reader *reader, yaml_document_t *document);
void reader_clear(Reader *reader);

/* One line a fault, in the order of the file: `file:line:column: path: text`. NULL:
 * there is none. */
char *reader_report(const Reader *reader, const char *file);

/* About the value at the present path; texts from the file go through reader_quote. */
void reader_fault(Reader *reader, const yaml_node_t *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Quoted, cut, and fit for a terminal. */
char *reader_quote(const char *text);

/* The path grows by `.name` or `[index]`; the length before comes back for leaving. */
size_t reader_enter(Reader *reader, const char *name);
size_t reader_enter_item(Reader *reader, size_t index);
void reader_leave(Reader *reader, size_t length);

/* The value of a key that is there; NULL: it is not, or `map` is no map. */
const yaml_node_t *reader_find(const Reader *reader, const yaml_node_t *map,
                               const char *name);
const yaml_node_t *reader_node(const Reader *reader, int id);
bool reader_is_null(const yaml_node_t *node);

/* The text of a scalar; NULL and a fault when it is none. Lent. */
const char *reader_text(Reader *reader, const yaml_node_t *node);

/* False, and one fault, when so many nodes were seen that aliases must have been
 * multiplied. Called for each node. */
bool reader_visit(Reader *reader, const yaml_node_t *node);

/* How many names stand before the NULL. */
size_t names_count(const char *const *names);
/* The name among `count` that `text` was probably meant to be; NULL: none. */
const char *nearest_name(const char *text, const char *const *names, size_t count);

/* Reads a map into `object` by the table; what is not given gets its fallback. */
void read_map(Reader *reader, const KeyList *keys, const yaml_node_t *node,
              void *object);
/* One value into its place within `object`. */
void read_value(Reader *reader, const Key *key, const yaml_node_t *node, void *object);

/* Values of one kind (values.c). */
void read_scalar(Reader *reader, const Key *key, const yaml_node_t *node, void *object);
void read_texts(Reader *reader, const Key *key, const yaml_node_t *node,
                GPtrArray **out);

/* Where a secret is, or several (sources.c). Nothing of them is ever quoted. */
struct SecretSource;
void read_source(Reader *reader, const yaml_node_t *node, struct SecretSource *out);
void read_sources(Reader *reader, const yaml_node_t *node, GPtrArray **out);

/* `when:` of a rule (rules.c). */
struct RuleTest;
void read_test(Reader *reader, const yaml_node_t *node, struct RuleTest **out);

/* What no table can say: things that depend on each other (checks.c). */
struct Config;
void check_config(Reader *reader, const yaml_node_t *root, struct Config *config);
