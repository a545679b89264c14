/* Killed in the middle of filing: what was acknowledged is there, exactly once, and
 * what was not is there whole or not at all. */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    COLLECTORS = 4,
    KILLS = 8,
    MOST_MAILS = 100000, /* a child that is never killed ends all the same */
};

/* In the child: files mails of one mailbox, and tells each one that is committed. */
typedef struct Collector {
    Store *store;
    int tell; /* the pipe */
    int number;
    int64_t first_uid;
    const GPtrArray *endpoints;
} Collector;

static Filing *
next_mail(const Collector *collector, int64_t uid)
{
    g_autofree char *name =
        g_strdup_printf("%d-%" G_GINT64_FORMAT, collector->number, uid);
    g_autofree char *raw = g_strdup_printf("Subject: %s\r\n\r\n%*d", name, 3000, 0);
    Filing *filing = filing_new(uid, name, name, raw);

    g_free(filing->mail->origin.mailbox);
    filing->mail->origin.mailbox = g_strdup_printf("box-%d", collector->number);
    filing->event_id = filing->facts->message.message_id;
    filing->endpoints = (GPtrArray *)(uintptr_t)collector->endpoints;
    return filing;
}

static void *
collect(void *self)
{
    const Collector *collector = self;

    for (int64_t uid = collector->first_uid; uid < MOST_MAILS; uid++) {
        g_autoptr(Filing) filing = next_mail(collector, uid);
        g_autoptr(GError) error = NULL;
        char line[32] = "";

        if (!filing_try(collector->store, filing, &error))
            _exit(3);
        /* One write of a few bytes into a pipe is never mixed with another's. */
        (void)g_snprintf(line, sizeof line, "%s\n", filing->facts->message.message_id);
        if (write(collector->tell, line, strlen(line)) < 0)
            _exit(4);
    }
    return NULL;
}

G_NORETURN static void
run_child(const char *state, int tell, int64_t first_uid)
{
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new();
    Store *store = fixture_open(state);
    Collector collectors[COLLECTORS];
    pthread_t threads[COLLECTORS];

    g_ptr_array_add(endpoints, (gpointer)(uintptr_t) "crm");
    for (int i = 0; i < COLLECTORS; i++) {
        collectors[i] = (Collector){store, tell, i, first_uid, endpoints};
        if (pthread_create(&threads[i], NULL, collect, &collectors[i]) != 0)
            _exit(5);
    }
    for (int i = 0; i < COLLECTORS; i++)
        (void)pthread_join(threads[i], NULL);
    _exit(6);
}

/* Reads what the child tells until `enough` are told, kills it, reads the rest. */
static void
kill_after(pid_t child, int told, int enough, GPtrArray *acknowledged)
{
    FILE *lines = fdopen(told, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int n = 0;

    while ((length = getline(&line, &room, lines)) > 0) {
        g_assert_cmpint(line[length - 1], ==, '\n');
        g_ptr_array_add(acknowledged, g_strndup(line, (gsize)length - 1));
        if (++n == enough)
            g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    }
    free(line);
    g_assert_cmpint(fclose(lines), ==, 0);
    g_assert_cmpint(n, >=, enough);
}

static void
crash_once(const char *state, int enough, int64_t first_uid, GPtrArray *acknowledged)
{
    int pipe_ends[2];
    int outcome = 0;
    pid_t child;

    g_assert_cmpint(pipe(pipe_ends), ==, 0);
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        (void)close(pipe_ends[0]);
        run_child(state, pipe_ends[1], first_uid);
    }
    g_assert_cmpint(close(pipe_ends[1]), ==, 0);
    kill_after(child, pipe_ends[0], enough, acknowledged);
    g_assert_cmpint(waitpid(child, &outcome, 0), ==, child);
    g_assert_true(WIFSIGNALED(outcome) && WTERMSIG(outcome) == SIGKILL);
}

static void
expect_once(const char *state, const GPtrArray *acknowledged)
{
    for (guint i = 0; i < acknowledged->len; i++) {
        g_autofree char *sql = g_strdup_printf(
            "SELECT count(*) FROM messages g JOIN tickets t ON t.number = g.ticket "
            "JOIN events e ON e.message_id = g.id JOIN outbox o ON o.event_id = e.id "
            "WHERE g.message_id = '%s'",
            (const char *)acknowledged->pdata[i]);

        fixture_expect(state, sql, "1");
    }
}

static void
killed_while_filing(void)
{
    g_autofree char *state = fixture_state();
    g_autoptr(GPtrArray) acknowledged = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; i < KILLS; i++) {
        int enough = g_test_rand_int_range(1, 60);
        g_autofree char *highest = NULL;
        int64_t first_uid = 1;

        if (i > 0)
            highest = fixture_ask(state, "SELECT coalesce(max(uid), 0) + 1 "
                                         "FROM uid_ledger");
        if (highest)
            first_uid = g_ascii_strtoll(highest, NULL, 10);
        crash_once(state, enough, first_uid, acknowledged);
        store_close(fixture_open(state)); /* as the daemon starts again */
        fixture_expect_sound(state);
        fixture_expect(state,
                       "SELECT count(*) - count(DISTINCT message_id) "
                       "FROM messages",
                       "0");
        fixture_expect(state,
                       "SELECT max(n) - min(n) FROM (SELECT count(*) AS n FROM "
                       "messages UNION SELECT count(*) FROM tickets UNION SELECT "
                       "count(*) FROM events UNION SELECT count(*) FROM outbox UNION "
                       "SELECT count(*) FROM uid_ledger WHERE state = 'filed')",
                       "0");
        /* The index behind the commit has caught up. */
        fixture_expect(state,
                       "SELECT value - (SELECT max(id) FROM messages) "
                       "FROM house WHERE key = 'indexed_to'",
                       "0");
    }
    expect_once(state, acknowledged);
    fixture_remove(state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/killed-while-filing", killed_while_filing);
    return g_test_run();
}
