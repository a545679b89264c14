/* A secret is read from where it is, and no fault tells it. */
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static char *
read_from(SecretKind kind, const char *where, FaultCode expected)
{
    g_autofree char *place = g_strdup(where);
    const SecretSource source = {kind, place};
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = config_read_secret(&source, &error);

    if (secret) {
        g_assert_no_error(error);
        return g_strdup(secret_text(secret));
    }
    g_assert_error(error, FAULT, (int)expected);
    return g_strconcat("fault: ", error->message, NULL);
}

static void
expect(SecretKind kind, const char *where, const char *text)
{
    g_autofree char *got = read_from(kind, where, FAULT_CONFIG);

    g_assert_cmpstr(got, ==, text);
}

static void
files_are_read_without_their_line_end(void)
{
    g_autofree char *file = scratch_file(" pass word \r\n\n", 0600);

    expect(SECRET_FILE, file, " pass word ");
    scratch_remove(file);
}

static void
files_that_others_read_are_refused(void)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0666};

    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *file = scratch_file("hunter2", modes[i]);
        g_autofree char *got = read_from(SECRET_FILE, file, FAULT_CONFIG);

        g_assert_nonnull(strstr(got, "is readable by others: chmod 600"));
        g_assert_null(strstr(got, "hunter2"));
        scratch_remove(file);
    }
}

static void
empty_and_huge_files_are_refused(void)
{
    g_autofree char *huge = g_strnfill(1 << 20, 'x');
    g_autofree char *empty_file = scratch_file("\n", 0600);
    g_autofree char *huge_file = scratch_file(huge, 0600);
    g_autofree char *empty_got = read_from(SECRET_FILE, empty_file, FAULT_CONFIG);
    g_autofree char *huge_got = read_from(SECRET_FILE, huge_file, FAULT_CONFIG);
    g_autofree char *none_got = read_from(SECRET_FILE, "/no/such", FAULT_CONFIG);

    g_assert_nonnull(strstr(empty_got, "gives an empty secret"));
    g_assert_nonnull(strstr(huge_got, "cannot be read"));
    g_assert_nonnull(strstr(none_got, "'/no/such' cannot be read"));
    scratch_remove(empty_file);
    scratch_remove(huge_file);
}

static void
commands_print_it(void)
{
    expect(SECRET_COMMAND, "printf 'a b\\n'", "a b");
    expect(SECRET_COMMAND, "cat", "fault: the secret's command gives an empty secret");
    expect(SECRET_COMMAND, "echo hunter2; exit 3",
           "fault: the secret's command ended with exit code 3");
    expect(SECRET_COMMAND, "kill -9 $$",
           "fault: the secret's command was killed or timed out");
    expect(SECRET_COMMAND, "yes hunter2 | head -c 100000",
           "fault: the secret's command: File too large");
}

static void
a_command_may_ask_for_a_second_try(void)
{
    g_autofree char *got = read_from(SECRET_COMMAND, "exit 75", FAULT_RETRY);

    g_assert_cmpstr(got, ==, "fault: the secret's command ended with exit code 75");
}

/* The house blocks signals in every thread; a helper must not inherit that. */
static void
commands_run_with_plain_signals(void)
{
    sigset_t blocked;
    sigset_t before;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    g_assert_cmpint(pthread_sigmask(SIG_BLOCK, &blocked, &before), ==, 0);
    expect(SECRET_COMMAND, "kill $$; echo survived",
           "fault: the secret's command was killed or timed out");
    g_assert_cmpint(pthread_sigmask(SIG_SETMASK, &before, NULL), ==, 0);
}

static void
commands_inherit_no_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    expect(SECRET_COMMAND, "ls /proc/self/fd | wc -l", "4"); /* and that of ls */
    g_assert_cmpint(close(fd), ==, 0);
}

static void
variables_and_credentials(void)
{
    g_autofree char *file = scratch_file("of systemd\n", 0440);
    g_autofree char *folder = g_path_get_dirname(file);

    g_assert_true(g_setenv("POSTROOM_TEST_SECRET", "hunter2", TRUE));
    expect(SECRET_ENV, "POSTROOM_TEST_SECRET", "hunter2");
    expect(SECRET_ENV, "POSTROOM_NO_SECRET",
           "fault: the environment variable 'POSTROOM_NO_SECRET' is not set");
    g_unsetenv("CREDENTIALS_DIRECTORY");
    expect(
        SECRET_CREDENTIAL, "x",
        "fault: the credential 'x' needs systemd's LoadCredential=, which gave none");
    g_assert_true(g_setenv("CREDENTIALS_DIRECTORY", folder, TRUE));
    expect(SECRET_CREDENTIAL, "postroom.yaml", "of systemd");
    expect(SECRET_CREDENTIAL, "../etc/passwd",
           "fault: the credential '../etc/passwd' is no plain name");
    scratch_remove(file);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret/file", files_are_read_without_their_line_end);
    g_test_add_func("/secret/file-of-others", files_that_others_read_are_refused);
    g_test_add_func("/secret/file-empty-or-huge", empty_and_huge_files_are_refused);
    g_test_add_func("/secret/command", commands_print_it);
    g_test_add_func("/secret/command-second-try", a_command_may_ask_for_a_second_try);
    g_test_add_func("/secret/command-signals", commands_run_with_plain_signals);
    g_test_add_func("/secret/command-descriptors", commands_inherit_no_descriptor);
    g_test_add_func("/secret/variables-and-credentials", variables_and_credentials);
    return g_test_run();
}
