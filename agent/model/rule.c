#include "model/rule.h"

#include <string.h>

#include "base/fault.h"

static void
value_free(RuleValue *value)
{
    g_free(value->text);
    pattern_free(value->pattern);
    week_clear(&value->hours);
    g_free(value);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleValue, value_free)

RuleTest *
rule_test_new(RuleTestKind kind)
{
    RuleTest *test = g_new0(RuleTest, 1);

    test->kind = kind;
    test->values = g_ptr_array_new_with_free_func((GDestroyNotify)value_free);
    test->children = g_ptr_array_new_with_free_func((GDestroyNotify)rule_test_free);
    return test;
}

void
rule_test_free(RuleTest *test)
{
    if (!test)
        return;
    g_free(test->field);
    g_ptr_array_unref(test->values);
    g_ptr_array_unref(test->children);
    g_free(test);
}

/* /.../ with something between. */
static bool
is_expression(const char *value)
{
    size_t length = strlen(value);

    return length > 2 && value[0] == '/' && value[length - 1] == '/';
}

bool
rule_test_add(RuleTest *test, const char *text, GError **error)
{
    g_autoptr(RuleValue) value = g_new0(RuleValue, 1);

    value->text = g_strdup(text);
    if (g_str_equal(test->field, "time")) {
        if (!week_parse(text, &value->hours)) {
            g_set_error(error, FAULT, FAULT_CONFIG,
                        "needs hours such as 'mon-fri 09:00-17:00 Europe/Madrid'");
            return false;
        }
    } else if (is_expression(text)) {
        g_autofree char *expression = g_strndup(text + 1, strlen(text) - 2);

        value->pattern = pattern_new(expression, error);
        if (!value->pattern)
            return false;
    }
    g_ptr_array_add(test->values, g_steal_pointer(&value));
    return true;
}

Rule *
rule_new(void)
{
    return g_new0(Rule, 1);
}

void
rule_free(Rule *rule)
{
    if (!rule)
        return;
    g_free(rule->name);
    rule_test_free(rule->when);
    g_free(rule->department);
    g_free(rule->priority);
    g_free(rule->forward);
    g_free(rule->assignee);
    for (size_t i = 0; i < list_length(rule->tags); i++)
        g_free(rule->tags->pdata[i]);
    if (rule->tags)
        g_ptr_array_unref(rule->tags);
    g_free(rule->move);
    g_free(rule->event);
    g_free(rule);
}
