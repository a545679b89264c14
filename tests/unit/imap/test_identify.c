/* Knowing mails again without their UIDs. */
#include "server.h"

/* "4 size date gmail email <id> | date" for each identity. */
static char *
describe(const GPtrArray *identities)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < identities->len; i++) {
        const ImapIdentity *identity = identities->pdata[i];

        g_string_append_printf(
            text, "%s%u %d %d %" G_GUINT64_FORMAT " %s %s | %s", i ? "\n" : "",
            identity->uid, (int)identity->size_bytes,
            identity->received_at == TIME_NONE ? -1 : (int)identity->received_at,
            identity->gmail_id, identity->email_id ? identity->email_id : "-",
            identity->message_id ? identity->message_id : "-",
            identity->date ? identity->date : "-");
    }
    return g_string_free(text, FALSE);
}

typedef struct IdentityCase {
    const char *name;
    const char *reply;
    const char *identities;
    bool fails;
} IdentityCase;

#define FIELDS "BODY[HEADER.FIELDS (MESSAGE-ID DATE)] "

static const IdentityCase identity_cases[] = {
    {"all-there-is",
     "* 1 FETCH (UID 4 RFC822.SIZE 12 INTERNALDATE \"01-Jan-1970 00:01:00 +0000\" "
     "X-GM-MSGID 1278455344230334865 EMAILID (M6d99) " FIELDS
     "\1Message-ID: <a@b>\r\nDate: Thu, 1 Jan 1970 00:00:00 "
     "+0000\r\n\r\n\2)\r\n" OK_LINE,
     "4 12 60 1278455344230334865 M6d99 <a@b> | Thu, 1 Jan 1970 00:00:00 +0000"},
    {"folded-fields-of-any-case",
     "* 1 FETCH (" FIELDS "\1message-id :\r\n <a@b>\r\n\t\r\nDATE:now\r\n\r\n\2 "
     "UID 4)\r\n" OK_LINE,
     "4 0 -1 0 - <a@b> | now"},
    {"no-such-fields", "* 1 FETCH (UID 4 " FIELDS "\1\r\n\2)\r\n" OK_LINE,
     "4 0 -1 0 - - | -"},
    {"nil-everywhere",
     "* 1 FETCH (UID 4 RFC822.SIZE NIL INTERNALDATE NIL X-GM-MSGID NIL EMAILID "
     "NIL " FIELDS "NIL)\r\n" OK_LINE,
     "4 0 -1 0 - - | -"},
    {"quoted-field-names-and-bare-lf",
     "* 1 FETCH (UID 4 BODY[HEADER.FIELDS (\"Date\" \"Message-ID\")] "
     "\1Date: x\nMessage-ID: <c>\n\n\2)\n$T OK done\n",
     "4 0 -1 0 - <c> | x"},
    {"split",
     "* 1 FETCH (UID 4 RFC822.SIZE 7)\r\n* 1 FETCH (" FIELDS
     "\1Date: x\r\n\r\n\2)\r\n" OK_LINE,
     "4 7 -1 0 - - | x"},
    {"repeated",
     "* 1 FETCH (UID 4 RFC822.SIZE 7)\r\n* 1 FETCH (UID 4 RFC822.SIZE 7)\r\n" OK_LINE,
     "4 7 -1 0 - - | -"},
    {"repeated-later",
     "* 1 FETCH (UID 4 RFC822.SIZE 7)\r\n* 2 FETCH (UID 5 RFC822.SIZE 8)\r\n"
     "* 1 FETCH (UID 4 RFC822.SIZE 9)\r\n" OK_LINE,
     "4 7 -1 0 - - | -\n5 8 -1 0 - - | -"},
    {"not-asked-for-and-missing",
     "* 9 FETCH (UID 77 RFC822.SIZE 1)\r\n* 2 FETCH (UID 5 RFC822.SIZE 9)\r\n" OK_LINE,
     "5 9 -1 0 - - | -"},
    {"lost-in-the-middle", "* 1 FETCH (UID 4 RFC822.SIZE 7)\r\n* BYE so long\r\n", "",
     true},
    {"later", "$T NO [UNAVAILABLE] later\r\n", "", true},
};

static GArray *
listings_new(uint32_t from, uint32_t to)
{
    GArray *listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));

    for (uint32_t uid = from; uid <= to; uid++) {
        ImapListing listing = {.uid = uid};

        g_array_append_val(listings, listing);
    }
    return listings;
}

static void
test_identity(gconstpointer self)
{
    const IdentityCase *test = self;
    g_autoptr(GPtrArray) identities =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_identity_free);
    g_autoptr(GArray) listings = listings_new(4, 5);
    g_autoptr(GError) error = NULL;
    Server server = {.rules = {{"UID FETCH", test->reply}}};
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    if (test->fails) {
        g_assert_false(imap_identify(session, listings, identities, &error));
        g_assert_error(error, FAULT, FAULT_RETRY);
    } else {
        g_autofree char *described = NULL;

        g_assert_true(imap_identify(session, listings, identities, &error));
        g_assert_no_error(error);
        described = describe(identities);
        g_assert_cmpstr(described, ==, test->identities);
    }
    server_end_session(&server, session);
}

static void
assert_asks(const char *capabilities, const char *command)
{
    g_autoptr(GPtrArray) identities =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_identity_free);
    g_autoptr(GArray) listings = listings_new(4, 5);
    g_autoptr(GError) error = NULL;
    Server server = {.capabilities = capabilities};
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_identify(session, listings, identities, &error));
    imap_close(session);
    server_stop(&server);
    g_assert_nonnull(strstr(server.heard->str, command));
    (void)g_string_free(server.heard, TRUE);
}

static void
test_asks_for_what_the_server_knows(void)
{
    assert_asks("IMAP4rev1 AUTH=PLAIN",
                "UID FETCH 4:5 (UID RFC822.SIZE INTERNALDATE "
                "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])\n");
    assert_asks("IMAP4rev1 AUTH=PLAIN X-GM-EXT-1 OBJECTID",
                "UID FETCH 4:5 (UID RFC822.SIZE INTERNALDATE X-GM-MSGID EMAILID "
                "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])\n");
}

/* Stumbles over UID 6 as long as it is asked for. */
static char *
answer_but_six(const char *tag, const char *command, void *self)
{
    static const char verb[] = "UID FETCH ";
    guint64 from, to;
    GString *reply;
    char *end;

    (void)self; /* the same for everybody */
    if (!g_str_has_prefix(command, verb))
        return NULL;
    from = g_ascii_strtoull(command + strlen(verb), &end, 10);
    to = *end == ':' ? g_ascii_strtoull(end + 1, NULL, 10) : from;
    if (from <= 6 && 6 <= to)
        return g_strdup_printf("%s BAD oops\r\n", tag);
    reply = g_string_new(NULL);
    for (guint64 uid = from; uid <= to; uid++)
        g_string_append_printf(reply, "* %u FETCH (UID %u RFC822.SIZE 1)\r\n",
                               (unsigned)uid, (unsigned)uid);
    g_string_append_printf(reply, "%s OK done\r\n", tag);
    return g_string_free(reply, FALSE);
}

static void
test_one_broken_mail_hides_no_other(void)
{
    g_autoptr(GPtrArray) identities =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_identity_free);
    g_autoptr(GArray) listings = listings_new(1, 9);
    g_autoptr(GError) error = NULL;
    Server server = {.answer = answer_but_six};
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_true(imap_identify(session, listings, identities, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(identities->len, ==, 8);
    for (guint i = 0; i < identities->len; i++)
        g_assert_cmpuint(((ImapIdentity *)identities->pdata[i])->uid, !=, 6);
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(identity_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/identify/", identity_cases[i].name, NULL);

        g_test_add_data_func(path, &identity_cases[i], test_identity);
    }
    g_test_add_func("/imap/identify/asks", test_asks_for_what_the_server_knows);
    g_test_add_func("/imap/identify/broken", test_one_broken_mail_hides_no_other);
    return g_test_run();
}
