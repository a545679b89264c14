/* What a webhook carries: every key always, less than 20 kB always, and one id for one
 * event for ever. */
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "event/event.h"

enum {
    LIMIT_BYTES = 20000
};

static Origin
origin_of(const char *mailbox, const char *folder)
{
    return (Origin){.mailbox = (char *)mailbox,
                    .address = (char *)"support@demo.example",
                    .folder = (char *)folder,
                    .uidvalidity = 7,
                    .uid = 42,
                    .received_at = TIME_NONE};
}

static char *
body_of(const Facts *facts)
{
    Origin origin = origin_of("support", "INBOX");
    g_autoptr(Placement) placement = placement_new();
    Ticket ticket;
    char *body;

    shape_init(&ticket_shape, &ticket);
    ticket.number = 12;
    body = event_body(EVENT_TICKET_CREATED, 1795430400, &origin, facts, placement,
                      &ticket);
    shape_clear(&ticket_shape, &ticket);
    return body;
}

/* Strictly parsed; the caller puts it. */
static struct json_object *
read_strictly(const char *text)
{
    struct json_tokener *reader = json_tokener_new();
    struct json_object *json;

    g_assert_true(g_utf8_validate(text, -1, NULL));
    json_tokener_set_flags(reader, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json = json_tokener_parse_ex(reader, text, (int)strlen(text) + 1);
    g_assert_cmpint(json_tokener_get_error(reader), ==, json_tokener_success);
    json_tokener_free(reader);
    return json;
}

/* "data.message.from" of `json`; asserts that the key is there. Lent. */
static struct json_object *
at(struct json_object *json, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);

    for (char **key = keys; *key; key++) {
        struct json_object *inner = NULL;

        if (!json_object_object_get_ex(json, *key, &inner))
            g_error("no '%s' of %s", *key, path);
        json = inner;
    }
    return json;
}

static void
every_key_is_there_for_an_empty_message(void)
{
    static const char *const nulls[] = {
        "complaint",
        "unsubscribe",
        "campaign",
        "lead",
        "message.message_id",
        "message.subject",
        "message.date",
        "message.html",
        "message.from.address",
        "auth.spf.result",
        "auth.author_domain",
        "auth.border.ip",
        "thread.because",
        "auto.kind",
        "classification.sublabel",
        "ticket.created_at",
        "message.language",
        "auth.dmarc.policy",
        "route.department",
        "spam.verdict",
        "auth.results_header.because",
    };
    static const char *const empty[] = {
        "bounces",          "message.references",  "message.to",
        "message.headers",  "message.attachments", "message.links",
        "message.calendar", "message.defects",     "auth.flags",
        "auth.because",     "auth.dkim",           "classification.reasons",
        "spam.top_tokens",  "phishing.signals",    "route.rules",
        "route.actions",    "message.reply_to",    "message.cc",
    };
    g_autoptr(Facts) facts = facts_new();
    g_autofree char *body = NULL;
    struct json_object *json, *data;

    facts->verdict.spf.result = RESULT_SKIPPED;
    body = body_of(facts);
    json = read_strictly(body);
    data = at(json, "data");
    for (size_t i = 0; i < G_N_ELEMENTS(nulls); i++)
        g_assert_null(at(data, nulls[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(empty); i++) {
        g_assert_true(json_object_is_type(at(data, empty[i]), json_type_array));
        g_assert_cmpuint(json_object_array_length(at(data, empty[i])), ==, 0);
    }
    g_assert_cmpstr(json_object_get_string(at(json, "type")), ==, "ticket.created");
    g_assert_cmpstr(json_object_get_string(at(json, "timestamp")), ==,
                    "2026-11-23T10:40:00Z");
    g_assert_cmpint(json_object_get_int(at(data, "ticket.number")), ==, 12);
    g_assert_false(json_object_get_boolean(at(data, "message.truncated")));
    json_object_put(json);
}

static void
explain_has_the_same_keys_and_no_ticket(void)
{
    g_autoptr(Facts) facts = facts_new();
    Origin origin = origin_of(NULL, NULL);
    g_autofree char *line =
        event_explained("a.eml", &origin, facts, "sorter", "it took too long");
    g_autofree char *body = body_of(facts);
    struct json_object *told = read_strictly(line);
    struct json_object *event = read_strictly(body);

    g_assert_null(strchr(line, '\n'));
    json_object_object_foreach(at(event, "data"), key, value)
    {
        (void)value;
        (void)at(told, key);
    }
    g_assert_null(at(told, "ticket"));
    g_assert_cmpstr(json_object_get_string(at(told, "file")), ==, "a.eml");
    g_assert_cmpstr(json_object_get_string(at(told, "held.stage")), ==, "sorter");
    json_object_put(told);
    json_object_put(event);
}

static void
long_text_is_cut_between_characters_and_marked(void)
{
    g_autoptr(Facts) facts = facts_new();
    g_autoptr(GString) text = g_string_new("x"); /* so that no cut falls on a border */
    g_autofree char *body = NULL;
    struct json_object *json;
    const char *kept;

    while (text->len < 60000)
        g_string_append(text, "añ€😀");
    facts->message.text = g_strdup(text->str);
    facts->message.reply_text = g_strdup(text->str);
    facts->message.html = g_strdup(text->str);
    facts->message.subject = g_strdup("short");
    body = body_of(facts);
    g_assert_cmpuint(strlen(body), <, LIMIT_BYTES);
    json = read_strictly(body);
    g_assert_true(json_object_get_boolean(at(json, "data.message.truncated")));
    g_assert_null(at(json, "data.message.html"));
    kept = json_object_get_string(at(json, "data.message.text"));
    g_assert_cmpuint(strlen(kept), >, 1000);
    g_assert_true(g_str_has_prefix(text->str, kept));
    g_assert_cmpstr(json_object_get_string(at(json, "data.message.subject")), ==,
                    "short");
    json_object_put(json);
}

static void
what_fits_is_not_touched(void)
{
    g_autoptr(Facts) facts = facts_new();
    g_autofree char *text = g_strnfill(12000, 'x');
    g_autofree char *body = NULL;
    struct json_object *json;

    facts->message.text = g_strdup(text);
    body = body_of(facts);
    json = read_strictly(body);
    g_assert_cmpstr(json_object_get_string(at(json, "data.message.text")), ==, text);
    g_assert_false(json_object_get_boolean(at(json, "data.message.truncated")));
    json_object_put(json);
}

static void
what_the_sorter_cut_stays_marked(void)
{
    g_autoptr(Facts) facts = facts_new();
    g_autofree char *body = NULL;

    facts->message.is_truncated = true;
    body = body_of(facts);
    g_assert_nonnull(strstr(body, "\"truncated\":true"));
}

/* Puts `text` into every text of `object`, and `items` of everything into every list.
 */
static void
fill(const Shape *shape, void *object, const char *text, int items)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        const Field *field = &shape->fields[i];
        void *member = (char *)object + field->offset;

        if (field->type == FIELD_TEXT && !*(char **)member)
            *(char **)member = g_strdup(text);
        if (field->type == FIELD_ONE)
            fill(field->of, member, text, items);
        if (field->type == FIELD_MAYBE) {
            *(void **)member = shape_new(field->of);
            fill(field->of, *(void **)member, text, items);
        }
        for (int n = 0; n < items && field->type == FIELD_TEXTS; n++)
            texts_append(member, g_strdup(text));
        for (int n = 0; n < items && field->type == FIELD_LIST; n++)
            fill(field->of, shape_append(field->of, member), text, items);
    }
}

static void
no_mail_makes_a_body_too_long(void)
{
    static const struct {
        const char *unit;
        size_t times;
        int items;
    } rows[] = {{"x", 30000, 2}, {"\x01", 5000, 2}, {"\"", 300, 30},
                {"€", 40, 30},   {"\x01", 100, 30}, {"", 1, 2000}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Facts) facts = facts_new();
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *body = NULL, *cloud = NULL;
        struct json_object *json;
        char digest[65];

        memset(digest, 'f', 64);
        digest[64] = '\0';
        for (size_t n = 0; n < rows[i].times; n++)
            g_string_append(text, rows[i].unit);
        facts->message.sha256 = g_strdup(digest);
        fill(&facts_shape, facts, text->str, MIN(rows[i].items, 30));
        for (int n = 0; n < rows[i].items; n++)
            texts_append(&facts->message.references, g_strdup(text->str));
        body = body_of(facts);
        g_assert_cmpuint(strlen(body), <, LIMIT_BYTES);
        cloud = event_cloud_body("00000000-0000-5000-8000-000000000000", body);
        g_assert_cmpuint(strlen(cloud), <, LIMIT_BYTES);
        json = read_strictly(body);
        g_assert_true(json_object_get_boolean(at(json, "data.message.truncated")));
        g_assert_cmpstr(json_object_get_string(at(json, "data.message.sha256")), ==,
                        digest);
        json_object_put(json);
    }
}

/* The same event within a longer envelope, and as full as it may be. */
static void
no_envelope_makes_a_body_too_long(void)
{
    for (size_t size = 17000; size < 19000; size += 50) {
        g_autoptr(Facts) facts = facts_new();
        g_autofree char *body = NULL, *cloud = NULL;

        facts->message.text = g_strnfill(size, 'x');
        body = body_of(facts);
        cloud = event_cloud_body("00000000-0000-5000-8000-000000000000", body);
        g_assert_cmpuint(strlen(cloud), <, LIMIT_BYTES);
        json_object_put(read_strictly(cloud));
    }
}

static void
a_number_that_is_none_is_null(void)
{
    g_autoptr(Facts) facts = facts_new();
    Score *score = shape_append(&score_shape, &facts->opinion.classification.scores);
    Origin origin = origin_of("support", "INBOX");
    g_autofree char *body = NULL;
    struct json_object *json;

    score->label = g_strdup("lead");
    score->score = 0.0 / (double)facts->message.id;
    facts->opinion.spam.score = score->score;
    body = event_data(&origin, facts, NULL, NULL);
    json = read_strictly(body);
    g_assert_null(at(json, "classification.scores.lead"));
    g_assert_null(at(json, "spam.score"));
    json_object_put(json);
}

static void
the_same_mail_has_the_same_id_for_ever(void)
{
    Origin origin = origin_of("support", "INBOX");
    g_autofree char *id = event_id(&origin, EVENT_TICKET_CREATED);
    g_autofree char *again = event_id(&origin, EVENT_TICKET_CREATED);
    g_autofree char *other = event_id(&origin, EVENT_LEAD_CREATED);
    g_autofree char *next = NULL;
    g_autofree char *later = NULL;

    /* RFC 9562: version 5, variant 10. Never change this: deliveries would double. */
    g_assert_cmpstr(id, ==, "9ffa35e4-167e-538a-b080-e1092abf834c");
    g_assert_cmpstr(id, ==, again);
    g_assert_cmpstr(id, !=, other);
    origin.uid++;
    next = event_id(&origin, EVENT_TICKET_CREATED);
    g_assert_cmpstr(id, !=, next);
    origin.uid--;
    origin.uidvalidity++;
    later = event_id(&origin, EVENT_TICKET_CREATED);
    g_assert_cmpstr(id, !=, later);
}

static void
no_two_mailboxes_share_an_id(void)
{
    Origin one = origin_of("a", "b/c");
    Origin two = origin_of("a/b", "c");
    g_autofree char *first = event_id(&one, EVENT_TICKET_CREATED);
    g_autofree char *second = event_id(&two, EVENT_TICKET_CREATED);

    g_assert_cmpstr(first, !=, second);
}

static void
a_webhook_gets_what_it_includes(void)
{
    g_autoptr(Facts) facts = facts_new();
    Header *header = shape_append(&header_shape, &facts->message.headers);
    g_autofree char *body = NULL;
    g_autofree char *whole = NULL;
    g_autofree char *bare = NULL;
    struct json_object *json;

    header->name = g_strdup("X-Mood");
    header->value = g_strdup("sunny");
    facts->message.html = g_strdup("<p>hi</p>");
    facts->opinion.spam.score = 0.1;
    body = body_of(facts);
    whole = event_body_for(body, true, true);
    g_assert_cmpstr(whole, ==, body);
    bare = event_body_for(body, false, false);
    json = read_strictly(bare);
    g_assert_null(at(json, "data.message.html"));
    g_assert_cmpuint(json_object_array_length(at(json, "data.message.headers")), ==, 0);
    g_assert_null(strstr(bare, "sunny"));
    g_assert_cmpfloat(json_object_get_double(at(json, "data.spam.score")), ==, 0.1);
    json_object_put(json);
}

static void
events_about_the_house_have_no_message(void)
{
    Origin origin = origin_of("support", NULL);
    g_autofree char *long_text = g_strnfill(50000, 'e');
    g_autofree char *failing =
        event_house_body(EVENT_MAILBOX_FAILING, 0, &origin, long_text);
    g_autofree char *disabled =
        event_webhook_body(EVENT_WEBHOOK_DISABLED, 0, "crm", "answered 410");
    struct json_object *json = read_strictly(failing);

    g_assert_cmpuint(strlen(failing), <, LIMIT_BYTES);
    g_assert_cmpstr(json_object_get_string(at(json, "data.mailbox.name")), ==,
                    "support");
    g_assert_nonnull(at(json, "data.because"));
    json_object_put(json);
    json = read_strictly(disabled);
    g_assert_cmpstr(json_object_get_string(at(json, "data.webhook.name")), ==, "crm");
    g_assert_cmpstr(json_object_get_string(at(json, "data.because")), ==,
                    "answered 410");
    g_assert_cmpstr(json_object_get_string(at(json, "timestamp")), ==,
                    "1970-01-01T00:00:00Z");
    json_object_put(json);
}

static void
a_held_mail_says_where_it_lies(void)
{
    Origin origin = origin_of("support", "INBOX");
    Mail *mail = mail_new(&origin, g_bytes_new_static("From: x\r\n", 9));
    g_autofree char *body = event_held_body(0, mail, "two sorters died of it");
    struct json_object *json = read_strictly(body);

    g_assert_cmpstr(json_object_get_string(at(json, "type")), ==, "message.held");
    g_assert_cmpint(json_object_get_int(at(json, "data.size")), ==, 9);
    g_assert_cmpint(json_object_get_int(at(json, "data.mailbox.uid")), ==, 42);
    json_object_put(json);
    mail_free(mail);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/every_key_is_there_for_an_empty_message",
                    every_key_is_there_for_an_empty_message);
    g_test_add_func("/explain_has_the_same_keys_and_no_ticket",
                    explain_has_the_same_keys_and_no_ticket);
    g_test_add_func("/long_text_is_cut_between_characters_and_marked",
                    long_text_is_cut_between_characters_and_marked);
    g_test_add_func("/what_fits_is_not_touched", what_fits_is_not_touched);
    g_test_add_func("/what_the_sorter_cut_stays_marked",
                    what_the_sorter_cut_stays_marked);
    g_test_add_func("/no_mail_makes_a_body_too_long", no_mail_makes_a_body_too_long);
    g_test_add_func("/no_envelope_makes_a_body_too_long",
                    no_envelope_makes_a_body_too_long);
    g_test_add_func("/a_number_that_is_none_is_null", a_number_that_is_none_is_null);
    g_test_add_func("/the_same_mail_has_the_same_id_for_ever",
                    the_same_mail_has_the_same_id_for_ever);
    g_test_add_func("/no_two_mailboxes_share_an_id", no_two_mailboxes_share_an_id);
    g_test_add_func("/a_webhook_gets_what_it_includes",
                    a_webhook_gets_what_it_includes);
    g_test_add_func("/events_about_the_house_have_no_message",
                    events_about_the_house_have_no_message);
    g_test_add_func("/a_held_mail_says_where_it_lies", a_held_mail_says_where_it_lies);
    return g_test_run();
}
