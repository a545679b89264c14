/* What the header says: authors, ids, dates, encoded words. */
#include "mail_fixture.h"

#include "base/clock.h"

typedef struct AuthorCase {
    const char *header;
    const char *address;
    const char *name;
    const char *defect;
} AuthorCase;

static const AuthorCase authors[] = {
    {"From: Ana <ana@Example.ORG>\n", "ana@example.org", "Ana", NULL},
    {"From: ana@example.org (Ana L)\n", "ana@example.org", "Ana L", NULL},
    {"From: \"L, Ana\" <ana@example.org>, b@c.example\n", "ana@example.org", "L, Ana",
     NULL},
    {"From: Fabian <a@b\n", "a@b", "Fabian", NULL},
    {"From: Fabian <a@b, c@d>\n", "a@b", "Fabian", NULL},
    {"From: Fabian\nSender: s@example.org\n", "s@example.org", "Fabian",
     "unreadable_from"},
    {"Sender: Desk <s@example.org>\n", "s@example.org", "Desk", "missing_from"},
    {"Return-Path: <r@example.org>\n", "r@example.org", NULL, "missing_from"},
    {"Subject: nobody\n", NULL, NULL, "missing_from"},
    {"From: Team: ana@example.org, b@example.org;\n", "ana@example.org", NULL, NULL},
    {"From: =?utf-8?q?ana=40evil.example?= <ana@example.org>\n", "ana@example.org",
     "ana@evil.example", NULL},
    {"From: =?utf-8?q?ana=40evil.example?=\nSender: s@example.org\n", "s@example.org",
     "ana@evil.example", "unreadable_from"},
    {"From: =?utf-8?q?Ana_=3Cana=40example.org=3E?=\n", "ana@example.org", "Ana",
     "unreadable_from"},
    {"From : Ana <ana@example(comment). org>\n", "ana@example.org", "Ana", NULL},
    {"From: Ana L ana@example.org\n", "ana@example.org", "Ana L", NULL},
    {"From: \"ana@evil.example\"\nSender: s@example.org\n", "ana@evil.example", NULL,
     NULL},
    {"Received: x\nFrom\n : <x@evil.example>\nSender: s@example.org\n", "s@example.org",
     NULL, "missing_from"},
    {"Subject: old Mac\rFrom: Ana <ana@example.org>\r", "ana@example.org", "Ana",
     "bare_cr"},
    {"From: \"joe b\"@example.org\n", "\"joe b\"@example.org", NULL, NULL},
    {"From: <@relay.example:ana@example.org>\n", "ana@example.org", NULL, NULL},
    {"From: J\xf6rg <j@example.org>\n", "j@example.org", "J\xc3\xb6rg", NULL},
    {"From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <j@example.org>\n", "j@example.org",
     "J\xc3\xb6rg M\xc3\xbcller", NULL},
    {"From: \"=?iso-8859-1?Q?J=F6rg?=\" <j@example.org>\n", "j@example.org",
     "J\xc3\xb6rg", NULL},
};

static void
authors_are_found(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(authors); i++) {
        const AuthorCase *row = &authors[i];
        bool is_mac = strchr(row->header, '\n') == NULL;
        g_autofree char *mail =
            g_strconcat(row->header, is_mac ? "\rhello\r" : "\nhello\n", NULL);
        g_autoptr(Reading) reading = read_text(mail);
        const Message *message = &reading->message;

        g_test_message("%s", row->header);
        g_assert_cmpstr(message->from.address, ==, row->address);
        g_assert_cmpstr(message->from.name, ==, row->name);
        g_assert_cmpstr(message->reply_text, ==, "hello");
        if (row->defect)
            g_assert_true(has_text(message->defects, row->defect));
        else
            g_assert_false(has_text(message->defects, "unreadable_from"));
    }
}

static const struct {
    const char *raw;
    const char *subject;
} subjects[] = {
    {"plain words", "plain words"},
    {"literal =20 stays", "literal =20 stays"},
    {"=?utf-8?Q?caf=C3=A9?=", "caf\xc3\xa9"},
    {"=?utf-8?B?Y2Fmw6k=?=", "caf\xc3\xa9"},
    {"=?utf-8?B?Y2Fmw6k?=", "caf\xc3\xa9"},
    {"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "caf\xc3\xa9"},
    {"=?utf-8?Q?a?=\n =?utf-8?Q?b?=", "ab"},
    {"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
    {"=?utf-8?Q?with blanks inside?=", "with blanks inside"},
    {"=?utf-8?Q?a_b=5Fc?=", "a b_c"},
    {"=?utf-8*en?Q?lang?=", "lang"},
    {"=?utf-8?Q?unterminated", "=?utf-8?Q?unterminated"},
    {"=?utf-8?X?what?=", "=?utf-8?X?what?="},
    {"=?no-such-charset?Q?abc?=", "abc"},
    {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
    {"=?gb18030?B?xOO6ww==?=", "\xe4\xbd\xa0\xe5\xa5\xbd"},
    {"=?windows-1252?Q?=80_5?=", "\xe2\x82\xac 5"},
    {"=?koi8-r?Q?=F0=F2?=", "\xd0\x9f\xd0\xa0"},
    {"raw \xe9 byte", "raw \xc3\xa9 byte"},
    {"raw \xc3\xa9 utf-8", "raw \xc3\xa9 utf-8"},
    {"folded\n line", "folded line"},
    {"'; DROP TABLE x; -- <b>\x1b[31m", "'; DROP TABLE x; -- <b>\x1b[31m"},
};

static void
subjects_are_decoded(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
        g_autofree char *mail =
            g_strconcat("Subject: ", subjects[i].raw, "\n\nhello\n", NULL);
        g_autoptr(Reading) reading = read_text(mail);

        g_assert_cmpstr(reading->message.subject, ==, subjects[i].subject);
    }
}

static void
ids_lose_their_brackets(void)
{
    g_autoptr(Reading) reading =
        read_text("Message-ID: <a@x.example>\nIn-Reply-To: <b@x> (of Monday) <c@x>\n"
                  "References: <d@x>\n\t<e@x> <d@x>\n\nhello\n");
    const Message *message = &reading->message;

    g_assert_cmpstr(message->message_id, ==, "a@x.example");
    g_assert_cmpstr(message->in_reply_to, ==, "b@x");
    g_assert_cmpuint(list_length(message->references), ==, 4);
    g_assert_cmpstr(message->references->pdata[0], ==, "d@x");
    g_assert_cmpstr(message->references->pdata[1], ==, "e@x");
    g_assert_true(has_text(message->references, "c@x"));
}

static const struct {
    const char *raw;
    int64_t date; /* TIME_NONE: a defect */
} dates[] = {
    {"Fri, 21 Aug 2026 10:00:00 +0200", 1787299200},
    {"21 Aug 2026 08:00:00 GMT", 1787299200},
    {"Fri, 21 Aug 2026 04:00:00 EDT", 1787299200},
    {"Fri, 21 Aug 2126 10:00:00 +0200", TIME_NONE},
    {"Thu, 1 Jan 1970 00:00:00 +0000", TIME_NONE},
    {"Fri, 99 Foo 2026", TIME_NONE},
    {"yesterday", TIME_NONE},
    {"", TIME_NONE},
};

static void
dates_are_read_or_refused(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
        g_autofree char *mail =
            g_strconcat("Date: ", dates[i].raw, "\n\nhello\n", NULL);
        g_autoptr(Reading) reading = read_text(mail);

        g_test_message("%s", dates[i].raw);
        g_assert_cmpint(reading->message.date, ==, dates[i].date);
        g_assert_true(has_text(reading->message.defects, "invalid_date") ==
                      (dates[i].date == TIME_NONE));
        g_assert_cmpint(reading->message.received_at, ==, 1790000000);
    }
}

static void
reply_to_without_address_is_none(void)
{
    g_autoptr(Reading) empty = read_text("From: a@b\nReply-To: \n\nx");
    g_autoptr(Reading) named = read_text("From: a@b\nReply-To: Ana\n\nx");
    g_autoptr(Reading) good = read_text("From: a@b\nReply-To: Ana <c@d>, e@f\n\nx");

    g_assert_cmpuint(list_length(empty->message.reply_to), ==, 0);
    g_assert_cmpuint(list_length(named->message.reply_to), ==, 0);
    g_assert_cmpuint(list_length(good->message.reply_to), ==, 2);
    g_assert_cmpstr(address_at(good->message.reply_to, 1)->address, ==, "e@f");
    g_assert_cmpstr(named->message.from.address, ==, "a@b");
}

static void
envelope_is_kept(void)
{
    g_autoptr(Reading) null_sender =
        read_text("Return-Path: <>\nReturn-Path: <x@y>\nDelivered-To: d@e\n\nx");

    g_assert_cmpstr(null_sender->message.envelope_from, ==, "");
    g_assert_cmpstr(null_sender->message.delivered_to, ==, "d@e");
    g_assert_cmpuint(list_length(null_sender->message.headers), ==, 3);
}

static void
sent_folder_means_out(void)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) mail = g_bytes_new_static("From: a@b\n\nx", 12);
    g_autoptr(Reading) reading = shape_new(&reading_shape);

    settings->origin.role = FOLDER_SENT;
    parse_mail(mail, settings, reading);
    g_assert_cmpint(reading->message.direction, ==, DIRECTION_OUT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    parse_init();
    g_test_add_func("/parse/authors-are-found", authors_are_found);
    g_test_add_func("/parse/subjects-are-decoded", subjects_are_decoded);
    g_test_add_func("/parse/ids-lose-their-brackets", ids_lose_their_brackets);
    g_test_add_func("/parse/dates-are-read-or-refused", dates_are_read_or_refused);
    g_test_add_func("/parse/reply-to-without-address-is-none",
                    reply_to_without_address_is_none);
    g_test_add_func("/parse/envelope-is-kept", envelope_is_kept);
    g_test_add_func("/parse/sent-folder-means-out", sent_folder_means_out);
    return g_test_run();
}
