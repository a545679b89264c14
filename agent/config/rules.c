/* `when:` of a rule, the one part of the file that is a tree. */
#include "config/reader.h"

#include <string.h>

#include "model/opinion.h"
#include "model/rule.h"
#include "model/verdict.h"

enum {
    MOST_NESTING = 16
};

typedef struct Nester {
    Reader *reader;
    unsigned depth;
} Nester;

static void add_tests(Nester *nester, const yaml_node_t *node, GPtrArray *out);

static const char *
name_of_label(int i)
{
    return label_name((Label)i);
}

static const char *
name_of_verdict(int i)
{
    return verdict_kind_name((VerdictKind)i);
}

static const char *
name_of_spam(int i)
{
    static const char *const names[] = {"ham", "unsure", "spam"};

    return names[i];
}

typedef struct Vocabulary {
    const char *field;
    const char *(*name_of)(int i);
    int count;
} Vocabulary;

/* Fields whose values are ours to know: a pattern that meets none of them is a typo. */
static const Vocabulary vocabularies[] = {
    {"label", name_of_label, LABEL_PHISHING + 1},
    {"auth", name_of_verdict, VERDICT_DEFERRED + 1},
    {"spam", name_of_spam, 3},
};

static bool
fits_name(const RuleValue *value, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(value->text, -1);

    return value->pattern ? pattern_matches(value->pattern, name)
                          : g_pattern_match_simple(lower, name);
}

static bool
can_match(const char *field, const RuleValue *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(vocabularies); i++) {
        const Vocabulary *known = &vocabularies[i];

        if (strcmp(known->field, field) != 0)
            continue;
        for (int j = 0; j < known->count; j++)
            if (fits_name(value, known->name_of(j)))
                return true;
        return false;
    }
    return true;
}

static void
add_value(Reader *reader, const yaml_node_t *node, RuleTest *test, const char *text)
{
    g_autofree char *quoted = reader_quote(text);
    g_autoptr(GError) fault = NULL;

    if (!rule_test_add(test, text, &fault))
        reader_fault(reader, node, "%s %s", quoted, fault->message);
    else if (!can_match(test->field, test->values->pdata[test->values->len - 1]))
        reader_fault(reader, node, "%s is no %s", quoted, test->field);
}

static RuleTest *
read_field(Reader *reader, const char *field, const yaml_node_t *node)
{
    static const Key texts = {.name = "values", .type = KEY_TEXTS};
    RuleTest *test = rule_test_new(TEST_FIELD);
    GPtrArray *values = NULL;

    test->field = g_strdup(field);
    read_texts(reader, &texts, node, &values);
    for (guint i = 0; i < values->len; i++) {
        add_value(reader, node, test, values->pdata[i]);
        g_free(values->pdata[i]);
    }
    if (values->len == 0)
        reader_fault(reader, node, "needs a value to match");
    g_ptr_array_unref(values);
    return test;
}

static RuleTest *
read_branch(Nester *nester, RuleTestKind kind, const yaml_node_t *node)
{
    RuleTest *test = rule_test_new(kind);
    Nester inner = {nester->reader, nester->depth + 1};

    if (kind == TEST_NOT) { /* not all of them hold */
        RuleTest *all = rule_test_new(TEST_ALL);

        g_ptr_array_add(test->children, all);
        add_tests(&inner, node, all->children);
    } else {
        add_tests(&inner, node, test->children);
    }
    return test;
}

static RuleTest *
read_one(Nester *nester, const yaml_node_t *name_node, const yaml_node_t *node)
{
    static const char *const branches[] = {
        [TEST_ALL] = "all", [TEST_ANY] = "any", [TEST_NOT] = "not"};
    Reader *reader = nester->reader;
    const char *name = reader_text(reader, name_node);
    RuleTest *test = NULL;
    const char *nearest;
    size_t length;

    if (!name)
        return NULL;
    length = reader_enter(reader, name);
    for (size_t i = 0; i < G_N_ELEMENTS(branches); i++)
        if (strcmp(name, branches[i]) == 0)
            test = read_branch(nester, (RuleTestKind)i, node);
    if (!test && g_strv_contains(rule_fields, name))
        test = read_field(reader, name, node);
    if (!test) {
        nearest = nearest_name(name, rule_fields, names_count(rule_fields));
        reader_fault(reader, name_node, "unknown key%s%s%s",
                     nearest ? ", did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
    }
    reader_leave(reader, length);
    return test;
}

static void
add_map(Nester *nester, const yaml_node_t *node, GPtrArray *out)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top && reader_visit(nester->reader, node);
         pair++) {
        RuleTest *test = read_one(nester, reader_node(nester->reader, pair->key),
                                  reader_node(nester->reader, pair->value));

        if (test)
            g_ptr_array_add(out, test);
    }
}

static void
add_list(Nester *nester, const yaml_node_t *node, GPtrArray *out)
{
    const yaml_node_item_t *item = node->data.sequence.items.start;
    Nester inner = {nester->reader, nester->depth + 1};
    size_t index = 0;

    for (; item < node->data.sequence.items.top && reader_visit(nester->reader, node);
         item++) {
        size_t length = reader_enter_item(nester->reader, index++);
        RuleTest *all = rule_test_new(TEST_ALL);

        g_ptr_array_add(out, all);
        add_tests(&inner, reader_node(nester->reader, *item), all->children);
        reader_leave(nester->reader, length);
    }
}

static bool
is_empty(const yaml_node_t *node)
{
    if (node->type == YAML_MAPPING_NODE)
        return node->data.mapping.pairs.start == node->data.mapping.pairs.top;
    return node->type != YAML_SEQUENCE_NODE ||
           node->data.sequence.items.start == node->data.sequence.items.top;
}

/* A map: each entry is a test. A list: each item, a map whose entries all hold, is. */
static void
add_tests(Nester *nester, const yaml_node_t *node, GPtrArray *out)
{
    if (nester->depth > MOST_NESTING)
        reader_fault(nester->reader, node, "nests too deep");
    else if (is_empty(node))
        reader_fault(nester->reader, node, "needs tests such as {label: lead}");
    else if (node->type == YAML_MAPPING_NODE)
        add_map(nester, node, out);
    else
        add_list(nester, node, out);
}

void
read_test(Reader *reader, const yaml_node_t *node, RuleTest **out)
{
    Nester nester = {reader, 0};

    *out = rule_test_new(TEST_ALL);
    add_tests(&nester, node, (*out)->children);
}
