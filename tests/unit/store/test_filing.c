/* What a customer sees of filing: tickets opened, joined, answered, merged, reopened.
 */
#include "fixture.h"

static void
opens_a_ticket(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "Subject: Help\r\n\r\nhi");

    filing_do(store, filing);
    g_assert_cmpint(filing->ticket.number, ==, 1);
    g_assert_true(filing->ticket.is_new);
    g_assert_cmpint(filing->ticket.sequence, ==, 1);
    g_assert_cmpint(filing->ticket.created_at, ==, 1763900000);
    g_assert_cmpint(filing->ticket.first_response_s, ==, TIME_NONE);
    g_assert_cmpstr(filing->ticket.reply_token, ==, "1-TOKEN");
    store_close(store);
    fixture_expect(state, "SELECT subject FROM v_tickets", "Help");
    fixture_expect(state, "SELECT requester FROM v_open_tickets",
                   "ana@cliente.example");
    fixture_expect(state, "SELECT address FROM contacts", "ana@cliente.example");
    fixture_expect(state, "SELECT state FROM uid_ledger", "filed");
    fixture_expect(state,
                   "SELECT count(*) FROM message_words WHERE message_words MATCH "
                   "'help'",
                   "1");
    fixture_remove(state);
}

static void
join(Filing *filing, int64_t ticket)
{
    filing->placement->move = MOVE_JOIN;
    filing->placement->ticket = ticket;
}

static void
reply_joins_its_ticket(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(1, "a@x", "Help", "1");
    g_autoptr(Filing) answer = filing_new(2, "b@x", "Re: Help", "2");
    g_autoptr(Filing) reply = filing_new(3, "c@x", "Re: Help", "3");

    filing_do(store, first);
    join(answer, 1);
    answer->facts->message.direction = DIRECTION_OUT;
    answer->mail->origin.received_at += 90;
    answer->placement->is_answer = true;
    filing_do(store, answer);
    g_assert_cmpint(answer->ticket.status, ==, STATUS_WAITING);
    g_assert_cmpint(answer->ticket.first_response_s, ==, 90);
    join(reply, 1);
    reply->mail->origin.received_at += 180;
    filing_do(store, reply);
    g_assert_cmpint(reply->ticket.status, ==, STATUS_OPEN);
    g_assert_false(reply->ticket.is_new);
    g_assert_cmpint(reply->ticket.message_count, ==, 3);
    g_assert_cmpint(reply->ticket.sequence, ==, 3);
    store_close(store);
    fixture_expect(state, "SELECT first_response_seconds FROM v_first_response", "90");
    fixture_expect(state, "SELECT group_concat(kind) FROM ticket_events",
                   "opened,answered,joined");
    fixture_remove(state);
}

static void
second_answer_does_not_count(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(1, "a@x", "Help", "1");

    filing_do(store, first);
    for (int64_t uid = 2; uid <= 3; uid++) {
        g_autofree char *raw = g_strdup_printf("%d", (int)uid);
        g_autoptr(Filing) answer = filing_new(uid, raw, "Re: Help", raw);

        join(answer, 1);
        answer->facts->message.direction = DIRECTION_OUT;
        answer->mail->origin.received_at += 60 * uid;
        answer->placement->is_answer = true;
        filing_do(store, answer);
        g_assert_cmpint(answer->ticket.first_response_s, ==, 120);
    }
    store_close(store);
    fixture_remove(state);
}

/* Rows: status before, is automatic, placement says reopen -> status after. */
static void
closed_ticket_reopens_for_people_only(void)
{
    static const struct {
        const char *before;
        bool automatic, reopens;
        TicketStatus after;
    } rows[] = {{"closed", false, true, STATUS_REOPENED},
                {"closed", true, false, STATUS_CLOSED},
                {"spam", false, true, STATUS_SPAM},
                {"waiting", true, false, STATUS_WAITING},
                {"waiting", false, false, STATUS_OPEN}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *state = fixture_state();
        g_autofree char *sql =
            g_strdup_printf("UPDATE tickets SET status = '%s'", rows[i].before);
        Store *store = fixture_open(state);
        g_autoptr(Filing) first = filing_new(1, "a@x", "Help", "1");
        g_autoptr(Filing) reply = filing_new(2, "b@x", "Re: Help", "2");

        filing_do(store, first);
        store_close(store);
        fixture_change(state, sql);
        store = fixture_open(state);
        join(reply, 1);
        reply->facts->opinion.automatic.is_auto = rows[i].automatic;
        reply->placement->reopens = rows[i].reopens;
        filing_do(store, reply);
        g_assert_cmpint(reply->ticket.status, ==, rows[i].after);
        store_close(store);
        fixture_remove(state);
    }
}

typedef struct Question {
    Mail *mail;
    Facts *facts;
    GPtrArray *ids;
    GArray *tokens;
    Related *related;
} Question;

static bool
ask_related(StoreTxn *txn, void *self, GError **error)
{
    Question *question = self;

    return store_related(txn, question->facts, question->ids, question->tokens,
                         question->related, error) &&
           store_count_answers(txn, question->mail, question->facts, question->related,
                               error);
}

static Related *
relate(Store *store, Facts *facts, const char *id, int64_t token)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(Filing) asks = filing_new(99, "asks@x", "It asks", "99");
    Question question = {asks->mail, facts, ids, tokens, related_new()};
    bool done;

    if (id)
        g_ptr_array_add(ids, (gpointer)(uintptr_t)id);
    if (token)
        g_array_append_val(tokens, token);
    done = store_do(store, ask_related, &question, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    return question.related;
}

static void
reply_to_a_merged_ticket_finds_the_target(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(1, "a@x", "One", "1");
    g_autoptr(Filing) second = filing_new(2, "b@x", "Two", "2");
    g_autoptr(Filing) third = filing_new(3, "c@x", "Three", "3");

    filing_do(store, first);
    filing_do(store, second);
    filing_do(store, third);
    store_close(store);
    fixture_change(
        state,
        "UPDATE tickets SET status = 'merged', merged_into = 2 WHERE number = 1;"
        "UPDATE tickets SET status = 'merged', merged_into = 3 WHERE number = 2");
    store = fixture_open(state);
    {
        g_autoptr(Related) by_id = relate(store, first->facts, "a@x", 0);
        g_autoptr(Related) by_token = relate(store, first->facts, NULL, 1);
        const RelatedMessage *found = by_id->messages->pdata[0];

        g_assert_cmpint(found->ticket, ==, 3);
        g_assert_cmpint(found->message, ==, 1);
        g_assert_cmpstr(found->ticket_mailbox, ==, "support");
        g_assert_cmpstr(found->participants->pdata[0], ==, "ana@cliente.example");
        found = by_token->messages->pdata[0];
        g_assert_cmpint(found->ticket, ==, 3);
        g_assert_true(found->by_token);
        g_assert_cmpint(by_id->same_bytes, ==, 1);
    }
    store_close(store);
    fixture_remove(state);
}

static void
sibling_of_an_unseen_parent_is_found(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) first = filing_new(1, "a@x", "Re: One", "1");
    g_autoptr(Facts) other = facts_new();

    first->facts->message.in_reply_to = g_strdup("unseen@x");
    filing_do(store, first);
    {
        g_autoptr(Related) related = relate(store, other, "unseen@x", 0);
        g_autoptr(Related) unknown = relate(store, other, "nobody@x", 0);

        g_assert_cmpuint(list_length(related->messages), ==, 1);
        g_assert_cmpint(((RelatedMessage *)related->messages->pdata[0])->ticket, ==, 1);
        g_assert_cmpuint(list_length(unknown->messages), ==, 0);
        g_assert_cmpint(related->same_bytes, ==, 0);
    }
    store_close(store);
    fixture_remove(state);
}

/* L5: answers of the last hour are counted by their sender, here and everywhere. */
static void
answers_of_an_hour_are_counted(void)
{
    static const struct {
        const char *mailbox, *from;
        int64_t seconds_ago;
        bool is_answer;
    } rows[] = {{"support", "Bot@x.example", 10, true},
                {"support", "bot@x.example", 3599, true},
                {"support", "bot@x.example", 3601, true},
                {"support", "bot@x.example", 20, false},
                {"support", "other@x.example", 20, true},
                {"sales", "bot@x.example", 20, true}};
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id = g_strdup_printf("%d@x", (int)i);
        g_autoptr(Filing) filing = filing_new((int64_t)i + 1, id, "Re: Re:", id);
        Message *message = &filing->facts->message;

        g_free(filing->mail->origin.mailbox);
        filing->mail->origin.mailbox = g_strdup(rows[i].mailbox);
        g_free(message->from.address);
        message->from.address = g_strdup(rows[i].from);
        message->received_at = 1763900000 - rows[i].seconds_ago;
        message->in_reply_to = rows[i].is_answer ? g_strdup("unseen@x") : NULL;
        filing_do(store, filing);
    }
    {
        g_autoptr(Filing) next = filing_new(90, "next@x", "Re: Re:", "90");
        g_autoptr(Related) question = NULL;
        g_autoptr(Related) answer = NULL;

        g_free(next->facts->message.from.address);
        next->facts->message.from.address = g_strdup("bot@X.example");
        question = relate(store, next->facts, NULL, 0);
        g_assert_cmpint(question->answers_address, ==, 0);
        next->facts->message.in_reply_to = g_strdup("unseen@x");
        answer = relate(store, next->facts, NULL, 0);
        g_assert_cmpint(answer->answers_pair, ==, 2);
        g_assert_cmpint(answer->answers_address, ==, 3);
    }
    store_close(store);
    fixture_remove(state);
}

/* L6: an allow holds for authenticated mail only; the newest rule that applies wins. */
static void
sender_rules_need_proof(void)
{
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Facts) facts = facts_new();

    store_close(store);
    fixture_change(
        state,
        "INSERT INTO sender_rules (pattern, standing, created_at, until_at) VALUES "
        "('x.example', 'blocked', '2026', NULL), ('*@x.example', 'allowed', '2026', "
        "NULL), ('old@y.example', 'blocked', '2020', '2020-01-01T00:00:00.000Z')");
    store = fixture_open(state);
    facts->message.from.address = g_strdup("Bob@x.example");
    {
        g_autoptr(Related) forged = relate(store, facts, NULL, 0);

        g_assert_cmpint(forged->sender, ==, SENDER_BLOCKED);
    }
    facts->verdict.kind = VERDICT_AUTHENTICATED;
    {
        g_autoptr(Related) proven = relate(store, facts, NULL, 0);

        g_assert_cmpint(proven->sender, ==, SENDER_ALLOWED);
    }
    g_free(facts->message.from.address);
    facts->message.from.address = g_strdup("old@y.example");
    {
        g_autoptr(Related) expired = relate(store, facts, NULL, 0);

        g_assert_cmpint(expired->sender, ==, SENDER_UNKNOWN);
    }
    store_close(store);
    fixture_remove(state);
}

static void
hostile_texts_are_verbatim(void)
{
    static const char evil[] =
        "'); DROP TABLE tickets;-- \x1b[31m \x01 \"%s\" ?1 \xe2\x80\xae";
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, evil, evil, "1");
    g_autofree char *subject = NULL;

    texts_append(&filing->facts->message.defects, g_strdup(evil));
    texts_append(&filing->facts->verdict.because, g_strdup(evil));
    filing_do(store, filing);
    store_close(store);
    subject = fixture_ask(state, "SELECT subject FROM messages");
    g_assert_cmpstr(subject, ==, evil);
    g_free(subject);
    subject = fixture_ask(
        state, "SELECT json_extract(verdict_because_json, '$[0]') FROM messages");
    g_assert_cmpstr(subject, ==, evil);
    fixture_expect(state, "SELECT json_extract(auth_json, '$.verdict') FROM messages",
                   "unauthenticated");
    fixture_remove(state);
}

static void
forged_bounce_suppresses_nobody(void)
{
    for (int verified = 0; verified <= 1; verified++) {
        g_autofree char *state = fixture_state();
        Store *store = fixture_open(state);
        g_autoptr(Filing) filing = filing_new(1, "a@x", "Undelivered", "1");

        for (int i = 0; i < 3; i++) {
            Bounce *bounce =
                shape_append(&bounce_shape, &filing->facts->opinion.bounces);

            bounce->recipient = g_strdup_printf("r%d@z.example", i);
            bounce->is_hard = i != 2;
            bounce->action = g_strdup(i == 2 ? "delayed" : "failed");
            bounce->smtp_code = TIME_NONE;
            bounce->original_message_id = g_strdup("ours@z.example");
            if (verified)
                texts_append(&filing->placement->bounced,
                             placement_bounce_key("ours@z.example", bounce->recipient));
        }
        filing->placement->move = MOVE_NONE;
        filing->placement->classification.label = LABEL_BOUNCE;
        filing_do(store, filing);
        g_assert_cmpint(filing->ticket.number, ==, 0);
        store_close(store);
        fixture_expect(state, "SELECT count(*) FROM v_delivery_problems", "3");
        fixture_expect(state, "SELECT count(*) FROM v_suppressed",
                       verified ? "2" : "0");
        fixture_expect(state, "SELECT count(*) FROM contacts", "0");
        fixture_remove(state);
    }
}

static void
every_view_answers(void)
{
    static const char *const views[] = {"v_tickets",           "v_open_tickets",
                                        "v_messages",          "v_first_response",
                                        "v_volume_daily",      "v_mailbox_health",
                                        "v_delivery_problems", "v_suppressed",
                                        "v_webhook_health",    "v_sender_reputation"};
    g_autofree char *state = fixture_state();
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", "1");

    filing->facts->verdict.author_domain = g_strdup("cliente.example");
    filing_do(store, filing);
    store_close(store);
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        g_autofree char *all =
            g_strdup_printf("SELECT count(*) >= 0 FROM %s", views[i]);
        g_autofree char *comment = g_strdup_printf(
            "SELECT sql LIKE '%%--%%' FROM sqlite_schema WHERE name = '%s'", views[i]);

        fixture_expect(state, all, "1");
        fixture_expect(state, comment, "1");
    }
    fixture_expect(state, "SELECT messages FROM v_volume_daily", "1");
    fixture_expect(state, "SELECT domain FROM v_sender_reputation", "cliente.example");
    fixture_remove(state);
}

static void
commands_read_what_was_filed(void)
{
    static const char raw[] = "Subject: Help\r\n\r\nhi \x01\xff";
    g_autofree char *state = fixture_state();
    g_autoptr(GError) error = NULL;
    Store *store = fixture_open(state);
    g_autoptr(Filing) filing = filing_new(1, "a@x", "Help", raw);
    TicketFilter filter = {.since = TIME_NONE, .sender = "CLIENTE", .label = "support"};

    filing_do(store, filing);
    {
        g_autoptr(StoreReader) reader = store_reader_open(state, &error);
        g_autoptr(StoreTable) tickets = store_read_tickets(reader, &filter, &error);
        g_autoptr(StoreTable) message = store_read_message(reader, 1, &error);
        g_autoptr(StoreTable) messages = store_read_ticket_messages(reader, 1, &error);
        g_autoptr(StoreTable) mailboxes = store_read_mailboxes(reader, &error);
        g_autoptr(StoreTable) webhooks = store_read_webhooks(reader, &error);
        g_autoptr(StoreTable) held = store_read_held(reader, &error);
        g_autoptr(StoreTable) attached = store_read_attachments(reader, 1, &error);
        g_autoptr(GBytes) bytes = store_read_raw(reader, 1, false, &error);
        g_autoptr(GBytes) missing = NULL;

        g_assert_no_error(error);
        g_assert_cmpuint(tickets->rows->len, ==, 1);
        g_assert_cmpint(tickets->numeric->data[0], ==, 1);
        g_assert_cmpint(tickets->numeric->data[7], ==, 0);
        g_assert_cmpuint(message->rows->len, ==, 1);
        g_assert_cmpuint(messages->rows->len, ==, 1);
        g_assert_cmpuint(mailboxes->rows->len, ==, 1);
        g_assert_cmpuint(webhooks->rows->len + held->rows->len + attached->rows->len,
                         ==, 0);
        g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), raw,
                        sizeof raw - 1);
        missing = store_read_raw(reader, 99, false, &error);
        g_assert_null(missing);
        g_assert_error(error, FAULT, FAULT_MESSAGE);
    }
    store_close(store);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/opens-a-ticket", opens_a_ticket);
    g_test_add_func("/store/reply-joins-its-ticket", reply_joins_its_ticket);
    g_test_add_func("/store/second-answer-does-not-count",
                    second_answer_does_not_count);
    g_test_add_func("/store/closed-ticket-reopens-for-people-only",
                    closed_ticket_reopens_for_people_only);
    g_test_add_func("/store/reply-to-a-merged-ticket-finds-the-target",
                    reply_to_a_merged_ticket_finds_the_target);
    g_test_add_func("/store/sibling-of-an-unseen-parent-is-found",
                    sibling_of_an_unseen_parent_is_found);
    g_test_add_func("/store/answers-of-an-hour-are-counted",
                    answers_of_an_hour_are_counted);
    g_test_add_func("/store/sender-rules-need-proof", sender_rules_need_proof);
    g_test_add_func("/store/hostile-texts-are-verbatim", hostile_texts_are_verbatim);
    g_test_add_func("/store/forged-bounce-suppresses-nobody",
                    forged_bounce_suppresses_nobody);
    g_test_add_func("/store/every-view-answers", every_view_answers);
    g_test_add_func("/store/commands-read-what-was-filed",
                    commands_read_what_was_filed);
    return g_test_run();
}
