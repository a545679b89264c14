/* The configuration's rules: the first that matches wins for each action, and every
 * match is told. */
#include "scene.h"

static RuleTest *
field(const char *name, const char *value)
{
    RuleTest *test = rule_test_new(TEST_FIELD);

    test->field = g_strdup(name);
    g_assert_true(rule_test_add(test, value, NULL));
    return test;
}

static Rule *
add_rule(Scene *scene, const char *name, RuleTest *when)
{
    Rule *rule = rule_new();

    rule->name = g_strdup(name);
    rule->when = when;
    g_ptr_array_add(scene->rules, rule);
    return rule;
}

static bool
matches(Scene *scene, RuleTest *when)
{
    g_ptr_array_set_size(scene->rules, 0);
    add_rule(scene, "asked", when);
    return list_length(scene_place(scene)->route.rules) == 1;
}

static bool
holds(Scene *scene, const char *name, const char *value)
{
    return matches(scene, field(name, value));
}

static void
the_first_that_matches_wins_for_each_action(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;
    Rule *first = add_rule(scene, "first", NULL);
    Rule *missed = add_rule(scene, "missed", field("label", "lead"));
    Rule *second = add_rule(scene, "second", field("label", "support"));

    first->priority = g_strdup("high");
    missed->department = g_strdup("ventas");
    second->priority = g_strdup("low");
    second->department = g_strdup("technik");
    second->forward = g_strdup("tech@demo.example");
    second->assignee = g_strdup("bea");
    add_rule(scene, "third", NULL)->department = g_strdup("late");
    placed = scene_place(scene);
    g_assert_cmpint(placed->priority, ==, PRIORITY_HIGH);
    g_assert_cmpstr(placed->route.department, ==, "technik");
    g_assert_cmpstr(placed->assignee, ==, "bea");
    g_assert_cmpuint(list_length(placed->forwards), ==, 1);
    g_assert_cmpstr(placed->forwards->pdata[0], ==, "tech@demo.example");
}

static void
every_match_is_told(void)
{
    static const char *const actions[] = {"department=a", "priority=urgent"};
    g_autoptr(Scene) scene = scene_new();
    const Route *route;

    add_rule(scene, "one", NULL)->department = g_strdup("a");
    add_rule(scene, "two", NULL)->department = g_strdup("b");
    add_rule(scene, "none", field("label", "spam"));
    add_rule(scene, "three", NULL)->priority = g_strdup("urgent");
    route = &scene_place(scene)->route;
    g_assert_cmpuint(list_length(route->rules), ==, 3);
    g_assert_cmpstr(route->rules->pdata[0], ==, "one");
    g_assert_cmpstr(route->rules->pdata[1], ==, "two");
    g_assert_cmpstr(route->rules->pdata[2], ==, "three");
    g_assert_cmpuint(list_length(route->actions), ==, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        g_assert_cmpstr(route->actions->pdata[i], ==, actions[i]);
}

static void
expressions_are_searched_for(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene->facts->message.text = g_strdup("Dear all,\nInvoice INV-20441 is due.\n");
    g_assert_true(holds(scene, "text", "/^invoice\\s+inv-\\d{5}\\b/"));
    g_assert_false(holds(scene, "text", "/inv-\\d{6}/"));
    g_assert_true(holds(scene, "subject", "/printer|plotter/"));
    g_assert_false(holds(scene, "subject", "/^fire/"));
}

static void
an_expression_has_bounded_cost(void)
{
    g_autofree char *letters = g_strnfill(PATTERN_MOST_CHARACTERS, 'a');
    g_autoptr(Pattern) pattern = pattern_new("^(a+)+(a|aa)*(a*)*b$", NULL);

    g_assert_nonnull(pattern);
    g_assert_false(pattern_matches(pattern, letters)); /* by trying: for ever */
}

static void
expressions_mean_what_they_say(void)
{
    static const struct {
        const char *expression, *text;
        bool matches;
    } rows[] = {
        {"^a{2,3}$", "aaaa", false},
        {"^a{2,3}$", "aaa", true},
        {"^a{2,3}$", "a", false},
        {"^a{0,2}$", "", true},
        {"^a{0,2}$", "aaa", false},
        {"^a{2,}$", "aaaaa", true},
        {"^a{2,}$", "a", false},
        {"^(ab|c)+$", "abcab", true},
        {"^(ab|c)+$", "aba", false},
        {"^(a|b|cd)$", "cd", true},
        {"^(a|b|cd)e$", "ce", false},
        {"[^a-c]", "abc", false},
        {"[^a-c]", "abd", true},
        {"[]x]", "]", true},
        {"\\bort\\b", "am Ort.", true},
        {"\\bort\\b", "Vorort", false},
        {"a.c", "a\nc", false},
        {"^zwei$", "eins\nZWEI\ndrei", true},
        {"ÑU", "ñu", true},
        {"a*?b", "aab", true},
        {"\\$\\d+", "$15", true},
        {"^(?:a?){3}$", "aa", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pattern) pattern = pattern_new(rows[i].expression, &error);

        g_assert_no_error(error);
        if (pattern_matches(pattern, rows[i].text) != rows[i].matches)
            g_error("/%s/ and '%s'", rows[i].expression, rows[i].text);
    }
}

static void
what_is_no_expression_is_refused(void)
{
    static const char *const broken[] = {
        "(a",     "a)",     "[a",    "*a",  "a**", "a{2",
        "a{3,2}", "a{201}", "(?=a)", "\\1", "\\",  "(((a{100}){100}){100})",
        "[z-a]"};

    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(pattern_new(broken[i], &error));
        g_assert_nonnull(error);
    }
}

static void
hours_are_those_of_the_zone(void)
{
    g_autoptr(Scene) scene = scene_new();

    /* A Friday, 17:30 UTC, 18:30 in Madrid. */
    g_assert_true(
        clock_parse("2026-11-27T17:30:00Z", &scene->mail->origin.received_at));
    g_assert_true(holds(scene, "time", "17:00-18:00 UTC"));
    g_assert_false(holds(scene, "time", "17:00-18:00 Europe/Madrid"));
    g_assert_true(holds(scene, "time", "mon-fri 18:00-19:00 Europe/Madrid"));
    g_assert_false(holds(scene, "time", "sat,sun UTC"));
    g_assert_true(
        clock_parse("2026-11-28T05:00:00Z", &scene->mail->origin.received_at));
    g_assert_true(holds(scene, "time", "fri 18:00-08:00 UTC")); /* still its night */
    g_assert_false(holds(scene, "time", "sat 18:00-08:00 UTC"));
}

static void
a_rule_calls_it_spam_or_holds_it_or_closes_it(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;
    Rule *rule = add_rule(scene, "all", field("label", "support"));

    rule->is_spam = true;
    placed = scene_place(scene);
    g_assert_cmpint(placed->classification.label, ==, LABEL_SPAM);
    g_assert_cmpint(placed->move, ==, MOVE_NONE);
    g_assert_cmpint(placed->event, ==, EVENT_MESSAGE_SPAM);
    rule->is_spam = false;
    rule->closes = rule->holds = true;
    rule->event = g_strdup("off");
    rule->move = g_strdup("Done");
    texts_append(&rule->tags, g_strdup("vip"));
    placed = scene_place(scene);
    g_assert_true(placed->closes && placed->is_silent);
    g_assert_cmpstr(placed->held_because, ==, "the rule 'all' holds it");
    g_assert_cmpstr(placed->move_to, ==, "Done");
    g_assert_cmpstr(placed->tags->pdata[0], ==, "vip");
}

static void
without_rules_the_mailbox_decides(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed = scene_place(scene);

    g_assert_cmpstr(placed->route.department, ==, "desk");
    g_assert_cmpint(placed->priority, ==, PRIORITY_NORMAL);
    g_assert_cmpuint(list_length(placed->route.rules), ==, 0);
    g_assert_null(placed->assignee);
}

static void
every_field_can_be_asked(void)
{
    g_autoptr(Scene) scene = scene_new();
    Message *message = &scene->facts->message;
    Address *to = shape_append(&address_shape, &message->to);
    Address *cc = shape_append(&address_shape, &message->cc);

    to->address = g_strdup("support@demo.example");
    cc->address = g_strdup("boss@demo.example");
    message->language = g_strdup("es");
    scene->facts->opinion.spam.verdict = g_strdup("unsure");
    g_assert_true(holds(scene, "label", "support"));
    g_assert_true(holds(scene, "mailbox", "support"));
    g_assert_true(holds(scene, "department", "desk"));
    g_assert_true(holds(scene, "from", "ana@*"));
    g_assert_true(holds(scene, "to", "support@demo.example"));
    g_assert_true(holds(scene, "to", "boss@*"));
    g_assert_true(holds(scene, "subject", "*PRINTER*"));
    g_assert_true(holds(scene, "language", "es"));
    g_assert_true(holds(scene, "domain", "correo.example"));
    g_assert_true(holds(scene, "auth", "authenticated"));
    g_assert_true(holds(scene, "spam", "unsure"));
    g_assert_true(holds(scene, "attachment", "false"));
    g_assert_false(holds(scene, "domain", "example"));
    g_assert_false(holds(scene, "from", "ana"));
    g_assert_false(holds(scene, "to", "eve@*"));
    g_assert_false(holds(scene, "auth", "failed"));
    g_assert_false(holds(scene, "attachment", "*.pdf"));
}

static void
attachments_are_asked_by_name_and_type(void)
{
    g_autoptr(Scene) scene = scene_new();
    Attachment *attachment =
        shape_append(&attachment_shape, &scene->facts->message.attachments);

    attachment->filename = g_strdup("Report.PDF");
    attachment->content_type = g_strdup("application/pdf");
    g_assert_true(holds(scene, "attachment", "true"));
    g_assert_true(holds(scene, "attachment", "*.pdf"));
    g_assert_true(holds(scene, "attachment", "application/*"));
    g_assert_false(holds(scene, "attachment", "*.zip"));
}

static void
case_does_not_matter_in_any_language(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_say(&scene->facts->message.subject, "RECLAMACIÓN ÑANDÚ");
    g_assert_true(holds(scene, "subject", "reclamación*"));
    g_assert_true(holds(scene, "subject", "*?andú"));
}

static void
only_star_and_question_mark_are_wild(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_say(&scene->facts->message.subject, "[Ticket] 50% \\ off");
    g_assert_true(holds(scene, "subject", "[ticket]*"));
    g_assert_true(holds(scene, "subject", "*\\ off"));
    g_assert_false(holds(scene, "subject", "[a-z]*"));
}

static void
what_is_absent_matches_nothing(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_say(&scene->facts->message.subject, NULL);
    scene_say(&scene->facts->message.from.address, NULL);
    g_assert_false(holds(scene, "subject", "*"));
    g_assert_false(holds(scene, "domain", "*"));
    g_assert_false(holds(scene, "language", "*"));
}

static RuleTest *
both(RuleTestKind kind, RuleTest *left, RuleTest *right)
{
    RuleTest *test = rule_test_new(kind);

    g_ptr_array_add(test->children, left);
    if (right)
        g_ptr_array_add(test->children, right);
    return test;
}

static void
all_any_and_not(void)
{
    static const struct {
        RuleTestKind kind;
        const char *left, *right;
        bool holds;
    } rows[] = {
        {TEST_ALL, "support", "support", true}, {TEST_ALL, "support", "lead", false},
        {TEST_ALL, "lead", "support", false},   {TEST_ANY, "lead", "support", true},
        {TEST_ANY, "support", "lead", true},    {TEST_ANY, "lead", "spam", false},
        {TEST_NOT, "lead", NULL, true},         {TEST_NOT, "support", NULL, false},
    };
    g_autoptr(Scene) scene = scene_new();

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        RuleTest *test = both(rows[i].kind, field("label", rows[i].left),
                              rows[i].right ? field("label", rows[i].right) : NULL);

        g_assert_cmpint(matches(scene, test), ==, rows[i].holds);
    }
    g_assert_true(matches(scene, both(TEST_ALL, field("label", "support"),
                                      both(TEST_NOT, field("language", "es"), NULL))));
}

static void
one_of_several_values_is_enough(void)
{
    g_autoptr(Scene) scene = scene_new();
    RuleTest *test = field("label", "lead");

    g_assert_true(rule_test_add(test, "support", NULL));
    g_assert_true(matches(scene, test));
}

static void
rules_see_the_final_label(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene->related->sender = SENDER_BLOCKED;
    g_assert_true(holds(scene, "label", "spam"));
    g_assert_false(holds(scene, "label", "support"));
}

static void
our_own_mail_is_not_ruled(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene->mail->origin.role = FOLDER_SENT;
    g_assert_false(holds(scene, "mailbox", "support"));
}

static void
a_long_hostile_subject_costs_little(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autoptr(GString) flood = g_string_new(NULL);

    for (int i = 0; i < 40000; i++)
        g_string_append(flood, "urgent");
    scene_say(&scene->facts->message.subject, flood->str);
    g_assert_false(holds(scene, "subject", "*u*urgent*urg?nt*invoice*"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    SCENE_TEST(the_first_that_matches_wins_for_each_action);
    SCENE_TEST(every_match_is_told);
    SCENE_TEST(without_rules_the_mailbox_decides);
    SCENE_TEST(every_field_can_be_asked);
    SCENE_TEST(attachments_are_asked_by_name_and_type);
    SCENE_TEST(case_does_not_matter_in_any_language);
    SCENE_TEST(only_star_and_question_mark_are_wild);
    SCENE_TEST(what_is_absent_matches_nothing);
    SCENE_TEST(all_any_and_not);
    SCENE_TEST(one_of_several_values_is_enough);
    SCENE_TEST(rules_see_the_final_label);
    SCENE_TEST(our_own_mail_is_not_ruled);
    SCENE_TEST(a_long_hostile_subject_costs_little);
    SCENE_TEST(expressions_are_searched_for);
    SCENE_TEST(an_expression_has_bounded_cost);
    SCENE_TEST(expressions_mean_what_they_say);
    SCENE_TEST(what_is_no_expression_is_refused);
    SCENE_TEST(hours_are_those_of_the_zone);
    SCENE_TEST(a_rule_calls_it_spam_or_holds_it_or_closes_it);
    return g_test_run();
}
