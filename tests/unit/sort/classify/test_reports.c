/* Delivery and feedback reports: the rows each must give. */
#include "base/clock.h"
#include "desk.h"

static ReportGroup *
add_group(Desk *desk)
{
    return shape_append(&report_group_shape, &desk->reading.report.groups);
}

static void
add_recipient(Desk *desk, const char *who, const char *action, const char *status,
              const char *diagnostic)
{
    ReportGroup *group = add_group(desk);
    g_autofree char *typed = g_strconcat("rfc822; ", who, NULL);

    put_header(&group->fields, "Final-Recipient", typed);
    put_header(&group->fields, "Action", action);
    put_header(&group->fields, "Status", status);
    if (diagnostic)
        put_header(&group->fields, "Diagnostic-Code", diagnostic);
}

static const Bounce *
bounce_at(const Desk *desk, size_t at)
{
    g_assert_cmpuint(list_length(desk->opinion.bounces), >, at);
    return desk->opinion.bounces->pdata[at];
}

static void
report_with_three_recipients(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "MAILER-DAEMON@mx.example.net", "Undelivered Mail", "text");
    desk->reading.report.kind = REPORT_DELIVERY;
    put_header(&add_group(desk)->fields, "Reporting-MTA", "dns; mx.example.net");
    add_recipient(desk, "a@b.example", "failed", "5.1.1",
                  "smtp; 550 5.1.1 <a@b.example>: user unknown");
    add_recipient(desk, "c@b.example", "delayed", "4.4.7", NULL);
    add_recipient(desk, "d@b.example", "failed", "5.7.133",
                  "smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup");
    put_header(&desk->reading.report.returned_headers, "Message-ID",
               "<x1@example.com>");
    assert_label(desk, LABEL_BOUNCE);
    g_assert_cmpuint(list_length(desk->opinion.bounces), ==, 3);
    g_assert_cmpstr(bounce_at(desk, 0)->recipient, ==, "a@b.example");
    g_assert_cmpstr(bounce_at(desk, 0)->reason, ==, "user_unknown");
    g_assert_cmpint(bounce_at(desk, 0)->smtp_code, ==, 550);
    g_assert_cmpstr(bounce_at(desk, 0)->original_message_id, ==, "x1@example.com");
    g_assert_true(bounce_at(desk, 0)->is_hard);
    g_assert_false(bounce_at(desk, 0)->is_verified);
    g_assert_cmpstr(bounce_at(desk, 1)->action, ==, "delayed");
    g_assert_false(bounce_at(desk, 1)->is_hard);
    g_assert_true(bounce_at(desk, 1)->smtp_code == TIME_NONE);
    g_assert_cmpstr(bounce_at(desk, 2)->reason, ==, "policy");
    g_assert_false(bounce_at(desk, 2)->is_hard);
    g_assert_cmpstr(desk->opinion.classification.sublabel, ==, "hard");
}

typedef struct Cause {
    const char *status;
    const char *diagnostic;
    const char *reason;
    bool is_hard;
} Cause;

static const Cause causes[] = {
    {"5.2.2", "smtp; 552 5.2.2 mailbox full", "mailbox_full", false},
    {"5.0.0", "smtp; 550 Host unknown", "host_unknown", true},
    {"5.1.2", NULL, "host_unknown", true},
    {"4.1.1", "smtp; 450 4.1.1 user unknown", "user_unknown", false},
    {"5.7.26", "smtp; 550 5.7.26 rejected", "auth_failure", false},
    {"5.7.1", "smtp; 550 5.7.1 Relaying denied", "relay_denied", false},
    {"5.7.1", "smtp; 554 5.7.1 listed at zen.spamhaus.org", "blocked", false},
    {"5.3.4", "smtp; 552 message size exceeds fixed limit", "too_large", false},
    {"5.4.7", NULL, "expired", false},
    {"5.6.0", NULL, "content", false},
    {"5.9.9", NULL, "other", false},
};

static void
reasons_of_failures(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "mailer-daemon@mx.example.net", "Failure", "see below");
    desk->reading.report.kind = REPORT_DELIVERY;
    for (size_t i = 0; i < G_N_ELEMENTS(causes); i++)
        add_recipient(desk, "a@b.example", "failed", causes[i].status,
                      causes[i].diagnostic);
    assert_label(desk, LABEL_BOUNCE);
    for (size_t i = 0; i < G_N_ELEMENTS(causes); i++) {
        g_assert_cmpstr(bounce_at(desk, i)->reason, ==, causes[i].reason);
        g_assert_true(bounce_at(desk, i)->is_hard == causes[i].is_hard);
    }
}

static void
delay_alone_is_delayed(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "mailer-daemon@mx.example.net", "Delayed", "still trying");
    desk->reading.report.kind = REPORT_DELIVERY;
    add_recipient(desk, "a@b.example", "delayed", "4.4.1", NULL);
    assert_label(desk, LABEL_BOUNCE);
    g_assert_cmpstr(desk->opinion.classification.sublabel, ==, "delayed");
}

static void
forwarded_bounce_is_a_customer(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "ana@customer.example", "Fwd: Undelivered Mail",
               "Hi, I tried to write to your billing address and got this back, user "
               "unknown. Which address should I use? Please help.");
    desk->reading.report.kind = REPORT_DELIVERY;
    put_header(&desk->reading.message.headers, "Content-Type", "multipart/mixed");
    add_recipient(desk, "a@example.com", "failed", "5.1.1", NULL);
    assert_label(desk, LABEL_SUPPORT);
    g_assert_cmpuint(list_length(desk->opinion.bounces), ==, 0);
}

static void
failed_recipients_field(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "Mailer-Daemon@exim.example", "Mail delivery failed",
               "A message could not be delivered. 550 no such user");
    put_header(&desk->reading.message.headers, "X-Failed-Recipients",
               "a@b.example, c@d.example");
    assert_label(desk, LABEL_BOUNCE);
    g_assert_cmpuint(list_length(desk->opinion.bounces), ==, 2);
    g_assert_cmpstr(bounce_at(desk, 1)->recipient, ==, "c@d.example");
    g_assert_cmpstr(bounce_at(desk, 1)->reason, ==, "user_unknown");
}

static void
bounce_in_prose(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "MAILER-DAEMON@qmail.example", "failure notice",
               "Hi. This is the qmail-send program.\n<zoe@gone.example>:\n"
               "Sorry, no mailbox here by that name.");
    assert_label(desk, LABEL_BOUNCE);
    g_assert_cmpstr(bounce_at(desk, 0)->recipient, ==, "zoe@gone.example");
    g_assert_cmpstr(bounce_at(desk, 0)->reason, ==, "user_unknown");
}

static void
feedback(Desk *desk, const char *type)
{
    ReportGroup *group;

    write_mail(desk, "fbl@provider.example", "FW: offer", "abuse report");
    desk->reading.report.kind = REPORT_FEEDBACK;
    group = add_group(desk);
    put_header(&group->fields, "Feedback-Type", type);
    put_header(&group->fields, "Source-IP", "192.0.2.9");
    put_header(&desk->reading.report.returned_headers, "Message-ID",
               "<c1@example.com>");
    put_header(&desk->reading.report.returned_headers, "To",
               "redacted@provider.example");
    put_header(&desk->reading.report.returned_headers, "X-Campaign-ID", "spring");
}

static void
feedback_report_is_a_complaint(Desk *desk, gconstpointer unused)
{
    (void)unused;
    feedback(desk, "abuse");
    assert_label(desk, LABEL_COMPLAINT);
    g_assert_cmpstr(desk->opinion.complaint->kind, ==, "abuse_report");
    g_assert_cmpstr(desk->opinion.complaint->source_ip, ==, "192.0.2.9");
    g_assert_cmpstr(desk->opinion.complaint->campaign, ==, "spring");
    g_assert_cmpstr(desk->opinion.complaint->original_message_id, ==, "c1@example.com");
    g_assert_null(desk->opinion.complaint->original_recipient);
}

static void
not_spam_report_is_none(Desk *desk, gconstpointer unused)
{
    (void)unused;
    feedback(desk, "not-spam");
    assert_label(desk, LABEL_AUTO_REPLY);
    g_assert_null(desk->opinion.complaint);
}

/* qmail and Yahoo write one mail for all who failed; each has a cause of their own. */
static void
each_in_prose_has_a_row(Desk *desk, gconstpointer unused)
{
    (void)unused;
    write_mail(desk, "MAILER-DAEMON@mx.example.net", "Delivery failure",
               "I could not deliver your message.\n\n"
               "<ann@shop.example>:\nThis user doesn't have a shop.example account\n\n"
               "<bea@shop.example>:\n552 5.2.2 the mail folder\n   is full\n\n"
               "  carl@shop.example:\n550 sender\n  rejected\n\n"
               "Return-Path: <us@example.com>\n<not@me.example>:\nuser unknown\n");
    assert_label(desk, LABEL_BOUNCE);
    g_assert_cmpuint(list_length(desk->opinion.bounces), ==, 3);
    g_assert_cmpstr(bounce_at(desk, 0)->recipient, ==, "ann@shop.example");
    g_assert_cmpstr(bounce_at(desk, 0)->reason, ==, "user_unknown");
    g_assert_true(bounce_at(desk, 0)->is_hard);
    g_assert_cmpstr(bounce_at(desk, 1)->recipient, ==, "bea@shop.example");
    g_assert_cmpstr(bounce_at(desk, 1)->reason, ==, "mailbox_full");
    g_assert_cmpstr(bounce_at(desk, 2)->recipient, ==, "carl@shop.example");
    g_assert_cmpstr(bounce_at(desk, 2)->reason, ==, "policy");
    g_assert_false(bounce_at(desk, 2)->is_hard);
}

typedef struct Row {
    const char *name;
    void (*run)(Desk *desk, gconstpointer unused);
} Row;

static const Row rows[] = {
    {"report-with-three-recipients", report_with_three_recipients},
    {"reasons-of-failures", reasons_of_failures},
    {"delay-alone-is-delayed", delay_alone_is_delayed},
    {"forwarded-bounce-is-a-customer", forwarded_bounce_is_a_customer},
    {"failed-recipients-field", failed_recipients_field},
    {"bounce-in-prose", bounce_in_prose},
    {"each-in-prose-has-a-row", each_in_prose_has_a_row},
    {"feedback-report-is-a-complaint", feedback_report_is_a_complaint},
    {"not-spam-report-is-none", not_spam_report_is_none},
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/reports/", rows[i].name, NULL);

        g_test_add(path, Desk, NULL, desk_set, rows[i].run, desk_clear);
    }
    return g_test_run();
}
