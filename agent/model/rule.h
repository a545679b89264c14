/* A routing rule of the configuration: when this holds, then do that. */
#pragma once

#include "base/pattern.h"
#include "base/week.h"
#include "model/ticket.h"

typedef enum {
    TEST_ALL,  /* every child holds */
    TEST_ANY,  /* one child holds */
    TEST_NOT,  /* the one child does not hold */
    TEST_FIELD /* `field` matches one of `values` */
} RuleTestKind;

/* Fields: label, mailbox, department, from, to, subject, text, language, domain, auth,
 * attachment, spam, time. A value is compared without case; `*` and `?` are wild. One
 * between slashes is a regular expression; one of `time` says hours of the week. */
typedef struct RuleTest RuleTest;
typedef struct RuleValue {
    char *text;
    Pattern *pattern; /* NULL: no expression */
    WeekHours hours;  /* of `time` */
} RuleValue;
struct RuleTest {
    RuleTestKind kind;
    char *field;
    GPtrArray *values;   /* RuleValue */
    GPtrArray *children; /* RuleTest */
};

typedef enum {
    FORWARD_RESENT,   /* as it came, behind Resent- fields */
    FORWARD_ATTACHED, /* whole, within a mail of ours */
} ForwardForm;

typedef struct Rule {
    char *name;
    RuleTest *when;   /* NULL: always */
    char *department; /* NULL: this rule does not say; likewise below */
    char *priority;
    char *forward;
    ForwardForm forward_form;
    bool forwards_strangers; /* also what no authentication vouches for */
    char *assignee;
    GPtrArray *tags; /* texts; NULL: none */
    bool holds;      /* a person looks at it before it is filed */
    bool is_spam;
    bool closes;
    char *move;  /* to this folder of its mailbox */
    char *event; /* "off": no webhook hears of it */
} Rule;

RuleTest *rule_test_new(RuleTestKind kind);
void rule_test_free(RuleTest *test);
/* FAULT_CONFIG: no expression, or no hours. */
bool rule_test_add(RuleTest *test, const char *value,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
Rule *rule_new(void);
void rule_free(Rule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleTest, rule_test_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)
