/* Mails that the server cannot give: found quickly, told once, in nobody's way. */
#include "server.h"

enum {
    MAILS = 2000,
    POISONS = 8,
};

/* A server with mails 1..MAILS that stumbles over some. */
typedef struct Cellar {
    uint32_t poisons[POISONS];
    const char *refusal;
    bool gives_what_it_can; /* mails before the poison, in front of the refusal */
    int commands;
    int named_last; /* how many commands it took until nobody asked for the first one */
} Cellar;

static bool
is_poison(const Cellar *cellar, guint64 uid)
{
    for (size_t i = 0; i < POISONS; i++) {
        if (uid != 0 && cellar->poisons[i] == uid)
            return true;
    }
    return false;
}

static char *
answer(const char *tag, const char *command, void *self)
{
    Cellar *cellar = self;
    g_autoptr(GString) mails = g_string_new(NULL);
    bool is_refused = false;

    if (!g_str_has_prefix(command, "UID FETCH "))
        return NULL;
    cellar->commands++;
    for (const char *at = command + strlen("UID FETCH "); g_ascii_isdigit(*at);) {
        char *end;
        guint64 from = g_ascii_strtoull(at, &end, 10);
        guint64 to = *end == ':' ? g_ascii_strtoull(end + 1, &end, 10) : from;

        if (from <= cellar->poisons[0] && cellar->poisons[0] <= to)
            cellar->named_last = cellar->commands;
        for (guint64 uid = from; uid <= to; uid++) {
            is_refused |= is_poison(cellar, uid);
            if (!is_refused)
                g_string_append_printf(mails, "* %d FETCH (UID %d BODY[] {1}\r\nx)\r\n",
                                       (int)uid, (int)uid);
        }
        at = *end == ',' ? end + 1 : end;
    }
    return g_strdup_printf("%s%s %s\r\n",
                           is_refused && !cellar->gives_what_it_can ? "" : mails->str,
                           tag, is_refused ? cellar->refusal : "OK done");
}

typedef struct Count {
    bool seen[MAILS + 1];
    guint n_bytes;
    guint n_refused;
    char because[100];
} Count;

static bool
count_delivery(const ImapDelivery *delivery, void *self)
{
    Count *count = self;

    g_assert_cmpuint(delivery->uid, <=, MAILS);
    g_assert_false(count->seen[delivery->uid]);
    count->seen[delivery->uid] = true;
    count->n_bytes += delivery->bytes != NULL;
    count->n_refused += delivery->bytes == NULL;
    if (!delivery->bytes)
        (void)g_strlcpy(count->because, delivery->because, sizeof count->because);
    return true;
}

static GArray *
listings_up_to(uint32_t last)
{
    GArray *listings = g_array_new(FALSE, FALSE, sizeof(ImapListing));

    for (uint32_t uid = 1; uid <= last; uid++) {
        ImapListing listing = {.uid = uid};

        g_array_append_val(listings, listing);
    }
    return listings;
}

typedef struct PoisonCase {
    const char *name;
    uint32_t mails;
    Cellar cellar;
    int most_commands;
} PoisonCase;

/* 500 mails a command: log2 of that, and two. Up to three more are under way when the
 * first refusal comes. */
static const PoisonCase poison_cases[] = {
    {"bad", MAILS, {{777}, "BAD mail is broken"}, 9 + 2 + 3},
    {"first", MAILS, {{1}, "NO cannot read it"}, 9 + 2 + 3},
    {"last", MAILS, {{MAILS}, "NO cannot read it"}, 9 + 2 + 3},
    {"gives-some-bad", MAILS, {{1300}, "BAD internal", true}, 9 + 2 + 3},
    {"gives-some-no", MAILS, {{MAILS}, "NO some failed", true}, 9 + 2 + 3},
    {"of-16", 16, {{11}, "BAD x"}, 4 + 2},
    {"of-9", 9, {{9}, "BAD x"}, 4 + 2},
    {"of-2", 2, {{1}, "BAD x"}, 1 + 2},
    {"of-1", 1, {{1}, "BAD x"}, 2},
    {"neighbours", MAILS, {{40, 41, 42}, "BAD x"}, 9 + 2 + 3},
    {"far-apart", MAILS, {{3, 499, 500, 501, 1000, 1999}, "NO x"}, 6 * (9 + 2) + 3},
    {"words-of-something-temporary",
     16,
     {{11}, "NO [SERVERBUG] Internal error"},
     4 + 2},
    {"code-of-something-temporary", 16, {{11}, "NO [UNAVAILABLE] later"}, 4 + 2},
};

static void
test_poison(gconstpointer self)
{
    const PoisonCase *test = self;
    Cellar cellar = test->cellar;
    Server server = {.answer = answer, .self = &cellar};
    g_autoptr(GArray) listings = listings_up_to(test->mails);
    g_autoptr(GError) error = NULL;
    guint n_poisons = 0;
    Count count = {0};
    ImapSession *session;

    for (size_t i = 0; i < POISONS; i++)
        n_poisons += cellar.poisons[i] != 0;
    server_begin_session(&server, &session, 0);
    g_assert_true(imap_fetch(session, listings, count_delivery, &count, &error));
    g_assert_no_error(error);
    server_end_session(&server, session);
    g_assert_cmpuint(count.n_refused, ==, n_poisons);
    g_assert_cmpuint(count.n_bytes, ==, test->mails - n_poisons);
    g_assert_nonnull(strstr(cellar.refusal, count.because));
    g_assert_cmpint(cellar.named_last, <=, test->most_commands);
}

static void
assert_gives_up(const char *refusal, guint most_commands)
{
    g_auto(GStrv) asked = NULL;
    g_autofree char *reply = g_strdup_printf("$T %s\r\n", refusal);
    Server server = {.rules = {{"UID FETCH", reply}}};
    g_autoptr(GArray) listings = listings_up_to(MAILS);
    g_autoptr(GError) error = NULL;
    Count count = {0};
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_false(imap_fetch(session, listings, count_delivery, &count, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpuint(count.n_bytes, ==, 0);
    g_assert_cmpuint(count.n_refused, ==, 0);
    imap_close(session);
    server_stop(&server);
    asked = g_strsplit(server.heard->str, "UID FETCH", -1);
    g_assert_cmpuint(g_strv_length(asked) - 1, <=, most_commands);
    (void)g_string_free(server.heard, TRUE);
}

/* Not a single mail is blamed for a server that is ill. */
static void
test_server_that_refuses_everything(void)
{
    assert_gives_up("BAD no", 120);
    assert_gives_up("NO [UNAVAILABLE] the disk is gone", 120);
    /* Asked for peace, it is not asked again: these were under way. */
    assert_gives_up("NO [THROTTLED] slowly", 4);
    assert_gives_up("NO [LIMIT] enough", 4);
    assert_gives_up("BAD User is authenticated but not connected.", 4);
}

static void
test_connection_that_dies_of_it(void)
{
    Server server = {.rules = {{"UID FETCH 1:9",
                                "* 1 FETCH (UID 1 BODY[] \1x\2)\r\n* 2 FETCH (UID 2 "
                                "BODY[] {5}\r\nabc",
                                0, true}}};
    g_autoptr(GArray) listings = listings_up_to(9);
    g_autoptr(GError) error = NULL;
    Count count = {0};
    ImapSession *session;

    server_begin_session(&server, &session, 0);
    g_assert_false(imap_fetch(session, listings, count_delivery, &count, &error));
    g_assert_error(error, FAULT, FAULT_RETRY);
    g_assert_cmpuint(count.n_bytes, ==, 1);
    g_assert_cmpuint(count.n_refused, ==, 0);
    server_end_session(&server, session);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    imap_init();
    for (size_t i = 0; i < G_N_ELEMENTS(poison_cases); i++) {
        g_autofree char *path =
            g_strconcat("/imap/poison/", poison_cases[i].name, NULL);

        g_test_add_data_func(path, &poison_cases[i], test_poison);
    }
    g_test_add_func("/imap/poison/everything", test_server_that_refuses_everything);
    g_test_add_func("/imap/poison/connection-dies", test_connection_that_dies_of_it);
    return g_test_run();
}
