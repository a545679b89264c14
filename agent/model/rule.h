/* A routing rule of the configuration: when this holds, then do that. */
#pragma once

#include "model/ticket.h"

typedef enum {
    TEST_ALL,  /* every child holds */
    TEST_ANY,  /* one child holds */
    TEST_NOT,  /* the one child does not hold */
    TEST_FIELD /* `field` matches one of `values` */
} RuleTestKind;

/* Fields: label, mailbox, department, from, to, subject, language, domain, auth,
 * attachment, spam. A value is compared without case; `*` and `?` are wild. */
typedef struct RuleTest RuleTest;
struct RuleTest {
    RuleTestKind kind;
    char *field;
    GPtrArray *values;   /* texts */
    GPtrArray *children; /* RuleTest */
};

typedef struct Rule {
    char *name;
    RuleTest *when;   /* NULL: always */
    char *department; /* NULL: this rule does not say; likewise below */
    char *priority;
    char *forward;
    char *assignee;
} Rule;

RuleTest *rule_test_new(RuleTestKind kind);
void rule_test_free(RuleTest *test);
Rule *rule_new(void);
void rule_free(Rule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleTest, rule_test_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)
