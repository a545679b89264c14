/* Which ticket a mail joins: token before In-Reply-To before References, and nobody
 * gets into a ticket that is not his. */
#include "scene.h"

static GArray *
tickets_asked(Scene *scene)
{
    RouteQuestions questions = {0};
    GArray *tickets;

    route_ask(scene->mail, scene->facts, &scene->settings, &questions);
    tickets = g_array_ref(questions.tickets);
    route_questions_clear(&questions);
    return tickets;
}

static void
expect_token(Scene *scene, int64_t ticket)
{
    g_autoptr(GArray) tickets = tickets_asked(scene);

    if (ticket == 0) {
        g_assert_cmpuint(tickets->len, ==, 0);
        return;
    }
    g_assert_cmpuint(tickets->len, ==, 1);
    g_assert_cmpint(g_array_index(tickets, int64_t, 0), ==, ticket);
}

static void
a_token_is_found_wherever_it_may_stand(void)
{
    g_autoptr(Scene) scene = scene_new();
    Message *message = &scene->facts->message;
    g_autofree char *token = route_reply_token(42, &scene->settings);
    g_autofree char *upper = g_ascii_strup(token, -1);
    g_autofree char *plus = g_strdup_printf("support+%s@demo.example", upper);
    g_autofree char *id = g_strdup_printf("%s.17@demo.example", token);
    g_autofree char *subject = g_strdup_printf("Re: [#%s] printer", token);
    Address *to = shape_append(&address_shape, &message->to);

    expect_token(scene, 0);
    scene_say(&to->address, plus);
    expect_token(scene, 42);
    scene_say(&to->address, "support@demo.example");
    scene_say(&message->delivered_to, plus);
    expect_token(scene, 42);
    scene_say(&message->delivered_to, NULL);
    scene_say(&message->in_reply_to, id);
    expect_token(scene, 42);
    scene_say(&message->in_reply_to, NULL);
    texts_append(&message->references, g_strdup(id));
    expect_token(scene, 42);
    scene_say((char **)&message->references->pdata[0], "other@demo.example");
    scene_say(&message->subject, subject);
    expect_token(scene, 42);
    /* Everywhere at once it is still one ticket. */
    scene_say(&to->address, plus);
    scene_say(&message->in_reply_to, id);
    expect_token(scene, 42);
}

static void
a_guessed_token_is_none(void)
{
    static const uint8_t other_key[16] = {1};
    g_autoptr(Scene) scene = scene_new();
    Message *message = &scene->facts->message;
    g_autofree char *token = route_reply_token(42, &scene->settings);
    RouteSettings theirs = scene->settings;
    g_autofree char *forged = NULL;
    g_autofree char *moved = g_strconcat("43", strchr(token, '-'), NULL);
    g_autofree char *longer = g_strconcat(token, "a", NULL);
    g_autofree char *shorter = g_strndup(token, strlen(token) - 1);
    const char *wrong[] = {moved, longer, shorter, "42", "42-", "-", "0-aaaa", NULL};

    theirs.token_key = other_key;
    forged = route_reply_token(42, &theirs);
    scene_say(&message->in_reply_to, forged);
    expect_token(scene, 0);
    for (const char **each = wrong; *each; each++) {
        scene_say(&message->in_reply_to, *each);
        expect_token(scene, 0);
    }
    scene_say(&message->in_reply_to, token);
    expect_token(scene, 42);
}

static void
a_subject_full_of_marks_costs_little(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *flood = g_strnfill(600000, '[');

    for (size_t i = 1; i < 600000; i += 2)
        flood[i] = '#';
    scene_say(&scene->facts->message.subject, flood);
    expect_token(scene, 0);
}

static void
ids_are_asked_for_in_order_and_once(void)
{
    g_autoptr(Scene) scene = scene_new();
    Message *message = &scene->facts->message;
    RouteQuestions questions = {0};
    Bounce *bounce = shape_append(&bounce_shape, &scene->facts->opinion.bounces);
    const char *wanted[] = {"parent@a", "middle@a", "root@a", "lost@a"};

    scene_say(&message->in_reply_to, "parent@a");
    texts_append(&message->references, g_strdup("root@a"));
    texts_append(&message->references, g_strdup("middle@a"));
    texts_append(&message->references, g_strdup("parent@a"));
    bounce->original_message_id = g_strdup("lost@a");
    route_ask(scene->mail, scene->facts, &scene->settings, &questions);
    g_assert_cmpuint(questions.message_ids->len, ==, G_N_ELEMENTS(wanted));
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        g_assert_cmpstr(questions.message_ids->pdata[i], ==, wanted[i]);
    route_questions_clear(&questions);
}

static void
a_thousand_references_ask_few_questions(void)
{
    g_autoptr(Scene) scene = scene_new();
    RouteQuestions questions = {0};

    for (int i = 0; i < 1000; i++)
        texts_append(&scene->facts->message.references, g_strdup_printf("%d@a", i));
    route_ask(scene->mail, scene->facts, &scene->settings, &questions);
    g_assert_cmpuint(questions.message_ids->len, <=, 30);
    g_assert_cmpstr(questions.message_ids->pdata[0], ==, "999@a");
    route_questions_clear(&questions);
}

static void
token_beats_message_id_beats_references(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;

    scene_say(&scene->facts->message.in_reply_to, "parent@a");
    scene_knows(scene, 3, NULL);
    scene_knows(scene, 2, "parent@a");
    scene_knows(scene, 1, "root@a");
    placed = scene_place(scene);
    g_assert_cmpint(placed->move, ==, MOVE_JOIN);
    g_assert_cmpint(placed->ticket, ==, 3);
    g_assert_cmpint(placed->thread.method, ==, THREAD_TOKEN);

    shape_clear(&related_shape, scene->related);
    scene_knows(scene, 2, "parent@a");
    scene_knows(scene, 1, "root@a");
    placed = scene_place(scene);
    g_assert_cmpint(placed->ticket, ==, 2);
    g_assert_cmpint(placed->thread.method, ==, THREAD_MESSAGE_ID);

    shape_clear(&related_shape, scene->related);
    scene_knows(scene, 0, "parent@a");
    scene_knows(scene, 1, "root@a");
    placed = scene_place(scene);
    g_assert_cmpint(placed->ticket, ==, 1);
    g_assert_cmpint(placed->thread.method, ==, THREAD_REFERENCES);
    g_assert_cmpfloat(placed->thread.confidence, <, 1);
    g_assert_nonnull(strstr(placed->thread.because, "ticket 1"));
    g_assert_cmpint(placed->event, ==, EVENT_TICKET_REPLIED);
}

static void
of_two_tickets_the_nearer_counts(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;

    scene_say(&scene->facts->message.in_reply_to, "late@a");
    scene_knows(scene, 9, "late@a");
    scene_knows(scene, 5, "early@a");
    placed = scene_place(scene);
    g_assert_cmpint(placed->ticket, ==, 9);
}

static void
expect_new_and_linked(Scene *scene, int64_t linked_to)
{
    const Placement *placed = scene_place(scene);

    g_assert_cmpint(placed->move, ==, MOVE_OPEN);
    g_assert_cmpint(placed->linked_to, ==, linked_to);
    g_assert_cmpint(placed->event, ==, EVENT_TICKET_CREATED);
    g_assert_cmpint(placed->thread.method, ==, THREAD_NONE);
    g_assert_nonnull(placed->thread.because);
}

static void
a_stranger_gets_a_ticket_of_his_own(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_say(&scene->facts->message.in_reply_to, "parent@a");
    scene_say(&scene->facts->message.from.address, "eve@bulk.example");
    scene_knows(scene, 2, "parent@a");
    expect_new_and_linked(scene, 2);
    g_assert_cmpstr(scene->placement->requester.address, ==, "eve@bulk.example");
    scene_say(&scene->facts->message.from.address, "ANA@correo.example");
    g_assert_cmpint(scene_place(scene)->ticket, ==, 2);
}

static void
a_forged_sender_joins_nothing_even_with_a_token(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_knows(scene, 2, NULL);
    scene->facts->verdict.kind = VERDICT_FAILED;
    expect_new_and_linked(scene, 2);
    scene->facts->verdict.kind = VERDICT_SUSPICIOUS;
    expect_new_and_linked(scene, 2);
    scene->facts->verdict.kind = VERDICT_UNAUTHENTICATED;
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_JOIN);
}

static void
another_subject_or_mailbox_is_another_ticket(void)
{
    g_autoptr(Scene) scene = scene_new();
    RelatedMessage *known = scene_knows(scene, 2, "parent@a");

    scene_say(&scene->facts->message.subject, "Re: The scanner hums");
    expect_new_and_linked(scene, 2);
    scene_say(&scene->facts->message.subject, "Re: The printer is on fire");
    g_assert_cmpint(scene_place(scene)->ticket, ==, 2);
    scene_say(&known->ticket_mailbox, "sales");
    expect_new_and_linked(scene, 2);
}

static void
marks_of_clients_and_gateways_are_not_another_subject(void)
{
    static const char *const same[] = {
        "RE: the printer is ON FIRE",
        "[External] Re: The printer is on fire",
        "Re: [helpdesk] AW: Re[2]: The printer is on fire",
        "RV:  The printer  is\ton fire ",
        "",
    };
    g_autoptr(Scene) scene = scene_new();

    scene_knows(scene, 2, "parent@a");
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        scene_say(&scene->facts->message.subject, same[i]);
        g_assert_cmpint(scene_place(scene)->ticket, ==, 2);
    }
    scene_say(&scene->facts->message.subject, "[printer]");
    expect_new_and_linked(scene, 2);
}

/* T4 is a policy. */
static void
a_house_may_join_what_others_keep_apart(void)
{
    g_autoptr(Scene) subject = scene_new();
    g_autoptr(Scene) mailbox = scene_new();

    scene_knows(subject, 5, "asked@correo.example");
    scene_say(&subject->facts->message.in_reply_to, "asked@correo.example");
    scene_say(&subject->facts->message.subject, "Another one");
    g_assert_cmpint(scene_place(subject)->move, ==, MOVE_OPEN);
    g_assert_cmpint(subject->placement->linked_to, ==, 5);
    subject->settings.joins_other_mailbox = true;
    g_assert_cmpint(scene_place(subject)->move, ==, MOVE_OPEN);
    subject->settings.joins_new_subject = true;
    g_assert_cmpint(scene_place(subject)->ticket, ==, 5);

    scene_say(&scene_knows(mailbox, 5, "asked@correo.example")->ticket_mailbox,
              "sales");
    scene_say(&mailbox->facts->message.in_reply_to, "asked@correo.example");
    g_assert_cmpint(scene_place(mailbox)->move, ==, MOVE_OPEN);
    mailbox->settings.joins_new_subject = true;
    g_assert_cmpint(scene_place(mailbox)->move, ==, MOVE_OPEN);
    mailbox->settings.joins_other_mailbox = true;
    g_assert_cmpint(scene_place(mailbox)->ticket, ==, 5);
}

/* L5: two programs that answer each other. */
static void
a_loop_moves_nothing(void)
{
    static const struct {
        int64_t pair, address;
        bool is_loop;
    } rows[] = {{0, 0, false}, {9, 19, false}, {10, 10, true}, {3, 20, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Scene) scene = scene_new();
        const Placement *placement;

        scene->settings.loop_pair = 10;
        scene->settings.loop_address = 20;
        scene_knows(scene, 5, "asked@correo.example")->ticket_status = STATUS_CLOSED;
        scene_say(&scene->facts->message.in_reply_to, "asked@correo.example");
        scene->related->answers_pair = rows[i].pair;
        scene->related->answers_address = rows[i].address;
        placement = scene_place(scene);
        g_assert_cmpint(placement->ticket, ==, 5);
        g_assert_true(placement->reopens == !rows[i].is_loop);
        g_assert_cmpint(placement->event, ==,
                        rows[i].is_loop ? EVENT_MESSAGE_AUTO_REPLY
                                        : EVENT_TICKET_REPLIED);
        scene->settings.loop_pair = scene->settings.loop_address = 0;
        g_assert_cmpint(scene_place(scene)->event, ==, EVENT_TICKET_REPLIED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    SCENE_TEST(a_token_is_found_wherever_it_may_stand);
    SCENE_TEST(a_guessed_token_is_none);
    SCENE_TEST(a_subject_full_of_marks_costs_little);
    SCENE_TEST(ids_are_asked_for_in_order_and_once);
    SCENE_TEST(a_thousand_references_ask_few_questions);
    SCENE_TEST(token_beats_message_id_beats_references);
    SCENE_TEST(of_two_tickets_the_nearer_counts);
    SCENE_TEST(a_stranger_gets_a_ticket_of_his_own);
    SCENE_TEST(a_forged_sender_joins_nothing_even_with_a_token);
    SCENE_TEST(another_subject_or_mailbox_is_another_ticket);
    SCENE_TEST(marks_of_clients_and_gateways_are_not_another_subject);
    SCENE_TEST(a_house_may_join_what_others_keep_apart);
    SCENE_TEST(a_loop_moves_nothing);
    return g_test_run();
}
