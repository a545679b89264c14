/* The configuration's rules: the first that matches wins for each action, and every
 * match is told. */
#include "route/rules.h"

#include <string.h>

/* Only `*` and `?` are wild: a subject in brackets can be asked for as it stands. The
 * cost is at most pattern times value, whatever a mail brings. */
static bool
matches(const RuleTest *test, const char *value)
{
    g_autofree char *folded = value ? g_utf8_casefold(value, -1) : NULL;

    for (guint i = 0; folded && i < test->values->len; i++) {
        g_autofree char *wanted = g_utf8_casefold(test->values->pdata[i], -1);

        if (g_pattern_match_simple(wanted, folded))
            return true;
    }
    return false;
}

static bool
matches_addresses(const RuleTest *test, const GPtrArray *addresses)
{
    for (guint i = 0; i < list_length(addresses); i++)
        if (matches(test, ((const Address *)addresses->pdata[i])->address))
            return true;
    return false;
}

static bool
matches_attachment(const RuleTest *test, const GPtrArray *attachments)
{
    if (matches(test, list_length(attachments) ? "true" : "false"))
        return true;
    for (guint i = 0; i < list_length(attachments); i++) {
        const Attachment *attachment = attachments->pdata[i];

        if (matches(test, attachment->filename) ||
            matches(test, attachment->content_type))
            return true;
    }
    return false;
}

static const char *
domain_of(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    return at ? at + 1 : NULL;
}

static bool
field_holds(const RuleTest *test, const RuleSubject *subject)
{
    const Message *message = &subject->facts->message;

    if (strcmp(test->field, "label") == 0)
        return matches(test, label_name(subject->label));
    if (strcmp(test->field, "mailbox") == 0)
        return matches(test, subject->mail->origin.mailbox);
    if (strcmp(test->field, "department") == 0)
        return matches(test, subject->department);
    if (strcmp(test->field, "from") == 0)
        return matches(test, message->from.address);
    if (strcmp(test->field, "to") == 0)
        return matches_addresses(test, message->to) ||
               matches_addresses(test, message->cc);
    if (strcmp(test->field, "subject") == 0)
        return matches(test, message->subject);
    if (strcmp(test->field, "language") == 0)
        return matches(test, message->language);
    if (strcmp(test->field, "domain") == 0)
        return matches(test, domain_of(message->from.address));
    if (strcmp(test->field, "auth") == 0)
        return matches(test, verdict_kind_name(subject->facts->verdict.kind));
    if (strcmp(test->field, "attachment") == 0)
        return matches_attachment(test, message->attachments);
    if (strcmp(test->field, "spam") == 0)
        return matches(test, subject->facts->opinion.spam.verdict);
    return false;
}

/* The configuration bounds how deep tests nest. */
static bool
holds(const RuleTest *test, const RuleSubject *subject)
{
    if (!test)
        return true;
    switch (test->kind) {
    case TEST_FIELD:
        return field_holds(test, subject);
    case TEST_NOT:
        return test->children->len == 0 || !holds(test->children->pdata[0], subject);
    case TEST_ALL:
        for (guint i = 0; i < test->children->len; i++)
            if (!holds(test->children->pdata[i], subject))
                return false;
        return true;
    case TEST_ANY:
        for (guint i = 0; i < test->children->len; i++)
            if (holds(test->children->pdata[i], subject))
                return true;
        return false;
    }
    return false;
}

static void
act(Placement *placement, const char *action, const char *value)
{
    texts_append(&placement->route.actions, g_strconcat(action, "=", value, NULL));
}

static bool
is_our_address(const char *address, const GPtrArray *our_domains)
{
    const char *domain = domain_of(address);

    for (guint i = 0; domain && i < list_length(our_domains); i++)
        if (g_ascii_strcasecmp(our_domains->pdata[i], domain) == 0)
            return true;
    return false;
}

static bool
was_forwarded(const Message *message)
{
    for (guint i = 0; i < list_length(message->headers); i++) {
        const Header *header = message->headers->pdata[i];

        if (g_ascii_strcasecmp(header->name, "X-Postroom-Forwarded") == 0)
            return true;
    }
    return false;
}

/* NULL: `to` may have it. */
static const char *
refusal(const RuleSubject *subject, const char *to)
{
    const Origin *origin = &subject->mail->origin;

    if (origin->address && g_ascii_strcasecmp(origin->address, to) == 0)
        return "it came to that address";
    if (was_forwarded(&subject->facts->message))
        return "it was forwarded before";
    if (subject->label == LABEL_BOUNCE)
        return "a bounce";
    if (!is_our_address(to, subject->our_domains) &&
        subject->facts->verdict.kind != VERDICT_AUTHENTICATED)
        return "not ours, and the sender is not authenticated";
    return NULL;
}

static void
forward(const RuleSubject *subject, Placement *placement, const char *to)
{
    const char *because = refusal(subject, to);
    g_autofree char *told =
        because ? g_strdup_printf("%s (refused: %s)", to, because) : g_strdup(to);

    act(placement, "forward", told);
    if (!because)
        texts_append(&placement->forwards, g_strdup(to));
}

static void
apply(const Rule *rule, const RuleSubject *subject, Placement *placement,
      const Rule *set[4])
{
    Priority priority;

    texts_append(&placement->route.rules, g_strdup(rule->name));
    if (rule->department && !set[0]) {
        set[0] = rule;
        g_free(placement->route.department);
        placement->route.department = g_strdup(rule->department);
        act(placement, "department", rule->department);
    }
    if (rule->priority && !set[1] && priority_from_name(rule->priority, &priority)) {
        set[1] = rule;
        placement->priority = priority;
        act(placement, "priority", rule->priority);
    }
    if (rule->forward && !set[2]) {
        set[2] = rule;
        forward(subject, placement, rule->forward);
    }
    if (rule->assignee && !set[3]) {
        set[3] = rule;
        g_free(placement->assignee);
        placement->assignee = g_strdup(rule->assignee);
        act(placement, "assignee", rule->assignee);
    }
}

void
rules_apply(const GPtrArray *rules, const RuleSubject *subject, Placement *placement)
{
    const Rule *set[4] = {NULL};

    for (guint i = 0; i < list_length(rules); i++) {
        const Rule *rule = rules->pdata[i];

        if (holds(rule->when, subject))
            apply(rule, subject, placement, set);
    }
}
