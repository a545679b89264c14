/* Which label a mail ends with, which event it becomes, and what happens to its ticket.
 */
#include "scene.h"

static void
each_label_has_its_event(void)
{
    static const struct {
        Label label;
        EventType event;
        TicketMove move;
        TicketKind kind;
    } rows[] = {
        {LABEL_SUPPORT, EVENT_TICKET_CREATED, MOVE_OPEN, TICKET_SUPPORT},
        {LABEL_LEAD, EVENT_LEAD_CREATED, MOVE_OPEN, TICKET_LEAD},
        {LABEL_CAMPAIGN_REPLY, EVENT_CAMPAIGN_REPLIED, MOVE_OPEN,
         TICKET_CAMPAIGN_REPLY},
        {LABEL_UNSUBSCRIBE, EVENT_CONTACT_UNSUBSCRIBED, MOVE_NONE, TICKET_SUPPORT},
        {LABEL_COMPLAINT, EVENT_COMPLAINT_RECEIVED, MOVE_OPEN, TICKET_COMPLAINT},
        {LABEL_OTHER, EVENT_TICKET_CREATED, MOVE_OPEN, TICKET_OTHER},
        {LABEL_BOUNCE, EVENT_DELIVERY_FAILED, MOVE_NONE, TICKET_SUPPORT},
        {LABEL_AUTO_REPLY, EVENT_MESSAGE_AUTO_REPLY, MOVE_NONE, TICKET_SUPPORT},
        {LABEL_SPAM, EVENT_MESSAGE_SPAM, MOVE_NONE, TICKET_SUPPORT},
        {LABEL_PHISHING, EVENT_MESSAGE_SPAM, MOVE_NONE, TICKET_SUPPORT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Scene) scene = scene_new();
        const Placement *placed;

        scene_label(scene, rows[i].label);
        scene->facts->message.in_reply_to = g_strdup("offer@demo.example");
        placed = scene_place(scene);
        g_assert_cmpstr(event_type_name(placed->event), ==,
                        event_type_name(rows[i].event));
        g_assert_cmpint(placed->move, ==, rows[i].move);
        g_assert_cmpint(placed->kind, ==, rows[i].kind);
        g_assert_false(placed->is_silent);
    }
}

static void
automatic_mail_never_opens_or_reopens(void)
{
    g_autoptr(Scene) scene = scene_new();
    RelatedMessage *known;
    const Placement *placed;

    scene_label(scene, LABEL_AUTO_REPLY);
    scene->facts->opinion.automatic.is_auto = true;
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_NONE);
    known = scene_knows(scene, 4, "parent@a");
    known->ticket_status = STATUS_CLOSED;
    placed = scene_place(scene);
    g_assert_cmpint(placed->move, ==, MOVE_JOIN);
    g_assert_cmpint(placed->ticket, ==, 4);
    g_assert_false(placed->reopens);
    g_assert_cmpint(placed->event, ==, EVENT_MESSAGE_AUTO_REPLY);
}

static void
a_customers_reply_reopens_a_closed_ticket(void)
{
    g_autoptr(Scene) scene = scene_new();
    RelatedMessage *known = scene_knows(scene, 4, "parent@a");

    g_assert_false(scene_place(scene)->reopens);
    known->ticket_status = STATUS_CLOSED;
    g_assert_true(scene_place(scene)->reopens);
    g_assert_cmpint(scene->placement->event, ==, EVENT_TICKET_REPLIED);
}

static void
a_reply_in_a_spam_ticket_stays_spam(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_knows(scene, 4, "parent@a")->ticket_status = STATUS_SPAM;
    g_assert_cmpint(scene_place(scene)->event, ==, EVENT_MESSAGE_SPAM);
    g_assert_cmpint(scene->placement->ticket, ==, 4);
    g_assert_false(scene->placement->reopens);
}

static void
words_alone_are_no_campaign_reply(void)
{
    g_autoptr(Scene) scene = scene_new();
    Score *score =
        shape_append(&score_shape, &scene->facts->opinion.classification.scores);

    score->label = g_strdup("lead");
    score->score = 0.2;
    scene_label(scene, LABEL_CAMPAIGN_REPLY);
    scene->facts->opinion.campaign = shape_new(&campaign_shape);
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_LEAD);
    g_assert_true(scene->placement->classification.review);
    g_assert_null(scene->placement->campaign);
    scene->facts->message.in_reply_to = g_strdup("offer@demo.example");
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_CAMPAIGN_REPLY);
    g_assert_true(scene->placement->classification.review);
    scene_knows(scene, 4, "offer@demo.example");
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_LEAD);
}

static void
a_doubtful_unsubscribe_is_seen_by_a_person(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_label(scene, LABEL_UNSUBSCRIBE);
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_NONE);
    scene->facts->opinion.classification.review = true;
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_OPEN);
    g_assert_cmpint(scene->placement->event, ==, EVENT_CONTACT_UNSUBSCRIBED);
}

static void
our_answer_joins_its_ticket(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;

    scene->mail->origin.role = FOLDER_SENT;
    scene_say(&scene->facts->message.from.address, "support@demo.example");
    placed = scene_place(scene);
    g_assert_true(placed->is_silent);
    g_assert_cmpint(placed->move, ==, MOVE_NONE);
    scene_knows(scene, 4, "parent@a");
    placed = scene_place(scene);
    g_assert_false(placed->is_silent);
    g_assert_true(placed->is_answer);
    g_assert_cmpint(placed->event, ==, EVENT_TICKET_ANSWERED);
    scene->facts->opinion.automatic.is_auto = true;
    g_assert_false(scene_place(scene)->is_answer);
}

/* A message of ours that the sorter cannot know of: sent by a campaign. */
static RelatedMessage *
knows_campaign(Scene *scene)
{
    RelatedMessage *ours = scene_knows(scene, 0, "autumn-1@demo.example");

    ours->direction = DIRECTION_OUT;
    ours->campaign = g_strdup("autumn");
    return ours;
}

static void
an_answer_to_a_campaign_is_a_campaign_reply(void)
{
    static const struct {
        Label label, final;
        EventType event;
        const char *intent;
    } rows[] = {
        {LABEL_LEAD, LABEL_CAMPAIGN_REPLY, EVENT_CAMPAIGN_REPLIED, "interested"},
        {LABEL_SUPPORT, LABEL_CAMPAIGN_REPLY, EVENT_CAMPAIGN_REPLIED, "question"},
        {LABEL_OTHER, LABEL_CAMPAIGN_REPLY, EVENT_CAMPAIGN_REPLIED, "other"},
        {LABEL_UNSUBSCRIBE, LABEL_UNSUBSCRIBE, EVENT_CONTACT_UNSUBSCRIBED,
         "unsubscribe"},
        {LABEL_COMPLAINT, LABEL_COMPLAINT, EVENT_COMPLAINT_RECEIVED, "complaint"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Scene) scene = scene_new();
        const Placement *placed;

        scene_label(scene, rows[i].label);
        knows_campaign(scene);
        placed = scene_place(scene);
        g_assert_cmpint(placed->classification.label, ==, rows[i].final);
        g_assert_cmpint(placed->event, ==, rows[i].event);
        g_assert_cmpstr(placed->campaign->id, ==, "autumn");
        g_assert_cmpstr(placed->campaign->original_message_id, ==,
                        "autumn-1@demo.example");
        g_assert_cmpstr(placed->campaign->intent, ==, rows[i].intent);
    }
}

static void
the_intent_the_sorter_read_is_kept(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene->facts->opinion.campaign = shape_new(&campaign_shape);
    scene->facts->opinion.campaign->intent = g_strdup("not_interested");
    knows_campaign(scene);
    g_assert_cmpstr(scene_place(scene)->campaign->intent, ==, "not_interested");
    g_assert_cmpstr(scene->placement->campaign->id, ==, "autumn");
}

static void
a_campaign_is_found_behind_a_token(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_knows(scene, 3, NULL);
    knows_campaign(scene);
    g_assert_nonnull(scene_place(scene)->campaign);
    g_assert_cmpstr(scene->placement->campaign->id, ==, "autumn");
    g_assert_cmpint(scene->placement->ticket, ==, 3);
}

static void
our_own_mail_is_nobodys_request(void)
{
    static const Label opinions[] = {LABEL_SUPPORT, LABEL_PHISHING, LABEL_BOUNCE};

    for (size_t i = 0; i < G_N_ELEMENTS(opinions); i++) {
        g_autoptr(Scene) scene = scene_new();

        scene->mail->origin.role = FOLDER_SENT;
        scene_label(scene, opinions[i]);
        knows_campaign(scene);
        g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_OTHER);
    }
}

static void
a_bounce_is_verified_by_a_recipient_of_our_mail(void)
{
    g_autoptr(Scene) scene = scene_new();
    Bounce *bounce = shape_append(&bounce_shape, &scene->facts->opinion.bounces);
    RelatedMessage *known;

    scene_label(scene, LABEL_BOUNCE);
    bounce->action = g_strdup("failed");
    bounce->recipient = g_strdup("Ana@correo.example");
    bounce->original_message_id = g_strdup("ours@demo.example");
    known = scene_knows(scene, 0, "ours@demo.example");
    known->direction = DIRECTION_OUT;
    g_assert_false(placement_verifies(scene_place(scene), bounce));
    texts_append(&scene->related->bounced,
                 placement_bounce_key("ours@demo.example", "eve@bulk.example"));
    g_assert_false(placement_verifies(scene_place(scene), bounce));
    texts_append(&scene->related->bounced,
                 placement_bounce_key("ours@demo.example", "ana@correo.example"));
    g_assert_true(placement_verifies(scene_place(scene), bounce));
    scene_say(&bounce->original_message_id, "other@demo.example");
    g_assert_false(placement_verifies(scene_place(scene), bounce));
}

static void
a_delay_is_no_failure(void)
{
    g_autoptr(Scene) scene = scene_new();
    Bounce *late = shape_append(&bounce_shape, &scene->facts->opinion.bounces);
    Bounce *lost;

    scene_label(scene, LABEL_BOUNCE);
    late->action = g_strdup("delayed");
    g_assert_cmpint(scene_place(scene)->event, ==, EVENT_DELIVERY_DELAYED);
    lost = shape_append(&bounce_shape, &scene->facts->opinion.bounces);
    lost->action = g_strdup("failed");
    g_assert_cmpint(scene_place(scene)->event, ==, EVENT_DELIVERY_FAILED);
}

static void
an_allow_holds_for_authenticated_mail_only(void)
{
    static const VerdictKind unproven[] = {VERDICT_UNAUTHENTICATED, VERDICT_FAILED,
                                           VERDICT_SUSPICIOUS, VERDICT_DEFERRED};
    g_autoptr(Scene) scene = scene_new();

    scene->related->sender = SENDER_ALLOWED;
    scene_label(scene, LABEL_SPAM);
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_SUPPORT);
    g_assert_cmpint(scene->placement->event, ==, EVENT_TICKET_CREATED);
    for (size_t i = 0; i < G_N_ELEMENTS(unproven); i++) {
        scene->facts->verdict.kind = unproven[i];
        g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_SPAM);
    }
}

static void
a_blocked_sender_is_spam_but_his_bounces_are_not(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Classification *found;
    const Reason *why;

    scene->related->sender = SENDER_BLOCKED;
    scene->facts->verdict.kind = VERDICT_UNAUTHENTICATED;
    found = &scene_place(scene)->classification;
    why = found->reasons->pdata[0];
    g_assert_cmpint(found->label, ==, LABEL_SPAM);
    g_assert_cmpstr(why->signal, ==, "sender_rule");
    scene_label(scene, LABEL_BOUNCE);
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_BOUNCE);
}

static void
what_lies_in_junk_is_spam(void)
{
    g_autoptr(Scene) scene = scene_new();
    const Placement *placed;

    scene->mail->origin.role = FOLDER_JUNK;
    scene->related->sender = SENDER_ALLOWED;
    scene_say(&scene->facts->opinion.classification.sublabel, "hard");
    placed = scene_place(scene);
    g_assert_cmpint(placed->classification.label, ==, LABEL_SPAM);
    g_assert_null(placed->classification.sublabel);
    g_assert_cmpint(placed->move, ==, MOVE_NONE);
    scene_label(scene, LABEL_PHISHING);
    g_assert_cmpint(scene_place(scene)->classification.label, ==, LABEL_PHISHING);
}

static void
a_web_form_opens_for_the_customer(void)
{
    g_autoptr(Scene) scene = scene_new();
    Address *answer_to = shape_append(&address_shape, &scene->facts->message.reply_to);

    answer_to->address = g_strdup("marta@correo.example");
    g_assert_cmpstr(scene_place(scene)->requester.address, ==, "ana@correo.example");
    scene_label(scene, LABEL_LEAD);
    scene->facts->opinion.lead = shape_new(&lead_shape);
    g_assert_cmpstr(scene_place(scene)->requester.address, ==, "marta@correo.example");
}

static void
an_abuse_report_opens_no_ticket(void)
{
    g_autoptr(Scene) scene = scene_new();

    scene_label(scene, LABEL_COMPLAINT);
    scene->facts->opinion.complaint = shape_new(&complaint_shape);
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_OPEN);
    g_assert_cmpint(scene->placement->priority, ==, PRIORITY_HIGH);
    scene->facts->opinion.complaint->feedback_type = g_strdup("abuse");
    g_assert_cmpint(scene_place(scene)->move, ==, MOVE_NONE);
    g_assert_cmpint(scene->placement->event, ==, EVENT_COMPLAINT_RECEIVED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    SCENE_TEST(each_label_has_its_event);
    SCENE_TEST(automatic_mail_never_opens_or_reopens);
    SCENE_TEST(a_customers_reply_reopens_a_closed_ticket);
    SCENE_TEST(a_reply_in_a_spam_ticket_stays_spam);
    SCENE_TEST(words_alone_are_no_campaign_reply);
    SCENE_TEST(a_doubtful_unsubscribe_is_seen_by_a_person);
    SCENE_TEST(our_answer_joins_its_ticket);
    SCENE_TEST(an_answer_to_a_campaign_is_a_campaign_reply);
    SCENE_TEST(the_intent_the_sorter_read_is_kept);
    SCENE_TEST(a_campaign_is_found_behind_a_token);
    SCENE_TEST(our_own_mail_is_nobodys_request);
    SCENE_TEST(a_bounce_is_verified_by_a_recipient_of_our_mail);
    SCENE_TEST(a_delay_is_no_failure);
    SCENE_TEST(an_allow_holds_for_authenticated_mail_only);
    SCENE_TEST(a_blocked_sender_is_spam_but_his_bounces_are_not);
    SCENE_TEST(what_lies_in_junk_is_spam);
    SCENE_TEST(a_web_form_opens_for_the_customer);
    SCENE_TEST(an_abuse_report_opens_no_ticket);
    return g_test_run();
}
