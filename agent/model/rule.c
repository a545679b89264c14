#include "model/rule.h"

RuleTest *
rule_test_new(RuleTestKind kind)
{
    RuleTest *test = g_new0(RuleTest, 1);

    test->kind = kind;
    test->values = g_ptr_array_new_with_free_func(g_free);
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
    g_free(rule);
}
