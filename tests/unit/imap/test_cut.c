/* A connection may be cut behind any byte: what was whole is delivered, once and
 * exactly, and nothing else is. All places: -m slow. */
#include "server.h"

enum {
    PLACES = 200, /* of the quick form */
    MAILS = 5,
};

typedef struct MailAnswer {
    uint32_t uid;
    const char *bytes;
    const char *answer; /* the whole response, or the half that completes it */
} MailAnswer;

static const MailAnswer mails[MAILS] = {
    {4, "Subject: a\r\n\r\nhello\r\n",
     "* 1 FETCH (UID 4 BODY[] \1Subject: a\r\n\r\nhello\r\n\2)\r\n"},
    {5, "* 3 FETCH (UID 6 BODY[] {1}\r\nP9 OK done\r\n)\r\n",
     "* 2 FETCH (BODY[] \1* 3 FETCH (UID 6 BODY[] {1}\r\nP9 OK done\r\n)\r\n\2 UID "
     "5)\r\n"},
    {6, "q\"", "* 3 FETCH (UID 6 BODY[] \"q\\\"\" FLAGS (\\Seen))\r\n"},
    {7, "late", "* 4 FETCH (UID 7)\r\n* 9 EXISTS\r\n* 4 FETCH (BODY[] \3late\2)\r\n"},
    {9, "", "* 5 FETCH (UID 9 BODY[] \1\2 X {3}\r\nabc)\r\n"},
};

/* The conversation, its places and what came of it. */
typedef struct Trial {
    size_t ends[MAILS]; /* how much was sent when a mail was whole */
    size_t total;
    unsigned seen; /* a bit a mail */
    Server *server;
} Trial;

static char *
answer(const char *tag, const char *command, void *self)
{
    Trial *trial = self;
    GString *reply;

    if (g_str_has_prefix(command, "LIST"))
        return g_strdup_printf("* LIST (\\HasNoChildren) \"/\" INBOX\r\n"
                               "* LIST (\\Junk) \"/\" {4}\r\nJunk\r\n%s OK done\r\n",
                               tag);
    if (!g_str_has_prefix(command, "UID FETCH"))
        return NULL;
    if (strstr(command, "RFC822.SIZE"))
        return g_strdup_printf("* 1 FETCH (UID 4 RFC822.SIZE 20)\r\n"
                               "* 2 FETCH (UID 5)\r\n* 3 FETCH (UID 6)\r\n"
                               "* 4 FETCH (UID 7)\r\n* 5 FETCH (UID 9)\r\n"
                               "%s OK done\r\n",
                               tag);
    reply = g_string_new(NULL);
    for (size_t i = 0; i < MAILS; i++) {
        g_autofree char *expanded = server_expand(mails[i].answer, tag);

        g_string_append(reply, expanded);
        trial->ends[i] = trial->server->sent_bytes + reply->len;
    }
    g_string_append_printf(reply, "%s OK done\r\n", tag);
    return g_string_free(reply, FALSE);
}

static bool
check_mail(const ImapDelivery *delivery, void *self)
{
    Trial *trial = self;

    for (size_t i = 0; i < MAILS; i++) {
        gsize size;
        const void *bytes;

        if (mails[i].uid != delivery->uid)
            continue;
        g_assert_false(trial->seen & 1U << i);
        trial->seen |= 1U << i;
        g_assert_nonnull(delivery->bytes);
        bytes = g_bytes_get_data(delivery->bytes, &size);
        g_assert_cmpmem(bytes, size, mails[i].bytes, strlen(mails[i].bytes));
        return true;
    }
    g_assert_not_reached();
}

/* Everything a visit does; how far it comes is the server's choice. */
static bool
visit(ImapSession *session, Trial *trial, GError **error)
{
    g_autoptr(GArray) listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));
    g_autoptr(GPtrArray) folders = imap_list(session, error);
    ImapState state;

    if (!folders || !imap_examine(session, "INBOX", &state, error) ||
        !imap_enumerate(session, 3, listings, error))
        return false;
    g_assert_cmpuint(folders->len, ==, 2);
    g_assert_cmpuint(listings->len, ==, MAILS);
    return imap_fetch(session, listings, check_mail, trial, error);
}

static bool
play_trial(Trial *trial, bool cuts, size_t cut_after, bool resets)
{
    g_autoptr(GError) error = NULL;
    Server server = {.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN",
                     .answer = answer,
                     .self = trial,
                     .cuts = cuts,
                     .cut_after = cut_after,
                     .resets = resets};
    ImapSession *session;
    bool ok;

    trial->server = &server;
    trial->seen = 0;
    server_start(&server);
    session = server_log_in(&server, &(Login){0}, &error);
    ok = session && visit(session, trial, &error);
    trial->total = server.sent_bytes;
    if (!ok) {
        g_assert_error(error, FAULT, FAULT_RETRY);
        g_assert_false(session && imap_is_alive(session));
    }
    server_end_session(&server, session);
    return ok;
}

static void
test_cut(void)
{
    Trial whole = {0};
    size_t n_places;

    g_assert_true(play_trial(&whole, false, 0, false));
    g_assert_cmpuint(whole.seen, ==, (1U << MAILS) - 1);
    n_places = g_test_slow() ? whole.total : PLACES;
    for (size_t i = 0; i < n_places; i++) {
        size_t place =
            g_test_slow() ? i : (size_t)g_test_rand_int_range(0, (gint32)whole.total);
        bool resets = place % 2 == 1;
        unsigned expected = 0;
        Trial trial = {0};

        for (size_t mail = 0; mail < MAILS; mail++)
            expected |= (unsigned)(whole.ends[mail] <= place) << mail;
        g_assert_false(play_trial(&trial, true, place, resets));
        /* A reset may take with it what had come, never add to it. */
        if (resets)
            g_assert_cmpuint(trial.seen & ~expected, ==, 0);
        else
            g_assert_cmpuint(trial.seen, ==, expected);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    g_test_add_func("/imap/cut/every-byte", test_cut);
    return g_test_run();
}
