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
        const RuleValue *wanted = test->values->pdata[i];
        g_autofree char *glob =
            wanted->pattern ? NULL : g_utf8_casefold(wanted->text, -1);

        if (glob ? g_pattern_match_simple(glob, folded)
                 : pattern_matches(wanted->pattern, value))
            return true;
    }
    return false;
}

static bool
matches_time(const RuleTest *test, int64_t received_at)
{
    for (guint i = 0; i < test->values->len; i++)
        if (week_contains(&((const RuleValue *)test->values->pdata[i])->hours,
                          received_at))
            return true;
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
    if (strcmp(test->field, "text") == 0)
        return matches(test, message->reply_text ? message->reply_text : message->text);
    if (strcmp(test->field, "time") == 0)
        return matches_time(test, subject->mail->origin.received_at);
    return false;
}

typedef struct Asking {
    const RuleSubject *subject;
    const RuleTest *decided; /* the last of a field that was looked at */
} Asking;

static bool
is_unknown(const RuleTest *test, const RuleSubject *subject)
{
    return subject->unknown && g_strv_contains(subject->unknown, test->field);
}

static RuleAnswer ask(const RuleTest *test, Asking *asking);

/* `settling`: the answer of one that is the answer of all. */
static RuleAnswer
ask_all(const RuleTest *test, RuleAnswer settling, Asking *asking)
{
    const RuleTest *doubtful = NULL;

    for (guint i = 0; i < test->children->len; i++) {
        RuleAnswer answer = ask(test->children->pdata[i], asking);

        if (answer == settling)
            return answer;
        if (answer == RULE_UNJUDGED && !doubtful)
            doubtful = asking->decided;
    }
    if (!doubtful)
        return settling == RULE_MATCHES ? RULE_MISSES : RULE_MATCHES;
    asking->decided = doubtful;
    return RULE_UNJUDGED;
}

static RuleAnswer
ask_not(const RuleTest *test, Asking *asking)
{
    RuleAnswer answer =
        test->children->len ? ask(test->children->pdata[0], asking) : RULE_MISSES;

    if (answer == RULE_UNJUDGED)
        return answer;
    return answer == RULE_MATCHES ? RULE_MISSES : RULE_MATCHES;
}

/* The configuration bounds how deep tests nest. */
static RuleAnswer
ask(const RuleTest *test, Asking *asking)
{
    if (!test)
        return RULE_MATCHES;
    switch (test->kind) {
    case TEST_FIELD:
        asking->decided = test;
        if (is_unknown(test, asking->subject))
            return RULE_UNJUDGED;
        return field_holds(test, asking->subject) ? RULE_MATCHES : RULE_MISSES;
    case TEST_NOT:
        return ask_not(test, asking);
    case TEST_ALL:
        return ask_all(test, RULE_MISSES, asking);
    case TEST_ANY:
        return ask_all(test, RULE_MATCHES, asking);
    }
    return RULE_MISSES;
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

/* NULL: he whom the rule names may have it. */
static const char *
refusal(const RuleSubject *subject, const Rule *rule)
{
    const char *to = rule->forward;
    const Origin *origin = &subject->mail->origin;

    if (origin->address && g_ascii_strcasecmp(origin->address, to) == 0)
        return "it came to that address";
    if (was_forwarded(&subject->facts->message))
        return "it was forwarded before";
    if (subject->label == LABEL_BOUNCE)
        return "a bounce";
    if (!rule->forwards_strangers && !is_our_address(to, subject->our_domains) &&
        subject->facts->verdict.kind != VERDICT_AUTHENTICATED)
        return "not ours, and the sender is not authenticated";
    return NULL;
}

static void
forward(const RuleSubject *subject, Placement *placement, const Rule *rule)
{
    const char *because = refusal(subject, rule);
    g_autofree char *told =
        because ? g_strdup_printf("%s (refused: %s)", rule->forward, because)
                : g_strdup(rule->forward);

    act(placement, "forward", told);
    if (because)
        return;
    texts_append(&placement->forwards, g_strdup(rule->forward));
    placement->is_forwarded_attached = rule->forward_form == FORWARD_ATTACHED;
}

static bool
says(const Rule *rule, RuleAction action)
{
    switch (action) {
    case ACTION_DEPARTMENT:
        return rule->department;
    case ACTION_PRIORITY:
        return rule->priority;
    case ACTION_FORWARD:
        return rule->forward;
    case ACTION_ASSIGNEE:
        return rule->assignee;
    case ACTION_HOLD:
        return rule->holds;
    case ACTION_SPAM:
        return rule->is_spam;
    case ACTION_CLOSE:
        return rule->closes;
    case ACTION_MOVE:
        return rule->move;
    case ACTION_EVENT:
        return rule->event;
    case ACTION_COUNT:
        break;
    }
    return false;
}

void
rule_hits_clear(RuleHits *hits)
{
    g_clear_pointer(&hits->all, g_ptr_array_unref);
}

static void
hit(const Rule *rule, RuleHits *out)
{
    g_ptr_array_add(out->all, (gpointer)(uintptr_t)rule);
    for (RuleAction action = 0; action < ACTION_COUNT; action++)
        if (!out->of[action] && says(rule, action))
            out->of[action] = rule;
}

void
rules_find(const GPtrArray *rules, const RuleSubject *subject, RuleHits *out,
           GArray *tried)
{
    *out = (RuleHits){.all = g_ptr_array_new()};
    for (guint i = 0; i < list_length(rules); i++) {
        Asking asking = {.subject = subject};
        RouteTried one = {.rule = rules->pdata[i]};

        one.answer = ask(one.rule->when, &asking);
        one.decided = asking.decided;
        if (tried)
            g_array_append_val(tried, one);
        if (one.answer == RULE_MATCHES)
            hit(one.rule, out);
    }
}

static bool
has_text(const GPtrArray *texts, const char *text)
{
    for (guint i = 0; i < list_length(texts); i++)
        if (g_str_equal(texts->pdata[i], text))
            return true;
    return false;
}

static void
add_tags(Placement *placement, const Rule *rule)
{
    for (guint i = 0; i < list_length(rule->tags); i++) {
        const char *tag = rule->tags->pdata[i];

        if (has_text(placement->tags, tag))
            continue;
        texts_append(&placement->tags, g_strdup(tag));
        act(placement, "tag", tag);
    }
}

static void
replace(char **text, const char *by)
{
    g_free(*text);
    *text = g_strdup(by);
}

/* How the ticket looks: whose it is, and how urgent. */
static void
apply_to_ticket(const RuleHits *hits, Placement *placement)
{
    const Rule *const *of = hits->of;

    if (of[ACTION_DEPARTMENT]) {
        replace(&placement->route.department, of[ACTION_DEPARTMENT]->department);
        act(placement, "department", placement->route.department);
    }
    if (of[ACTION_PRIORITY] &&
        priority_from_name(of[ACTION_PRIORITY]->priority, &placement->priority))
        act(placement, "priority", of[ACTION_PRIORITY]->priority);
    if (of[ACTION_ASSIGNEE]) {
        replace(&placement->assignee, of[ACTION_ASSIGNEE]->assignee);
        act(placement, "assignee", placement->assignee);
    }
    for (guint i = 0; i < hits->all->len; i++)
        add_tags(placement, hits->all->pdata[i]);
    if (of[ACTION_CLOSE]) {
        placement->closes = true;
        placement->reopens = false;
        act(placement, "close", "yes");
    }
}

void
rules_apply(const RuleHits *hits, const RuleSubject *subject, Placement *placement)
{
    const Rule *const *of = hits->of;

    for (guint i = 0; i < hits->all->len; i++)
        texts_append(&placement->route.rules,
                     g_strdup(((const Rule *)hits->all->pdata[i])->name));
    apply_to_ticket(hits, placement);
    if (of[ACTION_SPAM])
        act(placement, "spam", "yes");
    if (of[ACTION_FORWARD])
        forward(subject, placement, of[ACTION_FORWARD]);
    if (of[ACTION_MOVE]) {
        replace(&placement->move_to, of[ACTION_MOVE]->move);
        act(placement, "move", placement->move_to);
    }
    if (of[ACTION_HOLD]) {
        placement->held_because =
            g_strdup_printf("the rule '%s' holds it", of[ACTION_HOLD]->name);
        act(placement, "hold", "yes");
    }
    if (of[ACTION_EVENT]) {
        placement->is_silent = true;
        act(placement, "event", of[ACTION_EVENT]->event);
    }
}
